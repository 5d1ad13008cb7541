"""What the vectors cannot say: Python's types, the limits and their boundaries, and what refusals tell."""

import enum
import inspect
import math
import sys
import tracemalloc
from collections import OrderedDict, namedtuple
from decimal import Decimal
from types import MappingProxyType

import cbor2
import pytest

from gitledger.codec import DEPTH_LIMIT, KEY_LIMIT, SIZE_LIMIT, Encoded, decode, encode
from gitledger.errors import FormatError


class Colour(enum.IntEnum):
    RED = 1


class Unit(enum.StrEnum):
    METRE = "m"


Point = namedtuple("Point", "x y")  # noqa: PYI024 - the untyped one is what is refused

EVENT = {
    "v": 1,
    "rule": b"r" * 20,
    "after": b"a" * 20,
    "delta": b"d" * 20,
    "parents": [b"p" * 20],
    "writeset": ["dir1/x"],
}


def nested(levels: int) -> object:
    value: object = 0
    for _ in range(levels):
        value = [value]
    return value


def test_an_event_takes_the_bytes_that_another_library_writes() -> None:
    assert encode(EVENT) == cbor2.dumps(EVENT, canonical=True)
    assert decode(encode(EVENT)) == EVENT


@pytest.mark.parametrize(
    "value",
    [
        Colour.RED, Unit.METRE, Point(1, 2), OrderedDict(a=1), MappingProxyType({"a": 1}), bytearray(b"x"),
        memoryview(b"x"), {1}, frozenset(), Decimal(1), 1j, object(), range(3), iter(()), int, cbor2.undefined,
        type("Text", (str,), {})("x"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_type_that_no_value_has_is_refused(value: object) -> None:
    for place in (value, [value], {"a": value}):
        with pytest.raises(FormatError, match=type(value).__name__):
            encode(place)


@pytest.mark.parametrize("key", [(), (1,), Colour.RED, Unit.METRE, frozenset(), Decimal(1), object()])
def test_a_key_that_no_map_has_is_refused(key: object) -> None:
    with pytest.raises(FormatError, match=type(key).__name__):
        encode({key: 0})


def test_an_integer_of_more_than_64_bits_is_refused() -> None:
    for value in (2**64, -(2**64) - 1, 10**5000):
        with pytest.raises(FormatError, match="64 bits"):
            encode(value)
        with pytest.raises(FormatError, match="64 bits"):
            encode({value: 0})


def test_text_that_utf_8_cannot_carry_is_refused() -> None:
    for value in ("\ud800", {"\udfff": 0}, ["a\udc80"]):
        with pytest.raises(FormatError, match="surrogate"):
            encode(value)


def test_true_and_one_stay_apart() -> None:
    assert [encode(value).hex() for value in (True, 1, 1.0, False, 0, -0.0, None)] == [
        "f5", "01", "01", "f4", "00", "00", "f6",
    ]  # fmt: skip
    assert decode(b"\xf5") is True
    assert type(decode(b"\x01")) is int


def test_a_tuple_is_an_array() -> None:
    assert encode((1, ("a",))) == encode([1, ["a"]])


def test_every_nan_is_one() -> None:
    assert encode(math.nan) == encode(-math.nan) == encode(math.inf - math.inf) == b"\xf9\x7e\x00"
    assert math.isnan(decode(b"\xf9\x7e\x00"))  # type: ignore[arg-type]  # a float


def test_two_nans_are_one_key_too_many() -> None:
    with pytest.raises(FormatError, match="twice"):
        encode({float("nan"): 0, float("nan"): "a value that no NaN can be compared with"})


def test_a_key_that_is_an_array_or_a_map_stays_in_its_bytes() -> None:
    data = bytes.fromhex("a2 8101 00 a16161f6 00")
    value = decode(data)
    assert value == {Encoded(encode([1])): 0, Encoded(encode({"a": None})): 0}
    assert encode(value) == data


def test_encoded_bytes_are_written_as_they_are() -> None:
    assert encode({"b": [Encoded(b"\x01")], "a": []}) == encode({"a": [], "b": [1]})
    assert encode(Encoded(b"\xf6")) == b"\xf6"


def test_an_encoded_value_counts_towards_the_size() -> None:
    with pytest.raises(FormatError, match="more than 10 bytes"):
        encode([Encoded(b"\x49" + bytes(9))], limit=10)


def test_nesting_ends_at_128() -> None:
    assert DEPTH_LIMIT == 128
    data = b"\x81" * 128 + b"\x00"
    assert encode(nested(128)) == data
    assert encode(decode(data)) == data
    maps = b"\xa1\x00" * 128 + b"\x00"
    assert encode(decode(maps)) == maps


@pytest.mark.parametrize("levels", [129, 10_000, 100_000])
def test_deeper_nesting_is_refused(levels: int) -> None:
    with pytest.raises(FormatError, match="128"):
        encode(nested(levels))
    for data in (b"\x81" * levels + b"\x00", b"\x81" * levels, b"\xa1" * levels, b"\xa1\x00" * levels + b"\x00"):
        with pytest.raises(FormatError, match="128"):
            decode(data)


def test_a_value_that_holds_itself_is_refused() -> None:
    array: list[object] = []
    array.append(array)
    mapping: dict[str, object] = {}
    mapping["a"] = [mapping, mapping]
    for value in (array, mapping):
        with pytest.raises(FormatError, match="deeper"):
            encode(value)


def test_neither_uses_the_stack_of_its_caller() -> None:
    data = b"\x81" * 128 + b"\x00"
    value = decode(data)

    def at_the_end_of_the_stack(left: int) -> tuple[bytes, object]:
        return at_the_end_of_the_stack(left - 1) if left else (encode(value), decode(data))

    used = len(inspect.stack(context=0))
    assert at_the_end_of_the_stack(sys.getrecursionlimit() - used - 20) == (data, value)


def test_the_size_ends_at_the_limit() -> None:
    assert SIZE_LIMIT == 64 * 1024 * 1024
    for value in (b"x" * 98, [0] * 98, {"a": "x" * 95}):
        data = encode(value, limit=100)
        assert len(data) == 100
        assert decode(data, limit=100) == value
        with pytest.raises(FormatError, match="99 bytes"):
            encode(value, limit=99)
        with pytest.raises(FormatError, match="at most 99"):
            decode(data, limit=99)


def test_a_value_that_unfolds_without_end_is_refused_at_the_limit() -> None:
    value: object = b"x" * 1000
    for _ in range(100):
        value = [value] * 1000
    with pytest.raises(FormatError, match="more than 100,000 bytes"):
        encode(value, limit=100_000)


def test_an_encoding_stops_growing_at_the_limit() -> None:
    value = [b"x" * 100_000] * 500
    tracemalloc.start()
    try:
        with pytest.raises(FormatError, match="more than 100,000 bytes"):
            encode(value, limit=100_000)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("data", ["81", "8200", "a1", "a100", "a2000000", "9a00ffffff0000"])
def test_more_items_than_bytes_are_refused_before_any_is_read(data: str) -> None:
    with pytest.raises(FormatError, match="announced"):
        decode(bytes.fromhex(data))


@pytest.mark.parametrize("head", ["5b", "7b", "9b", "bb"])
@pytest.mark.parametrize("length", ["7fffffffffffffff", "ffffffffffffffff", "0000000100000000", "0000000040000000"])
def test_an_announced_length_takes_no_memory(head: str, length: str) -> None:
    data = bytes.fromhex(head + length) + bytes(100)
    tracemalloc.start()
    try:
        with pytest.raises(FormatError):
            decode(data)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_numbers_as_keys_are_few() -> None:
    numbers = dict.fromkeys(range(KEY_LIMIT), 0)
    many = {**numbers, **{str(number): 0 for number in range(5000)}, **{b"%d" % number: 0 for number in range(5000)}}
    assert decode(encode(many)) == many
    too_many = encode(numbers)[3:] + b"\x19\x04\x00\x00"
    with pytest.raises(FormatError, match="1,024 keys"):
        decode(b"\xb9\x04\x01" + too_many)
    with pytest.raises(FormatError, match="1,024 keys"):
        encode({**numbers, KEY_LIMIT: 0})


def test_a_refusal_says_where_and_what() -> None:
    with pytest.raises(FormatError) as refusal:
        decode(bytes.fromhex("82 00 1817"))
    found, expected = "an integer or a length in more bytes than it needs", "the shortest form"
    assert refusal.value.message == f"at byte 2: {found}; expected {expected}"
    assert refusal.value.details == {"byte": 2}
