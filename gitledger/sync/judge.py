"""Judging what was fetched before a ledger moves to it: every publication that is new here, and only those."""

from collections.abc import Callable

from gitledger.frozen import frozen
from gitledger.ids import Oid
from gitledger.ledger.publication import read
from gitledger.store.base import ObjectStore
from gitledger.store.commit import parse_commit
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
        believed: those before which history was cut off: what they follow is not here, so they cannot be judged.
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
    objects: ObjectStore, head: Oid, trusted: Oid | None, cut: frozenset[Oid], progress: Progress = silent
) -> Judged:
    """Judge what ``head`` reaches and ``trusted`` does not.

    Args:
        objects: where everything is.
        head: what a remote has.
        trusted: where the ledger is here, all of which is believed; None for nothing.
        cut: the commits behind which a shallow clone ends.
        progress: told how far it is.

    Raises:
        StorageError: the machine underneath failed.
    """
    order = all_since(objects, head, trusted) if trusted else all_before(objects, head)
    # What a cut commit names as its parents stands in the order, and is not here.
    absent = {parent for oid in cut for parent in _parents(objects, oid)}
    judge = Judge(objects)
    findings, believed = list[Finding](), list[Oid]()
    publications = 0
    for done, oid in enumerate(order, start=1):
        if oid in cut:
            believed.append(oid)
        elif oid not in absent:
            publications += 1
            findings += judge.judge(oid).findings
        progress(done, len(order))
    return Judged(publications=publications, believed=tuple(believed), findings=tuple(findings))


def _parents(objects: ObjectStore, oid: Oid) -> tuple[Oid, ...]:
    try:
        return parse_commit(read(objects, oid, "commit"), objects.format).parents
    except (DamageError, FormatError):
        return ()  # A commit of the code may have a form that no publication has.
