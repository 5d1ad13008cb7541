"""Values of variables as canonical bytes: ``format_value`` and ``parse_value``.

A value is null, a bool, a 64-bit integer, a float, bytes, text, a list, or a map with text keys. Its encoding is at
most 64 KiB; larger content is an artifact and the value refers to it by digest (ADR-0013; ``docs/format/state.md``).
"""

from typing import Final

from gitledger import codec
from gitledger.codec import Value
from gitledger.errors import FormatError

VALUE_BYTES: Final = 64 * 1024
VALUE_DEPTH: Final = 120
"""Levels of lists and maps, the scalars in them included: inside a delta or an envelope, which put up to four more
around it, a value must still be one that the codec reads."""


def format_value(value: object) -> bytes:
    """Return the canonical bytes of a value.

    Raises:
        FormatError: a type that no value has, a map key that is not text, too much depth, more than 64 KiB.
    """
    data = codec.encode(value)
    if len(data) > VALUE_BYTES:
        raise FormatError(
            f"a value takes {len(data):,} bytes; expected at most {VALUE_BYTES:,}",
            hint="store large content as an artifact and let the value hold its digest",
        )
    check_value(value)
    return data


def parse_value(data: bytes) -> Value:
    """Return the value that these bytes hold.

    Raises:
        FormatError: bytes that `format_value` would not have written.
    """
    if len(data) > VALUE_BYTES:
        raise FormatError(f"a value takes {len(data):,} bytes; expected at most {VALUE_BYTES:,}")
    value = codec.decode(data)
    check_value(value)
    return value


def read_value(data: bytes, start: int) -> tuple[Value, int]:
    """Return the value that begins at a place among other bytes, and where it ends.

    Raises:
        FormatError: bytes that `format_value` would not have written.
    """
    value, end = codec.read(data, start)
    if end - start > VALUE_BYTES:
        raise FormatError(f"a value takes {end - start:,} bytes; expected at most {VALUE_BYTES:,}")
    if isinstance(value, dict | list):
        check_value(value)
    return value, end


def check_value(value: object) -> None:
    """Refuse maps that JSON could not show, at any depth of what the codec encodes, and too much depth.

    Raises:
        FormatError: a map has a key that is not text; more than `VALUE_DEPTH` levels.
    """
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > VALUE_DEPTH:
            raise FormatError(f"a value is nested deeper than {VALUE_DEPTH} levels; expected at most as many")
        below: list[object] = []
        for one in level:
            inner = codec.decode(one.data) if isinstance(one, codec.Encoded) else one
            if isinstance(inner, dict):
                if not all(isinstance(name, str) for name in inner):
                    raise FormatError("a value has a map key that is not text; expected text keys")
                below.extend(inner.values())
            elif isinstance(inner, list | tuple):
                below.extend(inner)
        level = below
