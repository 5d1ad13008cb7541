"""The Merkle log that a publication carries, read as far as it is asked for: full tiles, and the newest events."""

from collections.abc import Iterator, Sequence
from itertools import islice

from gitledger.errors import DamageError, FormatError
from gitledger.ids import EventId, Oid
from gitledger.ledger.history import Place, backwards
from gitledger.ledger.publication import Publication, damage_in, read, read_event
from gitledger.model.event import parse_event
from gitledger.model.merkle import HASH_BYTES, Frontier, leaf_data, leaf_hash
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
        self._older = backwards(objects, publication)
        self._newest: list[Place] = []  # newest first

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

    def holds(self, index: int, leaf: bytes) -> bool:
        """Return whether the leaf of this number, from 0, is there and has this hash."""
        return index < self.frontier.size and self.read(0, index, index + 1) == leaf

    def find(self, event: EventId, leaf: bytes) -> int | None:
        """Return the number, from 0, of an event whose leaf has this hash, or None; looks at the newest tile first."""
        full = self.frontier.size // TILE_WIDTH
        for place in self._places_from(full * TILE_WIDTH):
            if place.event == event:
                return place.seq - 1
        for index in reversed(range(full)):
            row = self.tile(0, index)
            at = row.find(leaf)
            while at > 0 and at % HASH_BYTES:  # across two hashes: no leaf
                at = row.find(leaf, at + 1)
            if at >= 0:
                return index * TILE_WIDTH + at // HASH_BYTES
        return None

    def _leaves(self, start: int, stop: int) -> bytes:
        places = list(islice(self._places_from(start), self.frontier.size - stop, None))
        return b"".join(reversed(leaf_hashes(self._objects, [place.event for place in places])))

    def _places_from(self, start: int) -> Iterator[Place]:
        """Yield where the events from this number on stand, newest first."""
        for count in range(self.frontier.size - start):
            if count == len(self._newest):
                self._newest.append(next(self._older))
            yield self._newest[count]

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


def leaf_hashes(objects: ObjectStore, events: Sequence[EventId], deltas: Sequence[Oid] | None = None) -> list[bytes]:
    """Return the leaf hashes of events, whose objects are read all at once.

    Args:
        objects: where they are read.
        events: which.
        deltas: what their publications list, for those who judge what is there; None for the deltas that they name.

    Raises:
        DamageError: an object is missing, corrupt, or no event.
    """
    found = [one.data for one in objects.read_many([Oid(event) for event in events])]
    with damage_in(events[0] if events else b"", "event"):
        parsed = [parse_event(data) for data in found]
    known = {rule: read(objects, rule, "blob") for rule in {event.rule for event in parsed}}
    changes = objects.read_many([event.delta for event in parsed] if deltas is None else deltas)
    parts = zip(found, parsed, changes, strict=True)
    return [leaf_hash(leaf_data(data, known[event.rule], delta.data)) for data, event, delta in parts]
