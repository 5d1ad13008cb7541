"""``doctor``: what is wrong with a repository and its ledgers. Specified in ``docs/git-ledger-doctor.md``.

1. refs, settings, hooks, files: each check says what is wrong and, where a program can mend it without asking, how;
2. every ledger: plain Git reaches all of its objects, and all of them are here;
3. every ledger is verified, against its newest checkpoint where one is kept: what events and timelines name is in the
   trees that keep it reachable;
4. what is derived agrees with what it is derived from.
"""

from collections.abc import Iterator

from gitledger.errors import DamageError, LedgerError, StorageError
from gitledger.ids import LedgerName
from gitledger.ledger.checkpoint import kept_checkpoints
from gitledger.ledger.handle import Ledger
from gitledger.retention.check_catalog import check_catalog
from gitledger.retention.check_files import check_files
from gitledger.retention.check_refs import check_refs, ledgers
from gitledger.retention.check_settings import check_hooks, check_settings
from gitledger.retention.fault import Fault, Patient, Remedy
from gitledger.store import layout
from gitledger.verify.walk import Progress, verify


def examine(patient: Patient, progress: Progress) -> Iterator[Fault]:
    """Yield everything that is wrong with a repository and its ledgers; writes nothing.

    Args:
        patient: what is examined.
        progress: told how far the verification of a ledger is.

    Raises:
        StorageError: git cannot be run, or the disk refuses.
    """
    yield from check_refs(patient)
    if ledgers(patient):
        yield from check_settings(patient)
    yield from check_hooks(patient)
    yield from check_files(patient)
    for name in ledgers(patient):
        yield from _check_objects(patient, name)
        wrong = list(_check_ledger(patient.of(name), progress))
        yield from wrong or check_catalog(patient, name)
    yield from _check_derived(patient)


def _check_objects(patient: Patient, name: LedgerName) -> Iterator[Fault]:
    if patient.repository.promisor:
        return  # What is not here may be fetched when it is read.
    ref = layout.ledger_ref(name)
    try:
        absent = patient.house.missing_from(ref)
    except StorageError as error:
        yield Fault(code="unreached", where=ref, message=error.message)
        return
    for oid in absent:
        message = "it is missing; expected every object of the ledger: fetch it from a remote or a backup that has it"
        yield Fault(code="object-missing", where=oid.hex(), message=message)


def _check_ledger(ledger: Ledger, progress: Progress) -> Iterator[Fault]:
    try:
        newest = next(kept_checkpoints(ledger), None)
        report = verify(ledger, checkpoint=newest.checkpoint if newest else None, progress=progress)
    except DamageError as error:
        yield Fault(code="damage", where=layout.ledger_ref(ledger.name), message=error.message)
        return
    for one in report.findings:
        if one.severity == "error":
            yield Fault(code=one.code, where=one.where, message=one.message)


def _check_derived(patient: Patient) -> Iterator[Fault]:
    house = patient.house
    if not house.is_commit_graph_sound():
        yield Fault(
            code="commit-graph",
            where=str(patient.repository.objects_dir / "info" / "commit-graph"),
            message="git commit-graph verify finds it wrong, and git believes it; expected what the commits say",
            remedy=Remedy(text="write it again", apply=house.renew_commit_graph),
        )
    if not house.is_pack_index_sound():
        yield Fault(
            code="pack-index",
            where=str(patient.repository.objects_dir / "pack" / "multi-pack-index"),
            message="git multi-pack-index verify finds it wrong, and git believes it; expected what the packs say",
            remedy=Remedy(text="write it again", apply=house.renew_pack_index),
        )


def mend(fault: Fault) -> str | None:
    """Apply the remedy of a fault; return None, or why it did not help."""
    if fault.remedy is None:
        raise AssertionError(f"{fault.code} has no remedy")
    try:
        fault.remedy.apply()
    except LedgerError as error:
        return error.message
    except OSError as error:
        return error.strerror or str(error)
    return None
