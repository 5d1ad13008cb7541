"""The timelines of a draft: each variable's newest segment in memory while events are taken in, stored once."""

from collections.abc import Iterable
from typing import Final

from gitledger.ids import EventId, ObjectFormat, Oid, Variable
from gitledger.ledger.publication import damage_in
from gitledger.model.timeline import Timeline, extend, format_timeline, is_full, parse_timeline
from gitledger.store.base import NewObject, ObjectStore
from gitledger.store.pathmap import PathMap

# Timelines kept for the next publication, about 1 KB each.
_KEPT: Final = 50_000


class GrowingTimelines:
    """The timelines of a draft.

    Args:
        objects: where stored segments are read.
        index: where they are listed; brought up to date by `seal`.
    """

    def __init__(self, objects: ObjectStore, index: PathMap) -> None:
        self._objects = objects
        self._format: ObjectFormat = objects.format
        self._index = index
        self._newest: dict[Variable, Timeline | None] = {}  # None for a variable that has no timeline yet
        self._touched: dict[Variable, Timeline] = {}
        self._full: dict[Oid, NewObject] = {}
        self._written: dict[Variable, Oid] = {}

    def load(self, variables: Iterable[Variable]) -> None:
        """Read the timelines of variables that are about to be written, all at once."""
        stored = {name: self._index.get(name) for name in variables if name not in self._newest}
        loaded: dict[Variable, Timeline | None] = dict.fromkeys(stored)
        wanted = [(name, oid) for name, oid in stored.items() if oid is not None]
        found = self._objects.read_many([oid for _, oid in wanted])
        for (name, oid), blob in zip(wanted, found, strict=True):
            with damage_in(oid, "timeline"):
                loaded[name] = parse_timeline(blob.data)
        self._newest.update(loaded)

    def append(self, variable: Variable, event: EventId) -> None:
        """Note that an event changed a variable."""
        if variable not in self._newest:
            self.load([variable])
        timeline = self._newest[variable]
        full = None
        if timeline is not None and is_full(timeline):
            data = format_timeline(timeline)
            full = self._format.oid("blob", data)
            self._full[full] = NewObject(full, "blob", data, self._written.get(variable))
        self._newest[variable] = self._touched[variable] = extend(timeline, event, full)

    def seal(self) -> tuple[list[NewObject], list[Oid]]:
        """Bring the index up to date; return all new segments, and which of them are full and done with."""
        new, full = list(self._full.values()), sorted(self._full)
        for variable, timeline in self._touched.items():
            data = format_timeline(timeline)
            oid = self._format.oid("blob", data)
            new.append(NewObject(oid, "blob", data, self._written.get(variable)))
            self._written[variable] = oid
            self._index.set(variable, oid)
        self._full, self._touched = {}, {}
        if len(self._newest) > _KEPT:
            self._newest.clear()
            self._written.clear()
        return new, full
