"""The Merkle log that a publication carries, read as far as it is asked for: full tiles, and the newest events."""

from gitledger.errors import DamageError, FormatError
from gitledger.ids import EventId, Oid
from gitledger.ledger.growing_log import stored_leaf
from gitledger.ledger.history import backwards
from gitledger.ledger.publication import Publication, damage_in, read, read_event
from gitledger.model.merkle import HASH_BYTES, Frontier, leaf_data
from gitledger.model.tile import TILE_WIDTH, HashReader, stored_hashes, tile_path
from gitledger.store import layout
from gitledger.store.base import ObjectStore
from gitledger.store.pathmap import NEVER_SPLIT, PathMap


class StoredLog:
    """The log of one publication.

    Attributes:
        frontier: size and right edge.
        read: reads its hashes, those of partial tiles included.
    """

    def __init__(self, objects: ObjectStore, publication: Publication) -> None:
        self._objects = objects
        self.frontier: Frontier = publication.log
        self.read: HashReader = stored_hashes(self.frontier.size, tile=self.tile, leaves=self._leaves)
        self._paths = PathMap(self._load, objects.format, publication.trees[layout.LOG], split_above=NEVER_SPLIT)
        self._places = backwards(objects, publication)
        self._newest: list[bytes] = []  # leaf hashes, newest first

    def tile(self, level: int, index: int) -> bytes:
        """Return the bytes of a full tile.

        Raises:
            DamageError: it is missing, corrupt, or no tile.
        """
        path = tile_path(level, index)
        oid = self._paths.get(path)
        if oid is None:
            raise DamageError(f"the log has no tile {path}; expected every full tile")
        with damage_in(oid, "tile"):
            data = read(self._objects, oid, "blob")
            if len(data) != TILE_WIDTH * HASH_BYTES:
                raise FormatError(f"it has {len(data)} bytes; expected {TILE_WIDTH * HASH_BYTES}")
        return data

    def find(self, leaf: bytes) -> int | None:
        """Return the number of the leaf with this hash, or None; looks at the newest first, 256 at a time."""
        full = self.frontier.size // TILE_WIDTH
        rows = [(full * TILE_WIDTH, self._leaves(full * TILE_WIDTH, self.frontier.size))]
        while rows:
            start, row = rows.pop()
            at = row.find(leaf)
            while at > 0 and at % HASH_BYTES:  # across two hashes: no leaf
                at = row.find(leaf, at + 1)
            if at >= 0:
                return start + at // HASH_BYTES
            if start:
                index = start // TILE_WIDTH - 1
                rows.append((index * TILE_WIDTH, self.tile(0, index)))
        return None

    def _leaves(self, start: int, stop: int) -> bytes:
        size = self.frontier.size
        while len(self._newest) < size - start:
            place = next(self._places)
            self._newest.append(stored_leaf(self._objects, place.publication, place.position))
        return b"".join(reversed(self._newest[size - stop : size - start]))

    def _load(self, oid: Oid) -> bytes:
        return read(self._objects, oid, "tree")


def stored_leaf_data(objects: ObjectStore, event: EventId) -> bytes:
    """Return what the leaf of an event stands for, from the event and what it names.

    Raises:
        DamageError: an object is missing or corrupt.
    """
    content = read_event(objects, event)
    with damage_in(event, "event"):
        return leaf_data(*(read(objects, oid, "blob") for oid in (Oid(event), content.rule, content.delta)))
