"""The bytes of packs and their indexes: Git's ``gitformat-pack``, pack version 2 and index version 2."""

import struct
from binascii import crc32
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha1, sha256
from itertools import count
from typing import Final

from zlib_ng import zlib_ng

from gitledger.frozen import frozen
from gitledger.ids import Kind, ObjectFormat, Oid
from gitledger.store.base import NewObject
from gitledger.store.pack_delta import format_pack_delta

_KINDS: Final[Mapping[Kind, int]] = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
_DELTA: Final = 6
# git-config(1), pack.depth: what Git itself allows when it reads.
_DEEPEST: Final = 50
_HEADER: Final = struct.Struct(">4sII")
_INDEX_MAGIC: Final = b"\xfftOc\x00\x00\x00\x02"
_PLACE: Final = struct.Struct(">IQ")
# An offset in an index has 32 bits. From this one on it has this bit and names a row in a table of 64-bit offsets.
_IN_LARGE: Final = 1 << 31
_LARGE: Final = struct.pack(">Q", _IN_LARGE)


@frozen(kw_only=False)
class Pack:
    """A pack and its index, formatted.

    Attributes:
        checksum: the last bytes of the pack, which name it.
        chunks: the pack, the checksum at its end.
        index: the whole index.
    """

    checksum: bytes
    chunks: list[bytes]
    index: bytes


def format_pack(objects: Iterable[NewObject], object_format: ObjectFormat) -> Pack:
    """Return objects as a pack; one that comes twice is in it once.

    An object whose ``base`` came before it is written as a delta where that is less than three quarters of it: about
    what deflating would leave of the object.

    Args:
        objects: what it holds; each ``oid`` is trusted.
        object_format: the hash function of the repository.
    """
    chunks, places = _format_objects(objects)
    chunks[0] = _HEADER.pack(b"PACK", 2, len(places))
    checksum = _hash(chunks, object_format)
    chunks.append(checksum)
    return Pack(checksum, chunks, format_index(places, checksum, object_format))


def _format_objects(objects: Iterable[NewObject]) -> tuple[list[bytes], dict[Oid, tuple[int, int]]]:
    """Return room for a header and what follows it, and where each object lies, as `format_index` takes it."""
    chunks, offset = [b""], _HEADER.size
    contents: dict[Oid, bytes] = {}
    places: dict[Oid, tuple[int, int]] = {}
    depths: dict[Oid, int] = {}
    for oid, kind_name, content, base in objects:
        if oid in contents:
            continue
        contents[oid] = content
        kind, data, distance = _KINDS[kind_name], content, b""
        if base in places and (depth := depths.get(base, 0) + 1) <= _DEEPEST:
            delta = format_pack_delta(contents[base], content)
            if len(delta) * 4 < len(content) * 3:
                kind, data, distance = _DELTA, delta, _format_distance(offset - places[base][0])
                depths[oid] = depth
        chunk = _format_header(kind, len(data)) + distance + zlib_ng.compress(data, 1)
        places[oid] = (offset, crc32(chunk))
        chunks.append(chunk)
        offset += len(chunk)
    return chunks, places


def format_index(places: Mapping[Oid, tuple[int, int]], checksum: bytes, object_format: ObjectFormat) -> bytes:
    """Return the index of a pack.

    Args:
        places: where each object lies: its offset in the pack and the CRC-32 of its deflated form with header.
        checksum: the last bytes of the pack.
        object_format: the hash function of the repository.
    """
    # Rows of bytes sort much faster than tuples do, and come apart by columns.
    size = object_format.size
    rows = sorted([oid + _PLACE.pack(crc, offset) for oid, (offset, crc) in places.items()])
    width, content = size + _PLACE.size, b"".join(rows)
    firsts = content[::width]
    offsets, large = _column(content, width, size + 8, width), list[bytes]()
    if any(_column(content, width, size + 4, size + 8)) or any(byte & 0x80 for byte in offsets[::4]):
        offsets, large = _offsets([row[size + 4 :] for row in rows])
    index = b"".join(
        [
            _INDEX_MAGIC,
            struct.pack(">256I", *(bisect_right(firsts, first) for first in range(256))),
            _column(content, width, 0, size),
            _column(content, width, size, size + 4),
            offsets,
            *large,
            checksum,
        ]
    )
    return index + _hash([index], object_format)


def _column(content: bytes, width: int, start: int, stop: int) -> bytes:
    """Return what stands from ``start`` to ``stop`` in each row."""
    column = bytearray(len(content) // width * (stop - start))
    for at in range(start, stop):
        column[at - start :: stop - start] = content[at::width]
    return bytes(column)


def _offsets(offsets: list[bytes]) -> tuple[bytes, list[bytes]]:
    """Return a column of 32 bits for offsets of 64, and the table of those that have no room in it."""
    large = [offset for offset in offsets if offset >= _LARGE]
    number = count(_IN_LARGE)
    small = [struct.pack(">I", next(number)) if offset >= _LARGE else offset[4:] for offset in offsets]
    return b"".join(small), large


@lru_cache(maxsize=4096)
def _format_header(kind: int, size: int) -> bytes:
    # Three bits of kind and four of size, then seven bits of size a byte, the lowest first.
    byte, size = kind << 4 | size & 0x0F, size >> 4
    header = bytearray()
    while size:
        header.append(byte | 0x80)
        byte, size = size & 0x7F, size >> 7
    header.append(byte)
    return bytes(header)


def _format_distance(distance: int) -> bytes:
    # How far back the base of a delta lies: seven bits a byte, the highest first, with no two forms of one number.
    out = [distance & 0x7F]
    while distance := distance >> 7:
        distance -= 1
        out.append(distance & 0x7F | 0x80)
    return bytes(reversed(out))


def _hash(chunks: Iterable[bytes], object_format: ObjectFormat) -> bytes:
    digest = sha1(usedforsecurity=False) if object_format.name == "sha1" else sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()
