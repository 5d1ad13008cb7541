"""``branch`` and ``merge``: ledgers that share history, and how one is joined into another (`join`)."""

from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Literal

from gitledger.errors import ConflictError, FormatError, StaleRefError, UsageError
from gitledger.frozen import frozen, replace
from gitledger.ids import EventId, LedgerName
from gitledger.ledger.carry import Carrier
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import divergence
from gitledger.ledger.join import Join, overlap_error, plan_join, seal_join
from gitledger.ledger.publication import Publication, head_of
from gitledger.ledger.publish import move, publish
from gitledger.ledger.resolve import resolve
from gitledger.ledger.writer import ATTEMPTS
from gitledger.store import layout
from gitledger.store.base import RefUpdate
from gitledger.store.staged import StagedObjects


@frozen
class Merged:
    """The answer to a merge.

    Attributes:
        outcome: nothing to do; the ledger moved to the other's head; or the two were joined by a merge event.
        event: the ledger's newest event now.
    """

    outcome: Literal["up-to-date", "fast-forward", "merged"]
    event: EventId


def branch(ledger: Ledger, name: LedgerName, rev: str | None = None) -> EventId:
    """Start another ledger that shares this one's history up to ``rev``; return its newest event.

    Raises:
        NotFoundError: no such event.
        FormatError: ``rev`` lies inside a publication, where no ledger can end.
        StaleRefError: a ledger of that name exists.
    """
    place = resolve(ledger, rev or ledger.name)
    later = len(place.publication.events) - 1 - place.position
    if later:
        raise FormatError(
            f"event {place.event.hex()} lies inside a publication; expected the last event of one",
            hint=f"the next one that can be branched from is #{place.seq + later}",
        )
    ledger.refs.update([RefUpdate(layout.ledger_ref(name), None, place.publication.oid)])
    return place.event


def merge(ledger: Ledger, other: LedgerName) -> Merged:
    """Join the history of another ledger of this repository into this one.

    Raises:
        NotFoundError: no such ledger.
        UsageError: the ledgers began apart.
        OverlapError: the footprints overlap; lists overlaps with both events.
        ConflictError: others kept publishing meanwhile; nothing moved.
    """
    for attempt in range(ATTEMPTS):
        with ledger.refs.turn(lost=attempt), suppress(StaleRefError):
            return _merge(ledger, other)
    raise ConflictError(
        f"ledger {ledger.name} moved {ATTEMPTS} times while {other} was merged; expected to get a turn",
        hint="nothing was written; try again",
    )


def plan_merge(ledger: Ledger, other: LedgerName) -> Join:
    """Return how the history of another ledger of this repository would be joined into this one.

    Raises:
        NotFoundError: no such ledger.
    """
    return plan_join(ledger.objects, head_of(ledger), head_of(replace(ledger, name=other)))


def _merge(ledger: Ledger, other: LedgerName) -> Merged:
    head, theirs = head_of(ledger), head_of(replace(ledger, name=other))
    joined = plan_join(ledger.objects, head, theirs)
    missing, extra = (joined.theirs, joined.mine) if joined.first is head else (joined.mine, joined.theirs)
    if not missing:
        return Merged(outcome="up-to-date", event=head.events[-1])
    if not extra:
        _fast_forward(ledger, head, theirs, {place.event for place, _ in missing})
        return Merged(outcome="fast-forward", event=theirs.events[-1])
    if any(not event.parents for _, event in missing):
        raise UsageError(
            f"ledgers {ledger.name} and {other} began apart; expected branches of one ledger",
            hint="git ledger branch starts a ledger that can be merged",
        )
    if joined.plan.overlaps:
        raise overlap_error(ledger.objects, joined)
    publication, objects = seal_join(ledger, ledger.objects, joined, {}, f"ledger: merge {other}\n")
    publish(ledger, head, publication, objects)
    return Merged(outcome="merged", event=publication.events[-1])


def _fast_forward(ledger: Ledger, head: Publication, theirs: Publication, missing: AbstractSet[EventId]) -> None:
    """Move a ledger that has no event of its own to the other's newest event, without leaving what it has published.

    Others may have seen that. So where the other published the same events once more, what follows from them is made
    again, with the same ids, behind our publications.
    """
    own, received = divergence(ledger.objects, head, theirs)
    if not own:
        move(ledger, head, theirs)
        return
    staged = StagedObjects(ledger.objects)
    made = Carrier(ledger, staged, head, missing).carry(received)
    with ledger.objects.hold() as check:
        staged.flush()
        check()
        move(ledger, head, made)
