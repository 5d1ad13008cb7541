"""One value, one encoding: deterministic CBOR, specified byte by byte in ``docs/format/codec.md``.

Laws:

- `encode` writes the only encoding of a value; `decode` refuses every other one, so that equality of values is
  equality of bytes, on every machine and in every language (ADR-0013);
- whatever is refused, by either, is a ``FormatError``, and neither fails in another way;
- time and memory are proportional to the size: lengths and nesting are checked before anything is built from them,
  nothing recurses, and no map is built from more keys of guessable hash than `KEY_LIMIT`.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter, lt
from typing import Any, Final, TypeAlias

from gitledger.errors import FormatError

DEPTH_LIMIT: Final = 128
"""Arrays and maps that may be open at once: 128 around an integer are accepted, 129 are refused."""
SIZE_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of one encoding, unless the caller says less."""
KEY_LIMIT: Final = 1024
"""Keys of one map that are neither text nor bytes. Python hashes numbers without a secret: 11,000 chosen integers
take a dict 0.1 s, and ten times as many a hundred times as long."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A value in its canonical bytes: what `encode` returned, or `decode` accepted. Nothing checks them again.

    `encode` writes them as they are. `decode` returns a key that is an array or a map in this form, since Python
    cannot hash a list or a dict. Nesting inside does not count towards the ``DEPTH_LIMIT`` of `encode`.
    """

    data: bytes


Scalar: TypeAlias = bool | int | float | str | bytes | None
Key: TypeAlias = Scalar | Encoded
Value: TypeAlias = Scalar | list["Value"] | dict[Key, "Value"]
"""What `decode` returns."""

_Items: TypeAlias = Iterator[tuple[bytes, object]]
"""What is left of an open array or map: each item behind the bytes of its key."""

_UINT, _NINT, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _OTHER = range(0x00, 0x100, 0x20)
"""The major types, as they stand in the upper three bits of an initial byte (RFC 8949, section 3.1)."""
_INLINE: Final = 24
"""Arguments below this one stand in the initial byte itself."""
_SHORTEST: Final = (_INLINE, 1 << 8, 1 << 16, 1 << 32)
"""The smallest argument that needs 1, 2, 4 or 8 bytes after the initial byte."""
_INTEGERS: Final = 1 << 64
"""An integer n is in range when -2^64 <= n < 2^64."""
_SIMPLE: Final = {0xF4: False, 0xF5: True, 0xF6: None}
_FLOATS: Final = {0xF9: struct.Struct(">e"), 0xFA: struct.Struct(">f"), 0xFB: struct.Struct(">d")}
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
        out += _head(_ARRAY, len(item))
        return zip(repeat(b""), item)
    if type(item) is not dict:
        raise FormatError(f"a value holds a Python {type(item).__name__}; expected {_EXPECTED}")
    try:
        pairs = [(_WRITERS[type(key)](key), content) for key, content in item.items()]
    except KeyError as error:
        raise FormatError(f"a map has the key type {error.args[0].__name__}; expected a scalar or Encoded") from None
    pairs.sort(key=itemgetter(0))
    _check_keys([key for key, _ in pairs])
    out += _head(_MAP, len(pairs))
    return iter(pairs)


def _check_keys(keys: list[bytes]) -> None:
    if not all(map(lt, keys, keys[1:])):
        raise FormatError("a map has keys out of order, or one twice; expected each once, in the order of their bytes")
    if len(keys) > KEY_LIMIT and sum(not _BYTES <= key[0] < _ARRAY for key in keys) > KEY_LIMIT:
        raise FormatError(f"a map has more than {KEY_LIMIT:,} keys that are neither text nor bytes; expected fewer")


def _head(major: int, argument: int) -> bytes:
    if argument < _INLINE:
        return _INITIAL[major | argument]
    if argument < 1 << 8:
        return bytes((major | 24, argument))
    if argument < 1 << 16:
        return struct.pack(">BH", major | 25, argument)
    if argument < 1 << 32:
        return struct.pack(">BI", major | 26, argument)
    if argument < _INTEGERS:
        return struct.pack(">BQ", major | 27, argument)
    raise FormatError("an integer takes more than 64 bits; expected -2^64 to 2^64 - 1")


def _encode_int(value: int) -> bytes:
    return _head(_UINT, value) if value >= 0 else _head(_NINT, ~value)


def _encode_bytes(value: bytes) -> bytes:
    return _head(_BYTES, len(value)) + value


def _encode_text(value: str) -> bytes:
    try:
        data = value.encode()
    except UnicodeEncodeError:
        raise FormatError("text holds a lone surrogate; expected text that UTF-8 can carry") from None
    return _head(_TEXT, len(data)) + data


def _encode_float(value: float) -> bytes:
    if value.is_integer() and -_INTEGERS <= value < _INTEGERS:
        return _encode_int(int(value))
    if value != value:  # noqa: PLR0124 - only a NaN differs from itself, and one NaN stands for all
        return _NAN
    for initial, width in _FLOATS.items():
        try:
            data = _INITIAL[initial] + width.pack(value)
        except OverflowError:  # too large for this width
            continue
        if width.unpack_from(data, 1)[0] == value:  # the last width keeps every value
            break
    return data


