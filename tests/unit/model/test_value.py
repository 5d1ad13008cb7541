import pytest

from gitledger.codec import Encoded, Value, encode
from gitledger.errors import FormatError
from gitledger.ids import parse_variable
from gitledger.model.delta import Delta, format_delta, parse_delta
from gitledger.model.envelope import Envelope, format_envelope, parse_envelope
from gitledger.model.value import VALUE_BYTES, VALUE_DEPTH, check_value, format_value, parse_value


def test_a_value_comes_back() -> None:
    value = {"x": [1, None, True, b"\0", 0.5], "y": {"z": "ü"}}
    assert parse_value(format_value(value)) == value


def test_the_largest_value_fits() -> None:
    data = format_value(bytes(VALUE_BYTES - 3))
    assert len(data) == VALUE_BYTES
    assert parse_value(data) == bytes(VALUE_BYTES - 3)


def test_a_larger_value_is_refused_with_a_hint() -> None:
    with pytest.raises(FormatError, match="65,537") as refusal:
        format_value(bytes(VALUE_BYTES - 2))
    assert refusal.value.hint is not None
    with pytest.raises(FormatError, match="65,537"):
        parse_value(b"\x59\xff\xfe" + bytes(VALUE_BYTES - 2))


@pytest.mark.parametrize(
    "value",
    [{1: 1}, {b"k": 1}, {None: 1}, [{1: 1}], ({1: 1},), {"x": {"y": [{True: 1}]}}, [Encoded(b"\xa1\x01\x01")]],
)
def test_keys_are_text_at_any_depth(value: object) -> None:
    with pytest.raises(FormatError, match="key"):
        check_value(value)
    with pytest.raises(FormatError, match="key"):
        format_value(value)
    with pytest.raises(FormatError, match="key"):
        parse_value(encode(value))


def test_the_deepest_value_can_be_read_inside_a_delta_and_an_envelope() -> None:
    deepest = nested(VALUE_DEPTH - 1)
    assert parse_value(format_value(deepest)) == deepest
    delta = Delta(changes={parse_variable("x"): format_value(deepest)})
    assert parse_delta(format_delta(delta)) == delta
    people = {"author": "A <a@x>", "actor": "A <a@x>", "time": "2026-01-31T12:00:00Z"}
    envelope = Envelope(op="append", ts=2, **people, events=({"meta": nested(VALUE_DEPTH - 2)},))
    assert parse_envelope(format_envelope(envelope)) == envelope


def test_a_deeper_value_is_refused() -> None:
    with pytest.raises(FormatError, match="nested deeper"):
        format_value(nested(VALUE_DEPTH))
    with pytest.raises(FormatError, match="nested deeper"):
        parse_value(encode(nested(VALUE_DEPTH)))


def nested(lists: int) -> Value:
    """Return a number inside so many lists."""
    value: Value = 1
    for _ in range(lists):
        value = [value]
    return value


@pytest.mark.parametrize("value", [object(), {1, 2}, bytearray(b"x"), 1 << 64, "\ud800"])
def test_what_the_codec_refuses_is_no_value(value: object) -> None:
    with pytest.raises(FormatError):
        format_value(value)
