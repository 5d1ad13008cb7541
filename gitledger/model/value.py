"""Values of variables as canonical bytes: ``format_value`` and ``parse_value``.

A value is null, a bool, a 64-bit integer, a float, bytes, text, a list, or a map with text keys. Its encoding is at
most 64 KiB; larger content is an artifact and the value refers to it by digest (ADR-0013; ``docs/format/state.md``).
"""

from typing import Final

from gitledger import codec
from gitledger.codec import Value
from gitledger.errors import FormatError

VALUE_BYTES: Final = 64 * 1024


def format_value(value: object) -> bytes:
    """Return the canonical bytes of a value.

    Raises:
        FormatError: a type that no value has, a map key that is not text, more than 64 KiB.
    """
    data = codec.encode(value)
    if len(data) > VALUE_BYTES:
        raise FormatError(
            f"a value takes {len(data):,} bytes; expected at most {VALUE_BYTES:,}",
            hint="store large content as an artifact and let the value hold its digest",
        )
    check_text_keys(value)
    return data


def parse_value(data: bytes) -> Value:
    """Return the value that these bytes hold.

    Raises:
        FormatError: bytes that `format_value` would not have written.
    """
    if len(data) > VALUE_BYTES:
        raise FormatError(f"a value takes {len(data):,} bytes; expected at most {VALUE_BYTES:,}")
    value = codec.decode(data)
    check_text_keys(value)
    return value


def check_text_keys(value: object) -> None:
    """Refuse maps that JSON could not show, at any depth of what the codec encodes.

    Raises:
        FormatError: a map has a key that is not text.
    """
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, codec.Encoded):
            one = codec.decode(one.data)
        if isinstance(one, dict):
            if not all(isinstance(name, str) for name in one):
                raise FormatError("a value has a map key that is not text; expected text keys")
            pending.extend(one.values())
        elif isinstance(one, list | tuple):
            pending.extend(one)
