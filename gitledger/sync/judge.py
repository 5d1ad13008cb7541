"""Judging what was fetched before a ledger moves to it: every publication that is new here, and only those."""

from collections.abc import Callable

from gitledger.frozen import frozen
from gitledger.ids import Oid
from gitledger.ledger.guard import has_had_policy
from gitledger.store.base import CheckSignatures, ObjectStore
from gitledger.verify import Finding
from gitledger.verify.judge import Judge
from gitledger.verify.order import all_before, all_since

Progress = Callable[[int, int], None]
"""Called with the number of publications judged, and of all there are to judge."""


def silent(done: int, total: int) -> None:
    """Tell nobody."""


@frozen
class Judged:
    """What came out.

    Attributes:
        publications: how many were judged.
        believed: those behind which history is cut off: what they follow is not here, so all that is judged of them is
            whether their objects are.
        findings: everything that is wrong.
    """

    publications: int
    believed: tuple[Oid, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether no error was found."""
        return not any(finding.severity == "error" for finding in self.findings)


def judge_received(
    objects: ObjectStore,
    head: Oid,
    trusted: Oid | None,
    cut: frozenset[Oid],
    *,
    check_signatures: CheckSignatures | None = None,
    progress: Progress = silent,
) -> Judged:
    """Judge what ``head`` reaches and ``trusted`` does not.

    Args:
        objects: where everything is.
        head: what a remote has.
        trusted: where the ledger is here, all of which is believed; None for nothing.
        cut: the commits behind which a shallow clone ends.
        check_signatures: asks git about signatures, where there has been a policy; None to judge none.
        progress: told how far it is.

    Raises:
        StorageError: the machine underneath failed.
    """
    order = all_since(objects, head, trusted, cut) if trusted else all_before(objects, head, cut)
    judge = Judge(objects, cut, check_signatures if has_had_policy(objects, head) else None)
    findings, believed = list[Finding](), list[Oid]()
    for done, (oid, verdict) in enumerate(zip(order, judge.judge_all(order), strict=True), start=1):
        findings += verdict.findings
        believed += [oid] if oid in cut else []
        progress(done, len(order))
    return Judged(publications=len(order) - len(believed), believed=tuple(believed), findings=tuple(findings))
