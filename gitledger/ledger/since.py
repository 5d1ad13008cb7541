"""What happened since a caller read the ledger: whether a change may still be made, on the head that is there now."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from gitledger.errors import ConflictError, OverlapError
from gitledger.ids import EventId, Variable, shown
from gitledger.ledger.change import Change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import events_since
from gitledger.ledger.publication import Publication, read_envelope
from gitledger.ledger.recent import recent_events
from gitledger.model.merge import Footprint, Overlap, footprint, overlaps
from gitledger.model.rule import OURS, format_rule

_NO_EVENT = EventId(b"")


class Since:
    """What happened between the head that a caller read and the one that is published on.

    Args:
        ledger: which.
        old: what the caller read.
        new: what is published on.
    """

    def __init__(self, ledger: Ledger, old: Publication, new: Publication) -> None:
        self._objects = ledger.objects
        self._old, self._new = old, new
        events = recent_events(ledger.objects, old.oid, new.oid)
        if events is None:
            events = [(place.event, event) for place, event in events_since(ledger.objects, old, new)]
        self._footprint = footprint(events)
        self._rules = {event.rule for _, event in events}
        # A batch asks once for each of its changes: it must not look at all that happened each time.
        self._below: dict[str, list[Variable]] = defaultdict(list)
        for variable in self._footprint.writes.keys() | self._footprint.reads.keys():
            for directory in _directories(variable):
                self._below[directory].append(variable)

    def check(self, change: Change) -> None:
        """Refuse a change that overlaps, or that one of our own verbs has made in the meantime.

        Raises:
            OverlapError: names the variable, the event that got there first, who published it and when, and what
                would have been written.
            ConflictError: the same verb ran elsewhere; even what overlaps with nothing is there now.
        """
        if not self._rules:
            return
        if change.rule.name in OURS and self._objects.format.oid("blob", format_rule(change.rule)) in self._rules:
            raise ConflictError(
                f"another {change.rule.name} published since this one read the ledger; expected to be alone",
                hint="run it again: it goes on behind what is there",
            )
        found = self._overlaps(change)
        if found:
            raise self._refusal(change, found)

    def _overlaps(self, change: Change) -> Sequence[Overlap]:
        mine = Footprint(
            writes=dict.fromkeys(change.writes, _NO_EVENT),
            reads=dict.fromkeys(change.reads, _NO_EVENT),
        )
        near = set(self._near(mine.writes.keys() | mine.reads.keys()))
        writes, reads = (
            {variable: touched[variable] for variable in near & touched.keys()}
            for touched in (self._footprint.writes, self._footprint.reads)
        )
        return overlaps(mine, Footprint(writes=writes, reads=reads))

    def _near(self, variables: Iterable[Variable]) -> Iterator[Variable]:
        """Yield what may have been touched and lies on the path of one of some variables, or below one."""
        for variable in variables:
            yield variable
            yield from map(Variable, _directories(variable))
            yield from self._below.get(variable, ())

    def _refusal(self, change: Change, found: Sequence[Overlap]) -> OverlapError:
        first = found[0]
        events = events_since(self._objects, self._old, self._new)
        place = next(place for place, _ in events if place.event == first.other_event)
        theirs = read_envelope(self._objects, place.publication).meta(place.position)
        return OverlapError(
            f"variable {shown(first.variable)} was to be {'written' if first.access == 'wrote' else 'read'}, and event "
            f"{first.other_event.hex()} {first.other_access} {shown(first.other)} first; expected it untouched since "
            "the ledger was read",
            hint="look at it with git ledger show, then decide again on the new state",
            details={
                "variable": first.variable,
                "event": first.other_event.hex(),
                "author": theirs["author"],
                "time": theirs["time"],
                "overlaps": [{"variable": one.variable, "event": one.other_event.hex()} for one in found],
                "writes": {name: None if value is None else [value.hex()] for name, value in change.writes.items()},
            },
        )


class SinceEach:
    """What happened since each caller read the ledger, where several callers share a publication.

    Args:
        ledger: which.
        bases: the head that the caller of each change read, by the change itself.
        new: the head that is published on.
    """

    def __init__(self, ledger: Ledger, bases: Sequence[tuple[Change, Publication]], new: Publication) -> None:
        by_head = {base.oid: base for _, base in bases}
        since = {oid: Since(ledger, base, new) for oid, base in by_head.items()}
        self._since = {id(change): since[base.oid] for change, base in bases}

    def check(self, change: Change) -> None:
        """Refuse a change as `Since` does."""
        self._since[id(change)].check(change)


def _directories(variable: Variable) -> Iterator[str]:
    """Yield what lies above a variable, the nearest first."""
    directory = variable.rpartition("/")[0]
    while directory:
        yield directory
        directory = directory.rpartition("/")[0]
