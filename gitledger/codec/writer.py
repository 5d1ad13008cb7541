"""`encode`: a value becomes its only bytes. `head` and `text`: parts, for those who write a known shape by hand."""

import struct
from collections.abc import Callable, Iterator
from itertools import repeat
from operator import itemgetter
from typing import Any, Final, TypeAlias

from gitledger.codec.profile import (
    ARRAY,
    BYTES,
    DEPTH_LIMIT,
    FLOATS,
    INLINE,
    INTEGERS,
    MAP,
    NINT,
    SIZE_LIMIT,
    TEXT,
    UINT,
    Encoded,
    check_keys,
)
from gitledger.errors import FormatError

_Items: TypeAlias = Iterator[tuple[bytes, object]]
"""What is left of an open array or map: each item behind the bytes of its key."""

_NAN: Final = b"\xf9\x7e\x00"
_INITIAL: Final = tuple(bytes((initial,)) for initial in range(0x100))


def encode(value: object, *, limit: int = SIZE_LIMIT) -> bytes:
    """Return the canonical bytes of a value.

    Only the types of `Value`, ``tuple`` (an array) and `Encoded` are encoded, and none of their subclasses: an enum
    or a named tuple means more than its base can hold.

    Args:
        value: what to encode.
        limit: the most bytes that the encoding may take.

    Raises:
        FormatError: another type, an integer out of range, text that UTF-8 cannot carry, too deep, too large.
    """
    out = bytearray()
    opened: list[_Items] = [iter([(b"", value)])]
    while opened:
        for key, item in opened[-1]:
            out += key
            write = _WRITERS.get(type(item))
            if write is None:
                if len(opened) > DEPTH_LIMIT:
                    raise FormatError(f"a value is nested deeper than {DEPTH_LIMIT} arrays and maps; expected less")
                opened.append(_open(item, out))
                break
            out += write(item)
            if len(out) > limit:
                break
        else:
            opened.pop()
        if len(out) > limit:
            raise FormatError(f"an encoding takes more than {limit:,} bytes; expected at most as many")
    return bytes(out)


def _open(item: object, out: bytearray) -> _Items:
    if type(item) is list or type(item) is tuple:
        out += head(ARRAY, len(item))
        return zip(repeat(b""), item)
    if type(item) is not dict:
        raise FormatError(f"a value holds a Python {type(item).__name__}; expected {_EXPECTED}")
    try:
        pairs = [(_WRITERS[type(key)](key), content) for key, content in item.items()]
    except KeyError as error:
        raise FormatError(f"a map has the key type {error.args[0].__name__}; expected a scalar or Encoded") from None
    pairs.sort(key=itemgetter(0))
    check_keys([key for key, _ in pairs])
    out += head(MAP, len(pairs))
    return iter(pairs)


def head(major: int, argument: int) -> bytes:
    """Return what an item begins with: its major type, and its argument in the shortest form.

    Raises:
        FormatError: the argument takes more than 64 bits.
    """
    if argument < INLINE:
        return _INITIAL[major | argument]
    if argument < 1 << 8:
        return bytes((major | 24, argument))
    if argument < 1 << 16:
        return struct.pack(">BH", major | 25, argument)
    if argument < 1 << 32:
        return struct.pack(">BI", major | 26, argument)
    if argument < INTEGERS:
        return struct.pack(">BQ", major | 27, argument)
    raise FormatError("an integer takes more than 64 bits; expected -2^64 to 2^64 - 1")


def _encode_int(value: int) -> bytes:
    return head(UINT, value) if value >= 0 else head(NINT, ~value)


def _encode_bytes(value: bytes) -> bytes:
    return head(BYTES, len(value)) + value


def text(value: str) -> bytes:
    """Return the encoding of a text.

    Raises:
        FormatError: it holds a lone surrogate.
    """
    try:
        data = value.encode()
    except UnicodeEncodeError:
        raise FormatError("text holds a lone surrogate; expected text that UTF-8 can carry") from None
    return head(TEXT, len(data)) + data


def encode_float(value: float) -> bytes:
    """Return the only bytes of a float: those of an integer where it is one."""
    if value.is_integer() and -INTEGERS <= value < INTEGERS:
        return _encode_int(int(value))
    if value != value:  # noqa: PLR0124 - only a NaN differs from itself, and one NaN stands for all
        return _NAN
    for initial, width in FLOATS.items():
        try:
            data = _INITIAL[initial] + width.pack(value)
        except OverflowError:  # too large for this width
            continue
        if width.unpack_from(data, 1)[0] == value:  # the last width keeps every value
            break
    return data


_WRITERS: Final[dict[type, Callable[[Any], bytes]]] = {
    str: text,
    bytes: _encode_bytes,
    int: _encode_int,
    bool: {False: b"\xf4", True: b"\xf5"}.__getitem__,
    type(None): {None: b"\xf6"}.__getitem__,
    float: encode_float,
    Encoded: lambda value: value.data,
}
"""How each type that holds no other is written; looked up by the exact type, so that True is no integer."""
_EXPECTED: Final = "None, bool, int, float, str, bytes, list, tuple or dict, and none of their subclasses"
