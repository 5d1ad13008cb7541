import pytest

from gitledger.codec import Encoded, encode
from gitledger.errors import FormatError
from gitledger.model.value import VALUE_BYTES, check_text_keys, format_value, parse_value


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
        check_text_keys(value)
    with pytest.raises(FormatError, match="key"):
        format_value(value)
    with pytest.raises(FormatError, match="key"):
        parse_value(encode(value))


@pytest.mark.parametrize("value", [object(), {1, 2}, bytearray(b"x"), 1 << 64, "\ud800"])
def test_what_the_codec_refuses_is_no_value(value: object) -> None:
    with pytest.raises(FormatError):
        format_value(value)
