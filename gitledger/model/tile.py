"""Tiles: the hashes of the Merkle log, 256 at a time, in the layout of C2SP tlog-tiles.

Hash number ``i`` of level ``l`` is the root of the perfect subtree of 256**l leaves that begins at leaf
``i * 256**l``; tile number ``n`` of a level holds hashes ``256 n`` to ``256 n + 255``. Only full tiles are stored,
each once and for ever. What a partial tile would hold can be had from what is stored: at level 0 from the newest
events, at any other from the full tiles one level below. Specified in ``docs/format/log.md``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from gitledger.errors import DamageError, FormatError
from gitledger.frozen import field, frozen
from gitledger.ids import shown
from gitledger.model.merkle import HASH_BYTES, SIZE_LIMIT, Frontier, grow, node_hash

TILE_WIDTH: Final = 256
TILE_BYTES: Final = TILE_WIDTH * HASH_BYTES

_PATH = re.compile(r"tile/([0-9])/((?:x[0-9]{3}/){0,5}[0-9]{3})\Z")


@frozen(kw_only=False)
class Tile:
    """One full tile; ``data`` is its `TILE_BYTES` bytes, 256 hashes end to end."""

    level: int
    index: int
    data: bytes


class HashReader(Protocol):
    """Reads hashes of the log. What it returns is trusted only as far as the root confirms it."""

    def __call__(self, level: int, start: int, stop: int) -> bytes:
        """Return the hashes ``start`` to ``stop - 1`` of a level, end to end; all belong to one tile."""


@frozen
class TiledLog:
    """A log that grows.

    Attributes:
        frontier: what the log is.
        tails: by level, the newest hashes of its partial tile, end to end: all that came since the log was opened.
            A log that was grown from nothing knows every tail whole; one that begins with a frontier knows none.
    """

    frontier: Frontier
    tails: Mapping[int, bytes] = field(default_factory=dict)


def extend(log: TiledLog, leaves: Sequence[bytes], read: HashReader) -> tuple[TiledLog, list[Tile]]:
    """Return the log with more leaves, and the tiles that these complete, lowest level first.

    Args:
        log: the log so far.
        leaves: the hashes of the new leaves.
        read: reads hashes of the log as it was when it was opened, of partial tiles alone; called when a tile is
            completed of which ``log`` does not know the beginning, so at most once per level after opening.

    Raises:
        DamageError: the hashes that were read are not those that the frontier was made from.
    """
    older, tails, tiles = list(log.frontier.hashes), dict(log.tails), list[Tile]()
    newer: list[bytes] = []
    level, first, new = 0, log.frontier.size, list(leaves)
    while new:
        # ``new`` are this level's hashes from ``first`` on; ``roots`` is what the frontier holds of their tile.
        index, held = divmod(first, TILE_WIDTH)
        split = len(older) - held.bit_count()
        older, roots = older[:split], older[split:]
        tail = tails.get(level, b"")
        if held + len(new) < TILE_WIDTH:
            newer = grow(roots, held, new) + newer
            tails[level] = tail + b"".join(new)
            break
        if len(tail) < held * HASH_BYTES:
            tail = read(level, first - held, first - len(tail) // HASH_BYTES) + tail
            _check_tail(level, first, tail, roots)
        full, tails[level] = _cut(level, index, tail + b"".join(new))
        newer = grow((), 0, _hashes(tails[level])) + newer
        tiles += full
        level, first, new = level + 1, index, [tile_root(tile.data) for tile in full]
    frontier = Frontier(size=log.frontier.size + len(leaves), hashes=(*older, *newer))
    return TiledLog(frontier=frontier, tails=tails), tiles


def _check_tail(level: int, stop: int, tail: bytes, roots: Sequence[bytes]) -> None:
    # A tile is for ever: one that contradicts the root must never be written.
    if grow((), 0, _hashes(tail)) != roots:
        start = stop - stop % TILE_WIDTH
        raise DamageError(f"the log's hashes {start} to {stop - 1} of level {level} do not fold to its frontier")


def _cut(level: int, index: int, row: bytes) -> tuple[list[Tile], bytes]:
    # Full tiles from number ``index`` on, and what is left over.
    end = len(row) - len(row) % TILE_BYTES
    starts = range(0, end, TILE_BYTES)
    return [Tile(level, index + n, row[at : at + TILE_BYTES]) for n, at in enumerate(starts)], row[end:]


def _hashes(row: bytes) -> list[bytes]:
    return [row[at : at + HASH_BYTES] for at in range(0, len(row), HASH_BYTES)]


def tile_root(row: bytes) -> bytes:
    """Return the root of the perfect subtree over 1, 2, 4, ... 256 hashes that lie end to end."""
    hashes = _hashes(row)
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def stored_hashes(
    size: int,
    *,
    tile: Callable[[int, int], bytes],
    leaves: Callable[[int, int], bytes],
) -> HashReader:
    """Return a reader of a log of ``size`` leaves that is stored as full tiles and events.

    Args:
        size: number of leaves.
        tile: returns the bytes of the full tile (level, index).
        leaves: returns the leaf hashes (start, stop), end to end, computed from the events; asked only for leaves
            after the last full tile of level 0, at most 255.
    """

    def read(level: int, start: int, stop: int) -> bytes:
        index = start // TILE_WIDTH
        if (index + 1) * TILE_WIDTH <= size >> 8 * level:
            first = index * TILE_WIDTH
            return _checked(tile(level, index))[(start - first) * HASH_BYTES : (stop - first) * HASH_BYTES]
        if level == 0:
            return leaves(start, stop)
        return b"".join(tile_root(_checked(tile(level - 1, below))) for below in range(start, stop))

    return read


def _checked(data: bytes) -> bytes:
    if len(data) != TILE_BYTES:
        raise FormatError(f"a tile has {len(data)} bytes; expected {TILE_BYTES}")
    return data


def tile_path(level: int, index: int) -> str:
    """Return the path of a full tile below ``log/``, for instance ``tile/0/x001/x234/067`` for number 1,234,067."""
    path = f"{index % 1000:03}"
    while index := index // 1000:
        path = f"x{index % 1000:03}/{path}"
    return f"tile/{level}/{path}"


def parse_tile_path(path: str) -> tuple[int, int]:
    """Return level and index of the full tile that lies at a path below ``log/``.

    Raises:
        FormatError: a path that `tile_path` returns for no tile of any log; that of a partial tile is one.
    """
    match = _PATH.match(path)
    if match:
        level, index = int(match[1]), int(re.sub("[x/]", "", match[2]))
        if tile_path(level, index) == path and (index + 1) * TILE_WIDTH <= SIZE_LIMIT >> 8 * level:
            return level, index
    raise FormatError(f"{shown(path)} is not the path of a full tile; expected one such as tile/0/x001/234")
