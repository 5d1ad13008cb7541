"""A second, slow and obvious decoder of ``docs/format/codec.md``. It shares no code with the one that it judges.

`judge` answers with the value in terms of its own, so that 1, 1.0 and true stay apart: ``("integer", 1)``,
``("float", Fraction or text)``, ``("bytes", b"")``, ``("text", "")``, ``("array", (...))``,
``("map", ((key, value), ...))``, ``("simple", None)``. `shape` says the same of a Python value.
"""

from fractions import Fraction
from typing import TypeAlias

import pytest

from gitledger.codec import Encoded, decode
from gitledger.errors import FormatError

Shape: TypeAlias = tuple[str, object]


class RefusedError(Exception):
    """The bytes are not canonical."""


def judge(data: bytes) -> Shape:
    """Return the value of canonical bytes; raise `RefusedError` for all others."""
    value, end = _item(data, 0, depth=0)
    if end != len(data):
        raise RefusedError("leftovers")
    return value


def shape(value: object) -> Shape:
    """Return a Python value in the judge's terms."""
    if value is None or value is True or value is False:
        return "simple", value
    match value:
        case int():
            return "integer", value
        case float():
            return "float", Fraction(value) if abs(value) < float("inf") else str(value)
        case bytes():
            return "bytes", value
        case str():
            return "text", value
        case list() | tuple():
            return "array", tuple(map(shape, value))
        case dict():
            return "map", tuple((shape(key), shape(content)) for key, content in value.items())
        case Encoded():
            return judge(value.data)
    raise AssertionError(f"no value is a {type(value).__name__}")


def check_agreement(data: bytes) -> bool:
    """Assert that package and judge say the same of any bytes; return whether both accept them."""
    try:
        expected = judge(data)
    except RefusedError:
        with pytest.raises(FormatError):
            decode(data)
        return False
    assert shape(decode(data)) == expected
    return True


def _item(data: bytes, start: int, depth: int) -> tuple[Shape, int]:
    if depth > 128:
        raise RefusedError("depth")
    initial = _take(data, start, 1)[0]
    major, info = initial // 32, initial % 32
    if major == 6:
        raise RefusedError("tag")
    if major == 7:
        return _simple_or_float(data, start, info)
    argument, position = _argument(data, start, info)
    if major == 0:
        return ("integer", argument), position
    if major == 1:
        return ("integer", -1 - argument), position
    if major == 2:
        return ("bytes", _take(data, position, argument)), position + argument
    if major == 3:
        return ("text", _text(_take(data, position, argument))), position + argument
    if major == 4:
        return _array(data, position, argument, depth + 1)
    return _map(data, position, argument, depth + 1)


def _take(data: bytes, start: int, size: int) -> bytes:
    if start + size > len(data):
        raise RefusedError("ends early")
    return data[start : start + size]


def _argument(data: bytes, start: int, info: int) -> tuple[int, int]:
    if info < 24:
        return info, start + 1
    sizes = {24: 1, 25: 2, 26: 4, 27: 8}
    if info not in sizes:
        raise RefusedError("indefinite or reserved")
    argument = 0
    for byte in _take(data, start + 1, sizes[info]):
        argument = argument * 256 + byte
    room_below = {24: 24, 25: 2**8, 26: 2**16, 27: 2**32}
    if argument < room_below[info]:
        raise RefusedError("not the shortest")
    return argument, start + 1 + sizes[info]


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError("utf-8") from None


def _array(data: bytes, position: int, count: int, depth: int) -> tuple[Shape, int]:
    if depth > 128:
        raise RefusedError("depth")
    items = []
    for _ in range(count):
        item, position = _item(data, position, depth)
        items.append(item)
    return ("array", tuple(items)), position


def _map(data: bytes, position: int, count: int, depth: int) -> tuple[Shape, int]:
    if depth > 128:
        raise RefusedError("depth")
    pairs = []
    last = b""  # shorter than any key, and so before it
    for _ in range(count):
        key, end = _item(data, position, depth)
        encoded = data[position:end]
        if not last < encoded:
            raise RefusedError("order")
        last = encoded
        value, position = _item(data, end, depth)
        pairs.append((key, value))
    keys = [key for key, _ in pairs]
    for number, simple in ((0, False), (1, True)):
        if ("integer", number) in keys and any(kind == "simple" and key is simple for kind, key in keys):
            raise RefusedError("a number and a truth value")
    if sum(kind not in {"bytes", "text"} for kind, _ in keys) > 1024:
        raise RefusedError("too many keys of guessable hash")
    return ("map", tuple(pairs)), position


def _simple_or_float(data: bytes, start: int, info: int) -> tuple[Shape, int]:
    if info in {20, 21, 22}:
        return ("simple", {20: False, 21: True, 22: None}[info]), start + 1
    # Bits of the exponent and of the fraction (IEEE 754).
    layouts = {25: (5, 10), 26: (8, 23), 27: (11, 52)}
    if info not in layouts:
        raise RefusedError("simple value")
    exponent_bits, fraction_bits = layouts[info]
    size = (1 + exponent_bits + fraction_bits) // 8
    bits = int.from_bytes(_take(data, start + 1, size), "big")
    return ("float", _float(bits, info, exponent_bits, fraction_bits)), start + 1 + size


def _float(bits: int, info: int, exponent_bits: int, fraction_bits: int) -> Fraction | str:
    fraction = bits % 2**fraction_bits
    exponent = bits // 2**fraction_bits % 2**exponent_bits
    sign = -1 if bits // 2 ** (fraction_bits + exponent_bits) else 1
    if exponent == 2**exponent_bits - 1:
        special = {0x7C00: "inf", 0xFC00: "-inf", 0x7E00: "nan"}
        if info != 25 or bits not in special:
            raise RefusedError("another infinity or NaN")
        return special[bits]
    bias = 2 ** (exponent_bits - 1) - 1
    if exponent == 0:
        value = sign * Fraction(fraction, 2**fraction_bits) * Fraction(2) ** (1 - bias)
    else:
        value = sign * (1 + Fraction(fraction, 2**fraction_bits)) * Fraction(2) ** (exponent - bias)
    if value.denominator == 1 and -(2**64) <= value <= 2**64 - 1:
        raise RefusedError("an integer")
    if (info > 25 and _holds(value, 11, -24, 16)) or (info > 26 and _holds(value, 24, -149, 128)):
        raise RefusedError("a smaller float holds it")
    return value


def _holds(value: Fraction, precision: int, lowest: int, beyond: int) -> bool:
    """Whether a float of so many significant bits, between 2**lowest and 2**beyond, is exactly this value."""
    steps = abs(value) / Fraction(2) ** lowest
    if steps.denominator != 1 or abs(value) >= 2**beyond:
        return False
    odd = steps.numerator
    while odd and odd % 2 == 0:
        odd //= 2
    return odd < 2**precision
