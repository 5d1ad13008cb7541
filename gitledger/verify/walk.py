"""``verify``: every publication from genesis, or after one that is trusted, to the head."""

from collections.abc import Callable

from gitledger.errors import DamageError, FormatError, NotFoundError
from gitledger.ids import EventId, Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import read, read_publication
from gitledger.ledger.resolve import resolve
from gitledger.store import layout
from gitledger.store.base import ObjectStore
from gitledger.store.commit import parse_commit
from gitledger.verify.finding import Finding, Report
from gitledger.verify.judge import Judge

Progress = Callable[[int, int], None]
"""Called with the number of publications judged, and of all there are to judge."""


def _silent(done: int, total: int) -> None:
    """Tell nobody."""


def verify(ledger: Ledger, *, since: str | None = None, progress: Progress = _silent) -> Report:
    """Recompute a ledger from the bytes of its objects; return every finding, not just the first.

    Args:
        ledger: what to verify.
        since: trust the publication that carries this event, and verify only what follows.
        progress: told how far it is.

    Raises:
        NotFoundError: there is no such ledger or event.
    """
    ref = layout.ledger_ref(ledger.name)
    head = ledger.refs.read(ref)
    if head is None:
        raise NotFoundError(f"there is no ledger {ledger.name}; expected the ref {ref}")
    trusted = resolve(ledger, since).publication.oid if since else None
    judge, findings = Judge(ledger.objects), list[Finding]()
    order = _parents_first(ledger.objects, head, trusted)
    for done, oid in enumerate(order):
        progress(done, len(order))
        findings += judge.judge(oid)
    progress(len(order), len(order))
    return Report(
        ledger=ledger.name,
        head=_newest_event(ledger.objects, head),
        publication=head,
        events=judge.events,
        publications=len(order),
        findings=tuple(findings),
    )


def _parents_first(objects: ObjectStore, head: Oid, trusted: Oid | None) -> list[Oid]:
    """Return the publications between ``trusted`` and ``head``, each after its parents."""
    known = {trusted}
    order: list[Oid] = []
    pending = [(head, False)]
    while pending:
        oid, are_parents_done = pending.pop()
        if are_parents_done:
            order.append(oid)
        elif oid not in known:
            known.add(oid)
            pending.append((oid, True))
            pending += [(parent, False) for parent in _parents(objects, oid)]
    return order


def _parents(objects: ObjectStore, oid: Oid) -> tuple[Oid, ...]:
    """Return a commit's parents; none if it cannot be read, which is for the judge to say."""
    try:
        return parse_commit(read(objects, oid, "commit"), objects.format).parents
    except (DamageError, FormatError):
        return ()


def _newest_event(objects: ObjectStore, head: Oid) -> EventId | None:
    try:
        return read_publication(objects, head).events[-1]
    except DamageError:
        return None
