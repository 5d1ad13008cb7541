"""One value, one encoding: deterministic CBOR, specified byte by byte in ``docs/format/codec.md``.

Laws:

- `encode` writes the only encoding of a value; `decode` refuses every other one, so that equality of values is
  equality of bytes, on every machine and in every language (ADR-0013);
- whatever is refused, by either, is a ``FormatError``, and neither fails in another way;
- time and memory are proportional to the size: lengths and nesting are checked before anything is built from them,
  nothing recurses, and no map is built from more keys of guessable hash than `KEY_LIMIT`.
"""

from gitledger.codec.profile import (
    ARRAY,
    BYTES,
    DEPTH_LIMIT,
    KEY_LIMIT,
    MAP,
    SIZE_LIMIT,
    UINT,
    Encoded,
    Key,
    Scalar,
    Value,
)
from gitledger.codec.reader import decode, read, read_count
from gitledger.codec.writer import encode, head, text

__all__ = [
    "ARRAY",
    "BYTES",
    "DEPTH_LIMIT",
    "KEY_LIMIT",
    "MAP",
    "SIZE_LIMIT",
    "UINT",
    "Encoded",
    "Key",
    "Scalar",
    "Value",
    "decode",
    "encode",
    "head",
    "read",
    "read_count",
    "text",
]
