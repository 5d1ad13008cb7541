"""``pull``: bring a ledger together with what a remote last had of it. Specified in ``docs/sharing.md``.

The procedure:

1. judge every publication of the remote that is new here; a finding ends it;
2. plan: who has what the other lacks, and whether the footprints allow to bring it together;
3. make what is to be made, durable, beside what is there;
4. move the ledger's ref by compare-and-swap; if it lost, go on from 2.
"""

from typing import Final, Literal

from gitledger.errors import ConflictError, NotFoundError, OverlapError, StaleRefError
from gitledger.frozen import frozen
from gitledger.ids import EventId
from gitledger.ledger.carry import Carrier
from gitledger.ledger.handle import Ledger
from gitledger.ledger.join import seal_join
from gitledger.ledger.publication import read_publication
from gitledger.ledger.publish import move
from gitledger.store import layout
from gitledger.store.staged import StagedObjects
from gitledger.sync.judge import Judged, Progress, judge_received, silent
from gitledger.sync.plan import Outcome, Plan, plan_pull

ATTEMPTS: Final = 64


@frozen
class Pulled:
    """The answer to a pull.

    Attributes:
        outcome: what became of the ledger; "refused" for findings in what was fetched: it did not move.
        event: its newest event now, or None if it has not been started here.
        judged: what came out about the publications that are new here.
    """

    outcome: Outcome | Literal["refused"]
    event: EventId | None
    judged: Judged


def pull(
    ledger: Ledger,
    remote: str,
    *,
    merge: bool = False,
    dry_run: bool = False,
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
        progress: told how far judging is.

    Raises:
        NotFoundError: the remote has no such ledger.
        OverlapError: both sides touched the same; lists who wrote what and when. Nothing moved.
        PolicyError: the policy in force refuses what is to be made.
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
    judged = judge_received(
        ledger.objects,
        theirs,
        mine,
        ledger.cut(),
        check_signatures=ledger.check_signatures,
        progress=progress,
    )
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
        made = Carrier(ledger, staged, plan.theirs, plan.events).carry(plan.own)
    with ledger.objects.hold() as check:
        staged.flush()
        check()
        move(ledger, plan.head, made)
    return made.events[-1]
