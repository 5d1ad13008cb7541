"""The Merkle log of a draft: leaf hashes taken in one by one, tiles when they are full.

A log that was opened at a head knows only its frontier. The hashes of a partial tile are computed again from the
newest events, once, when that tile fills: an append reads them one time in 256.
"""

from itertools import islice

from gitledger.errors import DamageError
from gitledger.ids import Oid
from gitledger.ledger.history import backwards
from gitledger.ledger.publication import Publication, read, read_event
from gitledger.model.merkle import Frontier, format_head, leaf_data, leaf_hash
from gitledger.model.tile import TiledLog, extend, stored_hashes, tile_path
from gitledger.store import layout
from gitledger.store.base import NewObject, ObjectStore
from gitledger.store.pathmap import NEVER_SPLIT, PathMap


class GrowingLog:
    """The log of a draft.

    Args:
        objects: where events, tiles and trees are read.
        head: the publication to go on from, or None for an empty log.

    Attributes:
        tree: ``log/`` as `seal` left it.
    """

    def __init__(self, objects: ObjectStore, head: Publication | None) -> None:
        self._objects = objects
        self._head = head
        root = head.trees[layout.LOG] if head else None
        self.tree = PathMap(lambda oid: read(objects, oid, "tree"), objects.format, root, split_above=NEVER_SPLIT)
        self._sealed = TiledLog(frontier=head.log if head else Frontier())
        self._opened_size = self._sealed.frontier.size
        self._new: list[bytes] = []
        self._written_head: Oid | None = None

    @property
    def size(self) -> int:
        """How many leaves the log has, those of the draft included."""
        return self._sealed.frontier.size + len(self._new)

    def append(self, leaf: bytes) -> None:
        """Take in the hash of one more leaf."""
        self._new.append(leaf)

    def seal(self) -> tuple[list[NewObject], Frontier]:
        """Bring the tree up to date; return the new blobs, full tiles and the head, and the frontier."""
        stored = stored_hashes(self._opened_size, tile=self._tile, leaves=self._stored_leaves)
        self._sealed, tiles = extend(self._sealed, self._new, stored)
        self._new = []
        data = {tile_path(tile.level, tile.index): tile.data for tile in tiles}
        data[layout.LOG_HEAD] = format_head(self._sealed.frontier)
        new = [NewObject(self._objects.format.oid("blob", one), "blob", one) for one in data.values()]
        for path, blob in zip(data, new, strict=True):
            self.tree.set(path, blob.oid)
        new[-1] = NewObject(new[-1].oid, "blob", new[-1].data, self._written_head)
        self._written_head = new[-1].oid
        return new, self._sealed.frontier

    def _tile(self, level: int, index: int) -> bytes:
        oid = self.tree.get(tile_path(level, index))
        if oid is None:
            raise DamageError(f"the log has no tile {tile_path(level, index)}; expected every full tile")
        return read(self._objects, oid, "blob")

    def _stored_leaves(self, start: int, stop: int) -> bytes:
        if self._head is None:
            raise AssertionError("an empty log has no leaves")
        # Imported here because it comes once in 256 appends.
        from gitledger.ledger.stored_log import leaf_hashes

        # Not one event more is asked for: what is before them may be gone.
        places = list(islice(backwards(self._objects, self._head), stop - start))
        deltas = [place.publication.deltas[place.position] for place in places]
        return b"".join(reversed(leaf_hashes(self._objects, [place.event for place in places], deltas)))


def stored_leaf(objects: ObjectStore, publication: Publication, position: int) -> bytes:
    """Return the leaf hash of an event, computed from its bytes, its rule's and its delta's."""
    event_id = publication.events[position]
    event = read_event(objects, event_id)
    parts = (Oid(event_id), event.rule, publication.deltas[position])
    return leaf_hash(leaf_data(*(read(objects, oid, "blob") for oid in parts)))
