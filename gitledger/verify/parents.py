"""Step 3 of judging a publication: what its events go onto, and whether its parents may be joined at all."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gitledger.ids import EventId, shown
from gitledger.ledger.draft import Draft
from gitledger.ledger.publication import Publication
from gitledger.verify.case import Case

if TYPE_CHECKING:
    from gitledger.ledger.join import Join


def draft_on(case: Case, parents: Sequence[Publication]) -> tuple[Draft, tuple[EventId, ...]]:
    """Return a draft on what the parents really hold, and the parents of the first event that goes onto it.

    Raises:
        UnjudgeableError: two parents that cannot be joined.
        DamageError: what the parents left cannot be read.
    """
    if len(parents) < 2:  # noqa: PLR2004 - no merge
        return Draft(case.objects, parents[0] if parents else None), tuple(one.events[-1] for one in parents)
    # Imported here because most publications follow one.
    from gitledger.ledger.join import join, plan_join

    joined = plan_join(case.objects, *parents)
    fault = _fault(joined)
    if fault:
        raise case.stop("merge", "", fault)
    if joined.first.oid != parents[0].oid:
        case.note("merge", "", "its parents are out of order; expected them sorted by the ids of their newest events")
    return join(case.objects, joined), joined.plan.parents


def _fault(joined: "Join") -> str:
    """Return why two histories cannot be joined, or an empty text."""
    if not joined.mine or not joined.theirs:
        return "one of its parents has no event that the other lacks; expected two that have diverged"
    if any(not event.parents for _, event in (*joined.mine, *joined.theirs)):
        return "it joins ledgers that began apart; expected one genesis event"
    if not joined.plan.overlaps:
        return ""
    one, more = joined.plan.overlaps[0], len(joined.plan.overlaps) - 1
    return (
        f"it joins histories that overlap: event {one.event.hex()} {one.access} {shown(one.variable)}, event "
        f"{one.other_event.hex()} {one.other_access} {shown(one.other)}{f', and {more:,} more' if more else ''}; "
        "expected disjoint footprints"
    )
