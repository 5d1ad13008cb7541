"""The gate: judges what a push brings, before it lands.

The rules, numbered as in ``docs/gate.md``:

1. each ref is one of a ledger or a checkpoint, is where the push believes it to be, and moves forward to a commit, or
   for a checkpoint to a tag;
2. git is asked in clean surroundings, of a repository with its whole history;
3. all that was pushed is counted and weighed before any of it is read; nothing is there that no ref reaches;
4. every walk is a loop, every count has a limit, and the caller sets a time; whatever fails refuses the push;
5. everything that an auditor would is made again from the events, in proportion to what is new;
6. by the auditor's own code, `gitledger.verify`: it judges by the policy in force at a publication's parent, too.
"""

from collections.abc import Iterable, Sequence

from gitledger.errors import DamageError, FormatError
from gitledger.frozen import replace
from gitledger.hook.moves import Move
from gitledger.hook.pusher import check_pusher
from gitledger.hook.quarantine import Quarantine
from gitledger.hook.refusal import RefusedError
from gitledger.ids import Oid
from gitledger.ledger.checkpoint import Kept, read_kept
from gitledger.ledger.handle import Ledger
from gitledger.store import layout
from gitledger.verify import Finding
from gitledger.verify.anchor import judge_anchor
from gitledger.verify.judge import Judge
from gitledger.verify.order import Order, all_before, all_since, parents_of


def judge_push(
    ledger: Ledger, moves: Sequence[Move], quarantine: Quarantine | None, *, pusher: str | None = None
) -> None:
    """Judge the moves of one push: all of them, or none.

    Args:
        ledger: objects and refs of the server, in clean surroundings; its name does not matter.
        moves: what `parse_moves` returned.
        quarantine: what the push brought, weighed; None where git has let go of it, as for an update hook.
        pusher: who pushes, where that counts.

    Raises:
        RefusedError: the push is not to land.
        LedgerError: it could not be judged, and is not to land either.
    """
    judge, judged = Judge(ledger.objects, check_signatures=ledger.check_signatures), set[Oid]()
    for move in moves:
        owner = replace(ledger, name=move.ledger)
        _check_old(owner, move)
        if pusher is not None:
            check_pusher(ledger.objects, move.ref, ledger.refs.read(layout.ledger_ref(move.ledger)), pusher)
        if move.size is None:
            _judge_ledger(owner, move, judge, judged)
        else:
            _judge_checkpoint(owner, move)
    if quarantine:
        quarantine.check_reached(ledger.objects, [move.new for move in moves])


def _check_old(ledger: Ledger, move: Move) -> None:
    # Git passes on what the pusher claims. It swaps by that later, but what is judged here is what follows it.
    found = ledger.refs.read(move.ref)
    if found != move.old:
        message = f"it is at {_shown(found)}; the push expects {_shown(move.old)}: fetch first"
        raise RefusedError("ref-stale", move.ref, message)


def _judge_ledger(ledger: Ledger, move: Move, judge: Judge, judged: set[Oid]) -> None:
    _check_kind(ledger, move, "commit")
    order = all_since(ledger.objects, move.new, move.old) if move.old else all_before(ledger.objects, move.new)
    if move.old and move.old != move.new and not _follows(ledger, order, move.old):
        raise RefusedError("ref-rewound", move.ref, f"{_shown(move.new)} does not follow {_shown(move.old)}")
    new = [oid for oid in order if oid not in judged]
    for verdict in judge.judge_all(new):
        _refuse(verdict.findings)
    judged.update(new)


def _follows(ledger: Ledger, order: Order, old: Oid) -> bool:
    # What is new and follows the old head at all, follows it somewhere at once.
    return any(old in parents_of(ledger.objects, oid) for oid in order)


def _judge_checkpoint(ledger: Ledger, move: Move) -> None:
    """Judge a checkpoint by the ledger that is here, which only moves forward: what holds now holds later."""
    _check_kind(ledger, move, "tag")
    new = _read_kept(ledger, move.ref, move.new)
    head = ledger.refs.read(layout.ledger_ref(ledger.name))
    if head is None:
        raise RefusedError("checkpoint", move.ref, f"there is no ledger {ledger.name}; expected it to be pushed first")
    _refuse(judge_anchor(ledger, new.checkpoint, head))
    if move.old is None:
        return
    old = _read_kept(ledger, move.ref, move.old).checkpoint
    if old.text != new.checkpoint.text or not set(old.signatures) <= set(new.checkpoint.signatures):
        message = "it is not the checkpoint that is kept with more signatures; expected it to lose and change nothing"
        raise RefusedError("ref-rewound", move.ref, message)


def _read_kept(ledger: Ledger, ref: str, oid: Oid) -> Kept:
    try:
        return read_kept(ledger, ref, oid)
    except (DamageError, FormatError) as error:
        raise RefusedError("checkpoint", ref, error.message) from error


def _check_kind(ledger: Ledger, move: Move, expected: str) -> None:
    # Never peeled: a tag on a publication is no publication, and a chain of tags has no end.
    try:
        kind = ledger.objects.read(move.new).kind
    except DamageError as error:
        raise RefusedError("object-missing", move.ref, error.message) from error
    if kind != expected:
        message = f"it points at the {kind} {move.new.hex()}; expected a {expected}"
        raise RefusedError("ref-target", move.ref, message)


def _refuse(findings: Iterable[Finding]) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        first, more = errors[0], len(errors) - 1
        behind = f"; and {more:,} more findings" if more else ""
        raise RefusedError(first.code, first.where, first.message + behind)


def _shown(oid: Oid | None) -> str:
    return "nothing" if oid is None else oid.hex()
