"""Walking a ledger's history: publications along parents, events in the order of the log.

The log of a publication is the log of its first parent, then (for a merge) those events of the other parents' logs
that are not in it, in their logs' order, then its own events (``docs/format/merge.md``).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gitledger.errors import NotFoundError
from gitledger.ids import EventId, Oid
from gitledger.ledger.graph import Node, only_reached
from gitledger.ledger.publication import Publication, read_envelope, read_event, read_publication
from gitledger.model.event import Event
from gitledger.store.base import ObjectStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an event stands.

    Attributes:
        publication: what carries it.
        position: its place there, from 0.
        seq: its place in the log of the ledger that was asked, from 1.
    """

    publication: Publication
    position: int
    seq: int

    @property
    def event(self) -> EventId:
        """The event that stands here."""
        return self.publication.events[self.position]


class _Line:
    """A history that is walked back along first parents.

    Attributes:
        ahead: the next publication, or None at its end.
        wanted: which of its events are still to come; None is all of them.
    """

    def __init__(self, ahead: Publication, wanted: set[EventId] | None) -> None:
        self.ahead: Publication | None = ahead
        self.wanted = wanted

    def takes(self, event: EventId) -> bool:
        """Return whether an event is one to yield; it is one only once."""
        if self.wanted is None:
            return True
        found = event in self.wanted
        self.wanted.discard(event)
        return found

    def side(self, objects: ObjectStore, other: Publication, first: Publication) -> "_Line":
        """Return the line that a merge of ``other`` into ``first`` brings in here."""
        wanted = _events_only_in(objects, other, first)
        if self.wanted is not None:
            wanted &= self.wanted
            self.wanted -= wanted
        return _Line(other, wanted)


def backwards(objects: ObjectStore, head: Publication) -> Iterator[Place]:
    """Yield the places of all events of a log, newest first."""
    seq = head.log.size
    lines = [_Line(head, None)]
    # A stack of our own: a history may hold merges within merges a thousand deep.
    while lines:
        line, publication = lines[-1], lines[-1].ahead
        if publication is None or line.wanted == set():
            lines.pop()
            continue
        for position in reversed(range(len(publication.events))):
            if line.takes(publication.events[position]):
                yield Place(publication=publication, position=position, seq=seq)
                seq -= 1
        parents = [read_publication(objects, oid) for oid in publication.commit.parents]
        line.ahead = parents[0] if parents else None
        lines += [line.side(objects, other, parents[0]) for other in parents[1:]]


def joined(objects: ObjectStore, other: Publication, first: Publication) -> Iterator[Place]:
    """Yield the places of one log whose events are not in another, newest first, with the seq they have there."""
    wanted = _events_only_in(objects, other, first)
    if not wanted:
        return
    for place in backwards(objects, other):
        if place.event in wanted:
            yield place
            wanted.remove(place.event)
            if not wanted:
                return


def _events_only_in(objects: ObjectStore, other: Publication, first: Publication) -> set[EventId]:
    # By event, not by publication: two people who do the same on the same head publish the same event twice.
    mine, theirs = divergence(objects, first, other)
    wanted = {event for publication in theirs for event in publication.events}
    wanted.difference_update(event for publication in (first, *mine) for event in publication.events)
    if wanted:
        _discard_common(objects, wanted, [first, *mine, *theirs], lowest=min(one.first_seq for one in theirs))
    return wanted


def _discard_common(objects: ObjectStore, events: set[EventId], known: list[Publication], *, lowest: int) -> None:
    """Discard events that a publication which both heads reach carries, too.

    An event has the same place in every log that ends with it, for its log is all that it follows from. So only
    publications that reach up to the place ``lowest`` can carry one of these events: as a rule none.
    """
    seen = {publication.oid: publication for publication in known}
    pending = list(known)
    while pending and events:
        publication = pending.pop()
        for oid in publication.commit.parents:
            if oid not in seen:
                seen[oid] = read_publication(objects, oid)
                if seen[oid].log.size >= lowest:
                    pending.append(seen[oid])
                    events.difference_update(seen[oid].events)


def divergence(
    objects: ObjectStore, left: Publication, right: Publication
) -> tuple[list[Publication], list[Publication]]:
    """Return the publications that only the left, and only the right, of two heads can reach, newest first."""
    found = {left.oid: left, right.oid: right}

    def look(oid: Oid) -> Node:
        if oid not in found:
            found[oid] = read_publication(objects, oid)
        return Node(read_envelope(objects, found[oid]).ts, found[oid].commit.parents)

    mine, theirs = only_reached(look, left.oid, right.oid)
    return [found[oid] for oid in mine], [found[oid] for oid in theirs]


def events_since(objects: ObjectStore, old: Publication, new: Publication) -> list[tuple[Place, Event]]:
    """Return the events that ``new`` has and ``old`` has not, oldest first, with their places in ``new``'s log."""
    places = list(joined(objects, new, old))
    return [(place, read_event(objects, place.event)) for place in reversed(places)]


def find_event(objects: ObjectStore, head: Publication, event: EventId) -> Place:
    """Return where an event stands in a ledger.

    Raises:
        NotFoundError: it is not in this ledger.
    """
    for place in backwards(objects, head):
        if place.event == event:
            return place
    raise NotFoundError(f"event {event.hex()} is not in this ledger; expected one that git ledger log lists")
