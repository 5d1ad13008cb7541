"""``state`` and ``get``: what the variables held after an event.

Every published state is stored. One inside a publication is the state that its parent left, with the deltas up to
the event applied: at most one publication is replayed. For a single variable it is enough to look up in its timeline
which event of that publication wrote it last.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from gitledger.codec import Value
from gitledger.errors import NotFoundError
from gitledger.ids import Oid, Variable, parse_variable, shown
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place, end_of
from gitledger.ledger.publication import Publication, damage_in, read, read_delta, read_event, read_publication
from gitledger.ledger.resolve import head_place, resolve
from gitledger.ledger.timelines import Timelines, not_written
from gitledger.model.value import parse_value
from gitledger.store import layout
from gitledger.store.base import ObjectStore
from gitledger.store.pathmap import PathMap


class State:
    """The values of all variables after one event.

    Args:
        objects: where they are read.
        place: the event.
    """

    def __init__(self, objects: ObjectStore, place: Place) -> None:
        self._objects = objects
        self._place = place
        self._is_stored = place.position == len(place.publication.events) - 1
        self._unstored: dict[Oid, bytes] = {}

    @property
    def id(self) -> Oid:
        """The tree id of the state: the event's ``after``."""
        if not self._is_stored:
            return read_event(self._objects, self._place.event).after
        return self._paths.root() or self._objects.format.oid("tree", b"")

    def holds(self, variable: Variable) -> bytes | None:
        """Return the canonical bytes of a variable's value, or None."""
        if not self._is_stored:
            return self._held_inside(variable)
        oid = self._paths.get(variable)
        return oid and self._read(oid)

    def value(self, variable: Variable) -> Value:
        """Return what a variable holds.

        Raises:
            NotFoundError: it holds nothing.
        """
        data = self.holds(variable)
        if data is None:
            raise NotFoundError(
                f"variable {shown(variable)} holds nothing; expected a value", details={"variable": variable}
            )
        with damage_in(self._objects.format.oid("blob", data), "value"):
            return parse_value(data)

    def blobs(self, prefix: str = "") -> Iterator[tuple[Variable, Oid]]:
        """Yield each variable below a directory with the blob of its value, sorted by the bytes of its name."""
        for path, oid in self._paths.items(prefix):
            yield Variable(path), oid

    def values(self, prefix: str = "") -> Iterator[tuple[Variable, Value]]:
        """Yield each variable below a directory with its value, sorted by the bytes of its name."""
        for variable, oid in self.blobs(prefix):
            with damage_in(oid, "value"):
                value = parse_value(self._read(oid))
            yield variable, value

    def unstored(self) -> dict[Oid, bytes]:
        """Return the trees and values of this state that no publication may store; empty after a publication's end."""
        trees = {new.oid: new.data for new in self._paths.take_new()}
        return self._unstored | trees

    @cached_property
    def _before(self) -> Publication | None:
        """The publication whose state the replay begins with."""
        parents = self._place.publication.commit.parents
        return read_publication(self._objects, parents[0]) if parents else None

    @cached_property
    def _paths(self) -> PathMap:
        publication = self._place.publication
        if self._is_stored:
            return self._open(publication.trees.get(layout.STATE))
        paths = self._open(self._before.trees.get(layout.STATE) if self._before else None)
        for delta in islice(publication.deltas, self._place.position + 1):
            self._replay(paths, delta)
        return paths

    def _held_inside(self, variable: Variable) -> bytes | None:
        """Return what a variable holds after an event that others of its publication follow."""
        publication = self._place.publication
        events = publication.events[: self._place.position + 1]
        newest = next(Timelines(self._objects, self._place).events(variable), None)
        if newest not in events:
            return State(self._objects, end_of(self._before)).holds(variable) if self._before else None
        changes = read_delta(self._objects, publication.deltas[events.index(newest)]).changes
        if variable not in changes:
            raise not_written(newest, variable)
        return changes[variable]

    def _open(self, root: Oid | None) -> PathMap:
        return PathMap(lambda oid: read(self._objects, oid, "tree"), self._objects.format, root)

    def _replay(self, paths: PathMap, delta: Oid) -> None:
        changes = read_delta(self._objects, delta).changes
        for variable in [name for name, value in changes.items() if value is None]:
            paths.delete(variable)
        for variable, value in changes.items():
            if value is not None:
                oid = self._objects.format.oid("blob", value)
                self._unstored[oid] = value
                paths.set(variable, oid)

    def _read(self, oid: Oid) -> bytes:
        return self._unstored.get(oid) or read(self._objects, oid, "blob")


def state(ledger: Ledger, *, at: str | None = None) -> State:
    """Return what all variables hold, now or after the event that ``at`` names.

    Raises:
        NotFoundError: no such ledger or event.
    """
    return State(ledger.objects, resolve(ledger, at) if at is not None else head_place(ledger))


def get(ledger: Ledger, variable: str, *, at: str | None = None) -> Value:
    """Return what one variable holds, now or after the event that ``at`` names.

    Raises:
        FormatError: not the name of a variable.
        NotFoundError: no such ledger or event, or the variable holds nothing.
    """
    name = parse_variable(variable)
    return state(ledger, at=at).value(name)
