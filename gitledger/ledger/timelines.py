"""The timelines of all variables as they were after one event, read from the index of its publication.

The newest segment of a timeline may name events of the same publication that come later; these are passed over.
"""

from collections.abc import Iterator

from gitledger.errors import DamageError
from gitledger.ids import EventId, Oid, Variable, shown
from gitledger.ledger.history import Place
from gitledger.ledger.publication import damage_in, read
from gitledger.model.timeline import Timeline, parse_timeline
from gitledger.store import layout
from gitledger.store.base import ObjectStore
from gitledger.store.pathmap import PathMap


def not_written(event: EventId, variable: Variable) -> DamageError:
    """Return the error for an event that stands in the timeline of a variable and has not written it."""
    return DamageError(
        f"event {event.hex()} stands in the timeline of {shown(variable)}; expected it to have written it",
        hint="git ledger verify says more",
    )


class Timelines:
    """The timelines of all variables as they were after one event.

    Args:
        objects: where they are read.
        place: the event.
        is_cut: whether older segments may be gone, with what was published before history is cut off.
    """

    def __init__(self, objects: ObjectStore, place: Place, *, is_cut: bool = False) -> None:
        self._objects = objects
        self._is_cut = is_cut
        self._later = frozenset(place.publication.events[place.position + 1 :])
        self._index = PathMap(
            lambda oid: read(objects, oid, "tree"),
            objects.format,
            place.publication.trees.get(layout.INDEX),
            mark=layout.TIMELINE_MARK,
        )

    def count(self, variable: Variable) -> int:
        """Return how many events changed a variable, also where only the newest of them are known here."""
        oid = self._index.get(variable)
        count = None
        while oid is not None:
            segment = self._segment(oid)
            later = len(self._later.intersection(segment.ids))
            count = (segment.count if count is None else count) - later
            oid = segment.prev if later == len(segment.ids) else None
        return count or 0

    def events(self, variable: Variable) -> Iterator[EventId]:
        """Yield the events that changed a variable, newest first, as far as they are known here."""
        oid = self._index.get(variable)
        while oid is not None:
            segment = self._segment(oid)
            for event in reversed(segment.ids):
                if event not in self._later:
                    yield event
            oid = segment.prev
            if oid is not None and self._is_cut and self._objects.missing([oid]):
                return

    def _segment(self, oid: Oid) -> Timeline:
        with damage_in(oid, "timeline"):
            return parse_timeline(read(self._objects, oid, "blob"))
