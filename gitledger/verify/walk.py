"""``verify``: every publication from genesis, or after one that is trusted, to the head."""

from collections.abc import Callable, Generator
from contextlib import closing
from typing import TYPE_CHECKING

from gitledger.errors import DamageError, NotFoundError, UsageError
from gitledger.ids import EventId, Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import read_publication
from gitledger.ledger.resolve import resolve
from gitledger.store import layout
from gitledger.store.base import CheckSignatures, ObjectStore
from gitledger.verify.finding import Finding, Report
from gitledger.verify.judge import Judge, Verdict
from gitledger.verify.order import Order, all_before, all_since

if TYPE_CHECKING:
    from gitledger.model.checkpoint import Checkpoint

Progress = Callable[[int, int], None]
"""Called with the number of publications judged, and of all there are to judge."""


def _silent(done: int, total: int) -> None:
    """Tell nobody."""


def verify(
    ledger: Ledger,
    *,
    since: str | None = None,
    checkpoint: "Checkpoint | None" = None,
    signatures: bool = False,
    jobs: int = 1,
    progress: Progress = _silent,
) -> Report:
    """Recompute a ledger from the bytes of its objects; return every finding, not just the first.

    A publication behind which history is cut off is believed if a checkpoint vouches for it, one that is kept here or
    ``checkpoint``; else that is a warning.

    Memory is bounded by the largest publication and by what was found. Each publication adds 20 bytes, 24 where several
    processes judge; where there are merges, and after ``since``, some 200.

    Args:
        ledger: what to verify.
        since: trust the publication that carries this event, and all before it; verify what is not among them.
        checkpoint: what is known of this ledger from elsewhere; a ledger that lost something since is found by it.
        signatures: judge who signed each publication, too; git runs a program for each signature.
        jobs: how many processes judge; 1 is this one alone.
        progress: told how far it is.

    Raises:
        NotFoundError: there is no such ledger or event.
        UsageError: fewer than one process, or several for objects that only this one has; no git to judge signatures.
        DamageError: the event of ``since`` cannot be looked for.
        StorageError: the machine underneath failed.
    """
    ref = layout.ledger_ref(ledger.name)
    head = ledger.refs.read(ref)
    findings: list[Finding] = []
    if checkpoint:
        # Imported here because most verifications are of what is here alone.
        from gitledger.verify.anchor import judge_anchor

        findings = judge_anchor(ledger, checkpoint, head)
        head = head or checkpoint.publication
    if head is None:
        raise NotFoundError(f"there is no ledger {ledger.name}; expected the ref {ref}")
    wrong = _wrong_target(ledger.objects, head, ref)
    if wrong:
        return _report(ledger, head, [*findings, wrong], events=0, publications=0)
    cut, check = ledger.cut(), ledger.check_signatures if signatures else None
    if signatures and check is None:
        raise UsageError("the objects of this ledger are in no repository; expected one where git judges signatures")
    trusted = resolve(ledger, since).publication.oid if since is not None else None
    order = all_since(ledger.objects, head, trusted, cut) if trusted else all_before(ledger.objects, head, cut)
    bases = [oid for oid in order if oid in cut] if cut else []
    start = None
    if bases:
        from gitledger.verify.anchor import unvouched, vouching

        start = vouching(ledger, bases, checkpoint, cut)
        findings += [] if start else map(unvouched, bases)
    events, publications = 0, len(order)
    progress(0, publications)
    with closing(_judged(ledger, order, cut, check, jobs)) as verdicts:
        for done, verdict in enumerate(verdicts, start=1):
            findings += verdict.findings
            events += verdict.events
            progress(done, publications)
    return _report(ledger, head, findings, events=events, publications=publications - len(bases), start=start)


def _judged(
    ledger: Ledger, order: Order, cut: frozenset[Oid], check: CheckSignatures | None, jobs: int
) -> Generator[Verdict]:
    if jobs < 1:
        raise UsageError(f"{jobs} processes were asked for; expected at least one")
    if jobs == 1:
        yield from Judge(ledger.objects, cut, check).judge_all(order)
        return
    if ledger.reopen is None:
        raise UsageError("the objects of this ledger are in this process alone; expected to judge in one process")
    # Imported here because one process needs nothing of it.
    from gitledger.verify.workers import judge_apart

    yield from judge_apart(ledger.reopen, order, cut, jobs, check)


def _wrong_target(objects: ObjectStore, head: Oid, ref: str) -> Finding | None:
    try:
        kind = objects.read(head).kind
    except DamageError:
        # The judge says the same of every publication.
        return None
    if kind == "commit":
        return None
    return Finding(code="ref-target", where=ref, message=f"it points at the {kind} {head.hex()}; expected a commit")


def _report(
    ledger: Ledger,
    head: Oid,
    findings: list[Finding],
    *,
    events: int,
    publications: int,
    start: "Checkpoint | None" = None,
) -> Report:
    return Report(
        ledger=ledger.name,
        head=_newest_event(ledger.objects, head),
        publication=head,
        events=events,
        publications=publications,
        findings=tuple(findings),
        checkpoint=start.size if start else None,
    )


def _newest_event(objects: ObjectStore, head: Oid) -> EventId | None:
    try:
        return read_publication(objects, head).events[-1]
    except DamageError:
        return None
