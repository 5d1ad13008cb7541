"""Walking a ledger's history: publications along parents, events in the order of the log.

The log of a publication is the log of its first parent, then (for a merge) those events of the other parents' logs
that are not in it, in their logs' order, then its own events (``docs/format/merge.md``).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial

from gitledger.errors import NotFoundError
from gitledger.frozen import frozen, replace
from gitledger.ids import EventId, Oid
from gitledger.ledger.publication import Publication, read_event, read_publication
from gitledger.model.event import Event
from gitledger.store.base import ObjectStore


@frozen
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


def place_in(publication: Publication, position: int) -> Place:
    """Return where an event of a publication stands in that one's own log."""
    return Place(publication=publication, position=position, seq=publication.first_seq + position)


def end_of(publication: Publication) -> Place:
    """Return where the newest event of a publication stands."""
    return place_in(publication, len(publication.events) - 1)


Read = Callable[[Oid], Publication]


def backwards(objects: ObjectStore, head: Publication, cut: frozenset[Oid] = frozenset()) -> Iterator[Place]:
    """Yield the places of all events of a log, newest first; none before ``cut``, where history is cut off."""
    seq, publication = head.log.size, head
    while True:
        for position in reversed(range(len(publication.events))):
            yield Place(publication=publication, position=position, seq=seq)
            seq -= 1
        if not publication.commit.parents or publication.oid in cut:
            return
        first, *others = (read_publication(objects, oid) for oid in publication.commit.parents)
        for second in others:
            for place in reversed(brought_in(objects, publication, first, second)):
                yield replace(place, seq=seq)
                seq -= 1
        publication = first


def brought_in(objects: ObjectStore, merge: Publication, first: Publication, second: Publication) -> list[Place]:
    """Return what a merge took over from its second parent, oldest first; each has its number in that one's log."""
    read, count = _reader(objects), merge.first_seq - 1 - first.log.size
    places = _newest_of_branch(read, second, count)
    return places or _only_in(read, second, first, _divergence(read, first, second)[1], count)


def _newest_of_branch(read: Read, head: Publication, count: int) -> list[Place]:
    """Return the newest ``count`` events of a head, oldest first; nothing if a merge or the beginning is among them.

    What follows from an event that a merge took over was taken over, too. So on a branch that is a single line these
    are the newest events, and nobody need look for the place where the other side left it.
    """
    places: list[Place] = []
    publication = head
    while len(publication.commit.parents) == 1:
        newest_first = _own_places(publication)[::-1]
        places += newest_first[: count - len(places)]
        if len(places) == count:
            return places[::-1]
        publication = read(publication.commit.parents[0])
    return []


def _only_in(
    read: Read, head: Publication, other: Publication, only: Iterable[Publication], count: int | None = None
) -> list[Place]:
    """Return the places of the events that one head's log has and another's has not, oldest first.

    By event, not by publication: two people who do the same on the same head publish the same event twice.

    Args:
        read: reads publications.
        head: the one.
        other: the other.
        only: the publications that only ``head`` reaches.
        count: how many events they are, if that is known.
    """
    places: dict[EventId, Place] = {}
    for publication in _in_log_order({one.oid: one for one in only}, head):
        for place in _own_places(publication):
            places.setdefault(place.event, place)
    if len(places) != count:
        _discard_events_of(read, other, places)
    return list(places.values())


def _in_log_order(found: Mapping[Oid, Publication], head: Publication) -> list[Publication]:
    """Return publications in the order of the head's log: each after its parents, the first parent's history first."""
    order: dict[Oid, Publication] = {}
    # A stack of our own: a history may hold merges within merges a thousand deep.
    pending = [head] if head.oid in found else []
    while pending:
        publication = pending[-1]
        before = next((oid for oid in publication.commit.parents if oid in found and oid not in order), None)
        if before is None:
            order[publication.oid] = pending.pop()
        else:
            pending.append(found[before])
    return list(order.values())


def _discard_events_of(read: Read, head: Publication, places: dict[EventId, Place]) -> None:
    """Discard the places of events that are in a log.

    The log that ends with an event holds all that the event follows from and nothing else, so an event has the same
    number in every such log. What is published at lower numbers than these events have can be none of them.
    """
    lowest = min((place.seq for place in places.values()), default=0)
    seen, pending = {head.oid}, [head]
    while pending and places:
        publication = pending.pop()
        if publication.log.size < lowest:
            continue
        for event in publication.events:
            places.pop(event, None)
        new = [oid for oid in publication.commit.parents if oid not in seen]
        seen.update(new)
        pending += map(read, new)


def _own_places(publication: Publication) -> list[Place]:
    """Return the places of a publication's events, with the numbers that they have in its own log."""
    return [place_in(publication, position) for position in range(len(publication.events))]


def divergence(
    objects: ObjectStore, left: Publication, right: Publication
) -> tuple[list[Publication], list[Publication]]:
    """Return the publications that only the left, and only the right, of two heads can reach, newest first."""
    return _divergence(_reader(objects), left, right)


def _divergence(read: Read, left: Publication, right: Publication) -> tuple[list[Publication], list[Publication]]:
    # Imported here because most histories are a line.
    from gitledger.ledger.graph import Node, only_reached

    def look(oid: Oid) -> Node:
        publication = read(oid)
        # A log is longer than those before it: as good a clock as the envelope's, and it has been read.
        return Node(publication.log.size, publication.commit.parents)

    mine, theirs = only_reached(look, left.oid, right.oid)
    return [read(oid) for oid in mine], [read(oid) for oid in theirs]


def _reader(objects: ObjectStore) -> Read:
    """Return a reader that reads each publication once."""
    return cache(partial(read_publication, objects))


Events = list[tuple[Place, Event]]
"""Oldest first. Each place has the number that the event has in the log that ends with it."""


def events_apart(objects: ObjectStore, left: Publication, right: Publication) -> tuple[Events, Events]:
    """Return the events that only the left, and only the right, of two heads has in its log."""
    read = _reader(objects)
    mine, theirs = _divergence(read, left, right)
    return (
        _with_content(objects, _only_in(read, left, right, mine)),
        _with_content(objects, _only_in(read, right, left, theirs)),
    )


def events_since(objects: ObjectStore, old: Publication, new: Publication) -> Events:
    """Return the events that ``new`` has and ``old`` has not."""
    read = _reader(objects)
    return _with_content(objects, _only_in(read, new, old, _divergence(read, old, new)[1]))


def _with_content(objects: ObjectStore, places: Iterable[Place]) -> Events:
    return [(place, read_event(objects, place.event)) for place in places]


def find_event(objects: ObjectStore, head: Publication, event: EventId) -> Place:
    """Return where an event stands in a ledger.

    Raises:
        NotFoundError: it is not in this ledger.
    """
    for place in backwards(objects, head):
        if place.event == event:
            return place
    raise not_found(event)


def not_found(event: EventId) -> NotFoundError:
    """Return the error that an event is not in a ledger."""
    return NotFoundError(f"event {event.hex()} is not in this ledger; expected one that git ledger log lists")
