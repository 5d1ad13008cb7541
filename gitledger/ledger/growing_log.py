"""The Merkle log of a draft: leaf hashes taken in one by one, tiles when they are full.

A log that was opened at a head knows only its frontier. The hashes of a partial tile are computed again from the
newest events, once, when that tile fills: an append reads them one time in 256.
"""

from collections.abc import Callable

from gitledger.ids import Oid
from gitledger.ledger.history import backwards
from gitledger.ledger.publication import Publication, read, read_event
from gitledger.model.merkle import Frontier, leaf_data, leaf_hash
from gitledger.model.tile import Tile, TiledLog, extend, stored_hashes
from gitledger.store.base import ObjectStore


class GrowingLog:
    """The log of a draft.

    Args:
        objects: where events are read.
        head: the publication to go on from, or None for an empty log.
        tile: returns the bytes of the full tile (level, index) that the head's log holds.
    """

    def __init__(self, objects: ObjectStore, head: Publication | None, tile: Callable[[int, int], bytes]) -> None:
        self._objects = objects
        self._head = head
        self._sealed = TiledLog(frontier=head.log if head else Frontier())
        self._stored = stored_hashes(self._sealed.frontier.size, tile=tile, leaves=self._stored_leaves)
        self._new: list[bytes] = []

    @property
    def size(self) -> int:
        """How many leaves the log has, those of the draft included."""
        return self._sealed.frontier.size + len(self._new)

    def append(self, leaf: bytes) -> None:
        """Take in the hash of one more leaf."""
        self._new.append(leaf)

    def seal(self) -> tuple[Frontier, list[Tile]]:
        """Return the frontier after all leaves so far, and the tiles that were filled since the last call."""
        self._sealed, tiles = extend(self._sealed, self._new, self._stored)
        self._new = []
        return self._sealed.frontier, tiles

    def _stored_leaves(self, start: int, stop: int) -> bytes:
        if self._head is None:
            raise AssertionError("an empty log has no leaves")
        hashes: list[bytes] = []
        for place in backwards(self._objects, self._head):
            if len(hashes) == stop - start:
                break
            hashes.append(stored_leaf(self._objects, place.publication, place.position))
        return b"".join(reversed(hashes))


def stored_leaf(objects: ObjectStore, publication: Publication, position: int) -> bytes:
    """Return the leaf hash of an event, computed from its bytes, its rule's and its delta's."""
    event_id = publication.events[position]
    event = read_event(objects, event_id)
    parts = (Oid(event_id), event.rule, publication.deltas[position])
    return leaf_hash(leaf_data(*(read(objects, oid, "blob") for oid in parts)))
