"""Walking a ledger's history: publications along parents, events in the order of the log.

The log of a publication is the log of its first parent, then (for a merge) those events of the other parents' logs
that are not in it, in their logs' order, then its own events (``docs/format/merge.md``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

from gitledger.errors import NotFoundError
from gitledger.ids import EventId, Oid
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


def backwards(objects: ObjectStore, head: Publication) -> Iterator[Place]:
    """Yield the places of all events of a log, newest first."""
    publication = head
    while True:
        for position in reversed(range(len(publication.events))):
            yield Place(publication=publication, position=position, seq=publication.first_seq + position)
        if not publication.commit.parents:
            return
        first, *others = (read_publication(objects, oid) for oid in publication.commit.parents)
        seq = publication.first_seq
        for other in reversed(others):
            for place in joined(objects, other, first):
                seq -= 1
                yield Place(publication=place.publication, position=place.position, seq=seq)
        publication = first


def joined(objects: ObjectStore, other: Publication, first: Publication) -> Iterator[Place]:
    """Yield the places of one log whose events are not in another, newest first, with the seq they have there."""
    mine, theirs = divergence(objects, first, other)
    wanted = {event for publication in theirs.values() for event in publication.events}
    wanted.difference_update(event for publication in mine.values() for event in publication.events)
    if not wanted:
        return
    for place in backwards(objects, other):
        if place.event in wanted:
            yield place
            wanted.remove(place.event)
            if not wanted:
                return


def divergence(
    objects: ObjectStore, left: Publication, right: Publication
) -> tuple[dict[Oid, Publication], dict[Oid, Publication]]:
    """Return the publications that only the left, and only the right, of two heads can reach.

    The logical clock rises along every edge, so a walk by falling clock meets each publication after all that
    follow it, and may stop when everything still ahead is common to both.
    """
    sides: dict[Oid, int] = {left.oid: 1}
    sides[right.oid] = sides.get(right.oid, 0) | 2
    found = {left.oid: left, right.oid: right}
    queue: list[tuple[int, Oid]] = []
    for publication in found.values():
        heappush(queue, (-read_envelope(objects, publication).ts, publication.oid))
    only: tuple[dict[Oid, Publication], dict[Oid, Publication]] = ({}, {})
    while any(sides[oid] != 3 for _, oid in queue):  # noqa: PLR2004 - both sides
        _, oid = heappop(queue)
        publication = found.pop(oid)
        if sides[oid] != 3:  # noqa: PLR2004
            only[sides[oid] - 1][oid] = publication
        for parent in publication.commit.parents:
            if parent not in sides:
                found[parent] = read_publication(objects, parent)
                heappush(queue, (-read_envelope(objects, found[parent]).ts, parent))
            sides[parent] = sides.get(parent, 0) | sides[oid]
    return only


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
