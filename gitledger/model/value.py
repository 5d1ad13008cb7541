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
    _refuse_other_keys(codec.decode(data))
    return data


def parse_value(data: bytes) -> Value:
    """Return the value that these bytes hold.

    Raises:
        FormatError: bytes that `format_value` would not have written.
    """
    if len(data) > VALUE_BYTES:
        raise FormatError(f"a value takes {len(data):,} bytes; expected at most {VALUE_BYTES:,}")
    value = codec.decode(data)
    _refuse_other_keys(value)
    return value


def _refuse_other_keys(value: Value) -> None:
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            if not all(isinstance(name, str) for name in one):
                raise FormatError("a value has a map key that is not text; expected text keys")
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)
