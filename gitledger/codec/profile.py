"""The profile of CBOR: its types, its limits, and the rule that both directions keep about keys."""

import struct
from operator import lt
from typing import Final, TypeAlias

from gitledger.errors import FormatError
from gitledger.frozen import frozen

DEPTH_LIMIT: Final = 128
"""Arrays and maps that may be open at once: 128 around an integer are accepted, 129 are refused."""
SIZE_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of one encoding, unless the caller says less."""
KEY_LIMIT: Final = 1024
"""Keys of one map that are neither text nor bytes. Python hashes numbers without a secret: 11,000 chosen integers
take a dict 0.1 s, and ten times as many a hundred times as long."""


@frozen(kw_only=False)
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

UINT, NINT, BYTES, TEXT, ARRAY, MAP, TAG, OTHER = range(0x00, 0x100, 0x20)
"""The major types, as they stand in the upper three bits of an initial byte (RFC 8949, section 3.1)."""
INLINE: Final = 24
"""Arguments below this one stand in the initial byte itself."""
SHORTEST: Final = (INLINE, 1 << 8, 1 << 16, 1 << 32)
"""The smallest argument that needs 1, 2, 4 or 8 bytes after the initial byte."""
INTEGERS: Final = 1 << 64
"""An integer n is in range when -2^64 <= n < 2^64."""
SIMPLE: Final = {0xF4: False, 0xF5: True, 0xF6: None}
FLOATS: Final = {0xF9: struct.Struct(">e"), 0xFA: struct.Struct(">f"), 0xFB: struct.Struct(">d")}


def check_keys(keys: list[bytes]) -> None:
    """Check the encoded keys of one map.

    Raises:
        FormatError: out of order, one twice, too many that are neither text nor bytes.
    """
    if not all(map(lt, keys, keys[1:])):
        raise FormatError("a map has keys out of order, or one twice; expected each once, in the order of their bytes")
    if len(keys) > KEY_LIMIT and sum(not BYTES <= key[0] < ARRAY for key in keys) > KEY_LIMIT:
        raise FormatError(f"a map has more than {KEY_LIMIT:,} keys that are neither text nor bytes; expected fewer")
