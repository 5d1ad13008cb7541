"""`decode`: bytes become their value, or are refused where they first differ from what `encode` would have written.

`read` and `read_count`: parts of it, for those who read a known shape by hand.
"""

from typing import Any

from gitledger.codec.profile import (
    ARRAY,
    BYTES,
    DEPTH_LIMIT,
    FLOATS,
    INLINE,
    MAP,
    NINT,
    OTHER,
    SHORTEST,
    SIMPLE,
    SIZE_LIMIT,
    TAG,
    TEXT,
    Encoded,
    Key,
    Scalar,
    Value,
    check_keys,
)
from gitledger.codec.writer import encode_float
from gitledger.errors import FormatError


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
    value, end = read(data, 0)
    if end < len(data):
        raise _refusal(end, f"bytes left over ({len(data) - end:,})", "the end")
    return value


def read(data: bytes, start: int) -> tuple[Value, int]:
    """Return the value that begins at a place, and where it ends.

    Raises:
        FormatError: bytes that `encode` would not have written.
    """
    if start < len(data) and not ARRAY <= data[start] < TAG:
        return _read_scalar(data, start)
    outer: list[tuple[list[Any], list[int], int, bool]] = []  # the arrays and maps around the one being read
    items: list[Any] = []  # what has been read of it; keys and values of a map by turns
    starts: list[int] = []  # where each item of a map starts
    wanted, is_map, position = 1, False, start
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
        if ARRAY <= data[position] < TAG:
            if len(outer) == DEPTH_LIMIT:
                raise _refusal(position, f"more than {DEPTH_LIMIT} arrays and maps are open", "less nesting")
            if data[position] & 31 == 0:  # empty, which most maps of an envelope are: nothing to open
                items.append({} if data[position] >= MAP else [])
                position += 1
                continue
            outer.append((items, starts, wanted, is_map))
            items, starts, is_map = [], [], data[position] >= MAP
            wanted, position = read_count(data, position)
        else:
            item, position = _read_scalar(data, position)
            items.append(item)
    return items[0], position


def _close_map(data: bytes, items: list[Any], starts: list[int]) -> dict[Key, Value]:
    keys = [data[start:end] for start, end in zip(starts[::2], starts[1::2], strict=True)]
    check_keys(keys)
    names = items[::2]
    if keys[-1][0] >= ARRAY:
        names = [Encoded(key) if ARRAY <= key[0] < TAG else name for key, name in zip(keys, names, strict=True)]
    mapping = dict(zip(names, items[1::2], strict=True))
    if len(mapping) < len(keys):  # a Python dict takes 0 for False and 1 for True
        raise _refusal(starts[0], "a map has the keys 0 and false, or 1 and true", "one of the two")
    return mapping


def _read_scalar(data: bytes, start: int) -> tuple[Scalar, int]:
    initial = data[start]
    if initial >= OTHER:
        return _read_other(data, start)
    if initial >= TAG:
        raise _refusal(start, "a tag", "none")
    argument, position = initial & 31, start + 1
    if argument >= INLINE:
        argument, position = _read_argument(data, start)
    if initial < BYTES:
        return argument if initial < NINT else ~argument, position
    end = position + argument
    if end > len(data):
        raise _refusal(start, f"a string of {argument:,} bytes that ends early", "all of it")
    content = data[position:end]
    if initial < TEXT:
        return content, end
    try:
        return content.decode(), end
    except UnicodeDecodeError:
        raise _refusal(start, "text that is not valid UTF-8", "UTF-8") from None


def read_count(data: bytes, start: int) -> tuple[int, int]:
    """Return how many items the array or map has that begins at a place, two for each key, and where the first begins.

    Raises:
        FormatError: not the shortest form, or more items than bytes that are left.
    """
    count, position = _read_argument(data, start)
    if data[start] >= MAP:
        count *= 2
    if count > len(data) - position:
        raise _refusal(position, f"fewer bytes are left than the {count:,} items announced", "no fewer")
    return count, position


def _read_argument(data: bytes, start: int) -> tuple[int, int]:
    code = data[start] & 31
    if code < INLINE:
        return code, start + 1
    if code >= INLINE + len(SHORTEST):
        raise _refusal(start, "an indefinite length or a reserved initial byte", "a definite length")
    end = start + 1 + (1 << code - INLINE)
    if end > len(data):
        raise _refusal(start, "an integer or a length that ends early", "all of it")
    argument = int.from_bytes(data[start + 1 : end])
    if argument < SHORTEST[code - INLINE]:
        raise _refusal(start, "an integer or a length in more bytes than it needs", "the shortest form")
    return argument, end


def _read_other(data: bytes, start: int) -> tuple[Scalar, int]:
    initial = data[start]
    if initial in SIMPLE:
        return SIMPLE[initial], start + 1
    if initial not in FLOATS:
        raise _refusal(start, "undefined, a simple value or a break", "false, true, null or a float")
    end = start + 1 + FLOATS[initial].size
    if end > len(data):
        raise _refusal(start, "a float that ends early", "all of it")
    value: float = FLOATS[initial].unpack_from(data, start + 1)[0]
    if encode_float(value) != data[start:end]:
        raise _refusal(start, "a float that is an integer, wider than it needs or another NaN", "the shortest form")
    return value, end


def _refusal(position: int, found: str, expected: str) -> FormatError:
    return FormatError(f"at byte {position:,}: {found}; expected {expected}", details={"byte": position})
