"""Refs: names that no ledger has, files that hold no id, tracking refs of remotes that are gone."""

from collections.abc import Iterator
from functools import partial

from gitledger.errors import DamageError, FormatError
from gitledger.ids import LedgerName, Oid
from gitledger.retention.fault import Fault, Patient, Remedy
from gitledger.store import layout
from gitledger.store.base import RefUpdate
from gitledger.store.ref_file import read_loose
from gitledger.store.tracking import remotes

_CONFLICT = ".sync-conflict-"
"""What a file synchroniser puts into the name of a copy: to Git it is one more ref."""


def ledgers(patient: Patient) -> dict[LedgerName, Oid]:
    """Return the ledgers of the repository, and where their refs point."""
    found = {}
    for ref, oid in patient.ledger.refs.list(layout.REFS).items():
        if _CONFLICT not in ref:
            try:
                found[layout.parse_ledger_ref(ref)] = oid
            except FormatError:
                continue  # `check_refs` says so.
    return found


def check_refs(patient: Patient) -> Iterator[Fault]:
    """Yield what is wrong with refs."""
    heads = ledgers(patient)
    for ref, oid in patient.ledger.refs.list(layout.REFS).items():
        if ref.removeprefix(layout.REFS) not in heads:
            yield _misnamed(patient, ref, oid, heads)
    known = tuple(layout.tracking_refs(name) for name in remotes(patient.repository, patient.env))
    for ref, oid in patient.ledger.refs.list(layout.TRACKING).items():
        if not ref.startswith(known):
            message = "it tracks a remote that is not there; expected one of those that the settings name"
            yield Fault(code="tracking-left", where=ref, message=message, remedy=_delete(patient, ref, oid))
    if patient.repository.ref_format == "files":
        yield from _damaged(patient)


def _misnamed(patient: Patient, ref: str, oid: Oid, heads: dict[LedgerName, Oid]) -> Fault:
    # What a ledger reaches is not lost with the ref.
    is_reached = any(patient.house.is_before(oid, head) for head in heads.values())
    message = "it is the name of no ledger, as the copy of a file synchroniser; expected such refs nowhere"
    return Fault(
        code="ref-name", where=ref, message=message, remedy=_delete(patient, ref, oid) if is_reached else None
    )


def _damaged(patient: Patient) -> Iterator[Fault]:
    common = patient.repository.common_dir
    for path in sorted(common.glob("refs/ledger*/**/*")):
        if path.is_file() and path.suffix != ".lock":
            try:
                read_loose(patient.repository, path.relative_to(common).as_posix())
            except DamageError as error:
                yield Fault(code="ref-damaged", where=path.relative_to(common).as_posix(), message=error.message)


def _delete(patient: Patient, ref: str, oid: Oid) -> Remedy:
    return Remedy(
        text=f"git update-ref -d {ref} {oid.hex()}",
        apply=partial(patient.ledger.refs.update, [RefUpdate(ref, oid, None)]),
    )
