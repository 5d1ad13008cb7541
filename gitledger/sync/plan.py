"""Planning a pull: who has what the other lacks, and how the two come together. Nothing here writes."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

from gitledger.errors import ConflictError, DamageError
from gitledger.frozen import frozen, replace
from gitledger.ids import EventId, Oid
from gitledger.ledger.draft import Draft
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import divergence
from gitledger.ledger.join import Join, overlap_error, plan_join
from gitledger.ledger.publication import Publication, read_envelope, read_publication
from gitledger.model.merge import footprint, overlaps
from gitledger.store import layout
from gitledger.store.base import ObjectStore

Outcome = Literal["up-to-date", "ahead", "started", "fast-forward", "re-parented", "merged"]


@frozen
class Plan:
    """How a ledger and what a remote has of it come together.

    Attributes:
        outcome: what is to be done.
        head: the ledger's newest publication here, or None.
        theirs: that of the remote.
        joined: the two heads, if they are to be joined or own events made again.
        own: publications that the remote lacks, newest first.
        events: those of their events that it lacks.
    """

    outcome: Outcome
    head: Publication | None
    theirs: Publication
    joined: Join | None = None
    own: Sequence[Publication] = ()
    events: AbstractSet[EventId] = frozenset()


def plan_pull(ledger: Ledger, theirs: Oid, *, merge: bool) -> Plan:
    """Return how a ledger comes together with a publication that was judged.

    Raises:
        OverlapError: both sides touched the same.
        ConflictError: the two began apart.
        DamageError: an object is missing, for instance because history was cut off.
    """
    target, mine = read_publication(ledger.objects, theirs), ledger.refs.read(layout.ledger_ref(ledger.name))
    if mine is None:
        return Plan(outcome="started", head=None, theirs=target)
    head = read_publication(ledger.objects, mine)
    own, received = divergence(ledger.objects, head, target)
    if not received:
        return Plan(outcome="ahead" if own else "up-to-date", head=head, theirs=target)
    joined = plan_join(ledger.objects, head, target)
    ours, new = _sides(joined, head)
    if not ours:
        # At most the same events in other publications; those of the remote count, for others have them.
        return Plan(outcome="fast-forward", head=head, theirs=target)
    if new and any(not event.parents for _, event in joined.mine + joined.theirs):
        raise ConflictError(
            f"ledger {ledger.name} and the one of that name at the remote began apart; expected one genesis event",
            hint="keep them under different names",
        )
    outcome: Outcome = "merged" if new and (merge or _is_known_elsewhere(ledger, own)) else "re-parented"
    _check_disjoint(ledger.objects, joined, head, own if outcome == "re-parented" else (), target)
    return Plan(outcome=outcome, head=head, theirs=target, joined=joined, own=own, events=ours)


def _sides(joined: Join, head: Publication) -> tuple[set[EventId], set[EventId]]:
    """Return the events that only the head, and only the other side has."""
    first, second = ({place.event for place, _ in side} for side in (joined.mine, joined.theirs))
    return (first, second) if joined.first is head else (second, first)


def _check_disjoint(
    objects: ObjectStore, joined: Join, head: Publication, own: Sequence[Publication], target: Publication
) -> None:
    """Refuse footprints that overlap, our side first.

    An own event whose key the remote knows is not made again, and does not count.
    """
    if not joined.plan.overlaps:
        return
    known = set(_known_by_key(objects, own, target))
    sides = [
        footprint((place.event, event) for place, event in side if place.event not in known)
        for side in (joined.mine, joined.theirs)
    ]
    found = overlaps(*(sides if joined.first is head else reversed(sides)))
    if found:
        raise overlap_error(objects, replace(joined, plan=replace(joined.plan, overlaps=found)))


def _known_by_key(objects: ObjectStore, own: Sequence[Publication], target: Publication) -> Iterator[EventId]:
    there = Draft(objects, target)
    for publication in own:
        for event, remembered in zip(publication.events, read_envelope(objects, publication).events, strict=True):
            if "key" in remembered and there.find_key(str(remembered["key"])):
                yield event


def _is_known_elsewhere(ledger: Ledger, own: Sequence[Publication]) -> bool:
    """Return whether another ref, of a remote or of a ledger here, reaches one of our own publications."""
    ids = {publication.oid for publication in own}
    lowest = min(read_envelope(ledger.objects, publication).ts for publication in own)
    refs = {**ledger.refs.list(layout.REFS), **ledger.refs.list(layout.TRACKING)}
    refs.pop(layout.ledger_ref(ledger.name))
    return any(_reaches(ledger.objects, oid, ids, lowest) for oid in set(refs.values()))


def _reaches(objects: ObjectStore, start: Oid, ids: set[Oid], lowest: int) -> bool:
    """Return whether one of some publications, whose clocks are ``lowest`` or more, is reached from another."""
    seen, ahead = {start}, [start]
    while ahead:
        oid = ahead.pop()
        if oid in ids:
            return True
        try:
            publication = read_publication(objects, oid)
            if read_envelope(objects, publication).ts <= lowest:
                continue
        except DamageError:
            continue  # What nobody can read, nobody has: what was fetched from elsewhere need not have been judged.
        ahead += [parent for parent in publication.commit.parents if parent not in seen]
        seen.update(publication.commit.parents)
    return False