_WRITERS: Final[dict[type, Callable[[Any], bytes]]] = {
    str: _encode_text,
    bytes: _encode_bytes,
    int: _encode_int,
    bool: {False: b"\xf4", True: b"\xf5"}.__getitem__,
    type(None): {None: b"\xf6"}.__getitem__,
    float: _encode_float,
    Encoded: lambda value: value.data,
}
"""How each type that holds no other is written; looked up by the exact type, so that True is no integer."""
_EXPECTED: Final = "None, bool, int, float, str, bytes, list, tuple or dict, and none of their subclasses"


def decode(data: bytes, *, limit: int = SIZE_LIMIT) -> Value:
    """Return the value of canonical bytes.

    Args:
        data: the whole encoding.
        limit: the most bytes that it may have. The value takes at most 110 times as many in memory, and 3 µs for each.

    Raises:
        FormatError: bytes that `encode` would not have written.
    """
    if len(data) > limit:
        raise FormatError(f"an encoding has {len(data):,} bytes; expected at most {limit:,}")
    outer: list[tuple[list[Any], list[int], int, bool]] = []  # the arrays and maps around the one being read
    items: list[Any] = []  # what has been read of it; keys and values of a map by turns
    starts: list[int] = []  # where each item of a map starts
    wanted, is_map, position = 1, False, 0
    while outer or not items:
        if len(items) == wanted:
            closed = _close_map(data, items, starts) if is_map else items
            items, starts, wanted, is_map = outer.pop()
            items.append(closed)
            continue
        if is_map:
            starts.append(position)
        if position == len(data):
            raise _refusal(position, "the bytes end", "another item")
        if _ARRAY <= data[position] < _TAG:
            if len(outer) == DEPTH_LIMIT:
                raise _refusal(position, f"more than {DEPTH_LIMIT} arrays and maps are open", "less nesting")
            if data[position] & 31 == 0:  # empty, which most maps of an envelope are: nothing to open
                items.append({} if data[position] >= _MAP else [])
                position += 1
                continue
            outer.append((items, starts, wanted, is_map))
            items, starts, is_map = [], [], data[position] >= _MAP
            wanted, position = _read_argument(data, position)
            wanted <<= is_map
            if wanted > len(data) - position:
                raise _refusal(position, f"fewer bytes are left than the {wanted:,} items announced", "no fewer")
        else:
            item, position = _read_scalar(data, position)
            items.append(item)
    if position < len(data):
        raise _refusal(position, f"bytes left over ({len(data) - position:,})", "the end")
    value: Value = items[0]
    return value


def _close_map(data: bytes, items: list[Any], starts: list[int]) -> dict[Key, Value]:
    keys = [data[start:end] for start, end in zip(starts[::2], starts[1::2], strict=True)]
    _check_keys(keys)
    names = items[::2]
    if keys and keys[-1][0] >= _ARRAY:
        names = [Encoded(key) if _ARRAY <= key[0] < _TAG else name for key, name in zip(keys, names, strict=True)]
    mapping = dict(zip(names, items[1::2], strict=True))
    if len(mapping) < len(keys):  # a Python dict takes 0 for False and 1 for True
        raise _refusal(starts[0], "a map has the keys 0 and false, or 1 and true", "one of the two")
    return mapping


def _read_scalar(data: bytes, start: int) -> tuple[Scalar, int]:
    initial = data[start]
    if initial >= _OTHER:
        return _read_other(data, start)
    if initial >= _TAG:
        raise _refusal(start, "a tag", "none")
    argument, position = initial & 31, start + 1
    if argument >= _INLINE:
        argument, position = _read_argument(data, start)
    if initial < _BYTES:
        return argument if initial < _NINT else ~argument, position
    end = position + argument
    if end > len(data):
        raise _refusal(start, f"a string of {argument:,} bytes that ends early", "all of it")
    content = data[position:end]
    if initial < _TEXT:
        return content, end
    try:
        return content.decode(), end
    except UnicodeDecodeError:
        raise _refusal(start, "text that is not valid UTF-8", "UTF-8") from None


def _read_argument(data: bytes, start: int) -> tuple[int, int]:
    code = data[start] & 31
    if code < _INLINE:
        return code, start + 1
    if code >= _INLINE + len(_SHORTEST):
        raise _refusal(start, "an indefinite length or a reserved initial byte", "a definite length")
    end = start + 1 + (1 << code - _INLINE)
    if end > len(data):
        raise _refusal(start, "an integer or a length that ends early", "all of it")
    argument = int.from_bytes(data[start + 1 : end])
    if argument < _SHORTEST[code - _INLINE]:
        raise _refusal(start, "an integer or a length in more bytes than it needs", "the shortest form")
    return argument, end


def _read_other(data: bytes, start: int) -> tuple[Scalar, int]:
    initial = data[start]
    if initial in _SIMPLE:
        return _SIMPLE[initial], start + 1
    if initial not in _FLOATS:
        raise _refusal(start, "undefined, a simple value or a break", "false, true, null or a float")
    end = start + 1 + _FLOATS[initial].size
    if end > len(data):
        raise _refusal(start, "a float that ends early", "all of it")
    value: float = _FLOATS[initial].unpack_from(data, start + 1)[0]
    if _encode_float(value) != data[start:end]:
        raise _refusal(start, "a float that is an integer, wider than it needs or another NaN", "the shortest form")
    return value, end


def _refusal(position: int, found: str, expected: str) -> FormatError:
    return FormatError(f"at byte {position:,}: {found}; expected {expected}", details={"byte": position})
