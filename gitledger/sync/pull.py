"""``pull``: bring a ledger together with what a remote last had of it. Specified in ``docs/sharing.md``.

The procedure:

1. judge every publication of the remote that is new here; a finding ends it;
2. plan: who has what the other lacks, and whether the footprints allow to bring it together;
3. make what is to be made, durable, beside what is there;
4. move the ledger's ref by compare-and-swap; if it lost, go on from 2.
"""

from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Literal

from gitledger.errors import ConflictError, DamageError, NotFoundError, OverlapError, StaleRefError
from gitledger.ids import EventId, Oid
from gitledger.ledger.draft import Draft
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import divergence
from gitledger.ledger.join import Join, overlap_error, plan_join, seal_join
from gitledger.ledger.publication import Publication, read_envelope, read_publication
from gitledger.ledger.publish import move
from gitledger.model.merge import footprint, overlaps
from gitledger.store import layout
from gitledger.store.base import ObjectStore
from gitledger.store.staged import StagedObjects
from gitledger.sync.carry import Carrier
from gitledger.sync.judge import Judged, Progress, judge_received, silent

Outcome = Literal["refused", "up-to-date", "ahead", "started", "fast-forward", "re-parented", "merged"]

ATTEMPTS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """The answer to a pull.

    Attributes:
        outcome: what became of the ledger; "refused" for findings in what was fetched: it did not move.
        event: its newest event now, or None if it has not been started here.
        judged: what came out about the publications that are new here.
    """

    outcome: Outcome
    event: EventId | None
    judged: Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a ledger and what a remote has of it come together.

    Attributes:
        outcome: what is to be done.
        head: the ledger's newest publication here, or None.
        theirs: that of the remote.
        joined: the two heads, if they are to be joined or own events made again.
        own: publications that the remote lacks, newest first.
        events: those of their events that it lacks.
        rooted: those of ``own`` whose older parents give way to ``theirs``.
    """

    outcome: Outcome
    head: Publication | None
    theirs: Publication
    joined: Join | None = None
    own: Sequence[Publication] = ()
    events: AbstractSet[EventId] = frozenset()
    rooted: Collection[Oid] = ()


def pull(
    ledger: Ledger,
    remote: str,
    *,
    merge: bool = False,
    dry_run: bool = False,
    cut: frozenset[Oid] = frozenset(),
    progress: Progress = silent,
) -> Pulled:
    """Bring a ledger together with what a remote had when it was last fetched from.

    Own events that the remote lacks are made again behind its newest one. They are joined by a merge event instead if
    ``merge`` asks for it, or if another remote or another ledger has them already: then their ids are known elsewhere.

    Args:
        ledger: what to move; it need not have been started.
        remote: whose tracking ref.
        merge: join what has diverged.
        dry_run: say what would be done, and move nothing.
        cut: the commits behind which a shallow clone ends.
        progress: told how far judging is.

    Raises:
        NotFoundError: the remote has no such ledger.
        OverlapError: both sides touched the same; lists who wrote what and when. Nothing moved.
        ConflictError: the two began apart, a key stands for another change there, or no turn was to be had.
        DamageError: an object is missing, for instance because history was cut off.
        StorageError: it could not be written; nothing moved.
    """
    theirs = ledger.refs.read(layout.tracking_ref(remote, ledger.name))
    if theirs is None:
        raise NotFoundError(
            f"{remote} has no ledger {ledger.name}; expected one that was fetched from there",
            hint=f"git ledger fetch {remote} lists what it has",
        )
    mine = ledger.refs.read(layout.ledger_ref(ledger.name))
    judged = judge_received(ledger.objects, theirs, mine, cut, progress)
    if not judged.ok:
        event = read_publication(ledger.objects, mine).events[-1] if mine else None
        return Pulled(outcome="refused", event=event, judged=judged)
    for attempt in range(ATTEMPTS):
        with ledger.refs.turn(lost=attempt):
            try:
                plan = plan_pull(ledger, theirs, merge=merge)
                event = _shown_head(plan) if dry_run else _apply(ledger, plan, remote)
            except StaleRefError:
                continue
            except OverlapError as error:
                move_to = f"git update-ref {layout.ledger_ref(ledger.name)} {layout.tracking_ref(remote, ledger.name)}"
                error.hint = f"to go on from theirs: git ledger branch NAME keeps yours, then {move_to}"
                raise
            return Pulled(outcome=plan.outcome, event=event, judged=judged)
    raise ConflictError(
        f"ledger {ledger.name} moved {ATTEMPTS} times while this was pulled; expected to get a turn",
        hint="nothing moved; try again",
    )


def plan_pull(ledger: Ledger, theirs: Oid, *, merge: bool) -> Plan:
    """Return how a ledger comes together with a publication that was judged; changes nothing."""
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
    _check_disjoint(ledger.objects, joined, own if outcome == "re-parented" else [], target)
    # Where both published the same, only what follows from that is to be made again: the rest may stay as it is.
    twice = [one.oid for one in own if not ours.issuperset(one.events)]
    rooted = twice or [one.oid for one in own]
    return Plan(outcome=outcome, head=head, theirs=target, joined=joined, own=own, events=ours, rooted=rooted)


def _sides(joined: Join, head: Publication) -> tuple[set[EventId], set[EventId]]:
    """Return the events that only the head, and only the other side has."""
    first, second = ({place.event for place, _ in side} for side in (joined.mine, joined.theirs))
    return (first, second) if joined.first is head else (second, first)


def _check_disjoint(objects: ObjectStore, joined: Join, own: list[Publication], target: Publication) -> None:
    """Refuse footprints that overlap. An own event whose key the remote knows is not made again, and does not count."""
    if not joined.plan.overlaps:
        return
    known = set(_known_by_key(objects, own, target))
    left, right = (
        footprint((place.event, event) for place, event in side if place.event not in known)
        for side in (joined.mine, joined.theirs)
    )
    if not known or overlaps(left, right):
        raise overlap_error(objects, joined)


def _known_by_key(objects: ObjectStore, own: list[Publication], target: Publication) -> Iterator[EventId]:
    there = Draft(objects, target)
    for publication in own:
        for event, remembered in zip(publication.events, read_envelope(objects, publication).events, strict=True):
            if "key" in remembered and there.find_key(str(remembered["key"])):
                yield event


def _is_known_elsewhere(ledger: Ledger, own: list[Publication]) -> bool:
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


def _shown_head(plan: Plan) -> EventId | None:
    return plan.head.events[-1] if plan.head else None


def _apply(ledger: Ledger, plan: Plan, remote: str) -> EventId:
    """Do what was planned; return the ledger's newest event.

    Raises:
        StaleRefError: the ledger moved meanwhile; nothing was done.
    """
    if plan.head is not None and plan.outcome in ("up-to-date", "ahead"):
        return plan.head.events[-1]
    if plan.joined is None:
        move(ledger, plan.head, plan.theirs)
        return plan.theirs.events[-1]
    staged = StagedObjects(ledger.objects)
    if plan.outcome == "merged":
        made, new = seal_join(ledger, staged, plan.joined, {}, f"ledger: merge {ledger.name} of {remote}\n")
        staged.write(new)
    else:
        made = Carrier(ledger, staged, plan.theirs, plan.events).carry(plan.own, plan.rooted)
    with ledger.objects.hold() as check:
        staged.flush()
        check()
        move(ledger, plan.head, made)
    return made.events[-1]
