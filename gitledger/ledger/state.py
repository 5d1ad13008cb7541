"""``state`` and ``get``: what the variables held after an event.

Every published state is stored. One inside a publication is the state that its parent left, with the deltas up to
the event applied: at most one publication is replayed.
"""

from collections.abc import Iterator
from itertools import islice

from gitledger.codec import Value
from gitledger.errors import NotFoundError
from gitledger.ids import Oid, Variable, parse_variable, shown
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place
from gitledger.ledger.publication import damage_in, read, read_delta, read_publication
from gitledger.ledger.resolve import head_place, resolve
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
        self._unstored: dict[Oid, bytes] = {}
        publication = place.publication
        if place.position == len(publication.events) - 1:
            self._paths = self._open(publication.trees.get(layout.STATE))
        else:
            before = [read_publication(objects, oid) for oid in publication.commit.parents[:1]]
            self._paths = self._open(before[0].trees.get(layout.STATE) if before else None)
            for delta in islice(publication.deltas, place.position + 1):
                self._replay(delta)

    @property
    def id(self) -> Oid:
        """The tree id of the state: the event's ``after``."""
        return self._paths.root() or self._objects.format.oid("tree", b"")

    def holds(self, variable: Variable) -> bytes | None:
        """Return the canonical bytes of a variable's value, or None."""
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
        with damage_in(self._paths.get(variable) or b"", "value"):
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
        return self._unstored | {new.oid: new.data for new in self._paths.take_new()}

    def _open(self, root: Oid | None) -> PathMap:
        return PathMap(lambda oid: read(self._objects, oid, "tree"), self._objects.format, root)

    def _replay(self, delta: Oid) -> None:
        changes = read_delta(self._objects, delta).changes
        for variable in [name for name, value in changes.items() if value is None]:
            self._paths.delete(variable)
        for variable, value in changes.items():
            if value is not None:
                oid = self._objects.format.oid("blob", value)
                self._unstored[oid] = value
                self._paths.set(variable, oid)

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
