"""Bringing a catalog up to date: what is new on the way from the head back along first parents, as runs.

What is new is read and nothing else: of each publication the commit, its tree and the list of its events; of a merge
also what it brought in.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from gitledger.ids import EventId, Oid
from gitledger.ledger.history import brought_in
from gitledger.ledger.publication import damage_in, events_tree, read, read_publication
from gitledger.store.base import ObjectStore
from gitledger.store.catalog import Catalog, Run
from gitledger.store.commit import parse_commit
from gitledger.store.numbered import parse_numbered

_WINDOW: Final = 256
"""Publications whose trees are asked for together."""

Found = tuple[Run, Sequence[EventId]]


class Line:
    """The publications along first parents that a catalog does not know, 40 or 64 bytes each.

    Args:
        objects: where they are read.
        catalog: what is known.
        head: the newest one.
        cut: where history is cut off.

    Raises:
        DamageError: an object is missing or corrupt.
    """

    def __init__(self, objects: ObjectStore, catalog: Catalog, head: Oid, cut: frozenset[Oid]) -> None:
        self._objects = objects
        self._new = bytearray()  # the ids of commit and tree of each, newest first
        self._merges: set[Oid] = set()
        self.size, self._steps = 0, 0
        ahead: Oid | None = head
        while ahead is not None and not self._is_known(catalog, ahead):
            with damage_in(ahead, "publication"):
                commit = parse_commit(read(objects, ahead, "commit"), objects.format)
            self._new += ahead + commit.tree
            if len(commit.parents) > 1:
                self._merges.add(ahead)
            if ahead in cut:
                self.size = self._steps = read_publication(objects, ahead).first_seq - 1
                self._merges.discard(ahead)
                break
            ahead = commit.parents[0] if commit.parents else None

    def runs(self) -> Iterator[Found]:
        """Yield what is new, oldest first, from the event after number `size` on."""
        last, steps = self.size, self._steps
        for oid, events in self._with_events():
            for brought in self._brought_in(oid) if oid in self._merges else ():
                last += len(brought[1])
                yield brought[0]._replace(last=last, steps=steps), brought[1]
            last, steps = last + len(events), steps + len(events)
            yield Run(last, oid, len(events) - 1, steps, is_line=True), events

    def _is_known(self, catalog: Catalog, oid: Oid) -> bool:
        size = catalog.size_at(oid)
        if size is None:
            return False
        run = catalog.run_with(size)
        self.size, self._steps = size, run.steps if run else 0
        return True

    def _with_events(self) -> Iterator[tuple[Oid, list[EventId]]]:
        """Yield each publication with its events, oldest first."""
        size, objects = self._objects.format.size, self._objects
        rows = range(len(self._new) - 2 * size, -1, -2 * size)
        for start in range(0, len(rows), _WINDOW):
            window = [(self._id(at), self._id(at + size)) for at in rows[start : start + _WINDOW]]
            trees = objects.read_many([tree for _, tree in window])
            lists = []
            for (oid, _), tree in zip(window, trees, strict=True):
                with damage_in(oid, "publication"):
                    lists.append(events_tree(tree.data, objects.format))
            for (oid, _), events in zip(window, objects.read_many(lists), strict=True):
                with damage_in(oid, "publication"):
                    yield oid, list(map(EventId, parse_numbered(events.data, objects.format)))

    def _id(self, at: int) -> Oid:
        return Oid(bytes(self._new[at : at + self._objects.format.size]))

    def _brought_in(self, oid: Oid) -> Iterator[Found]:
        """Yield what a merge brought in; where it stands in the log is for the caller to say."""
        merge = read_publication(self._objects, oid)
        first, *others = (read_publication(self._objects, parent) for parent in merge.commit.parents)
        for second in others:
            run: Run | None = None
            events: list[EventId] = []
            for place in brought_in(self._objects, merge, first, second):
                if run and (run.publication, run.position + 1) != (place.publication.oid, place.position):
                    yield run, events
                    events = []
                run = Run(0, place.publication.oid, place.position, 0, is_line=False)
                events.append(place.event)
            if run:
                yield run, events
