"""``git ledger doctor``: say what is wrong with the repository and its ledgers, and mend it."""

from gitledger.cli.door import Door
from gitledger.cli.output import Painted
from gitledger.ids import counted
from gitledger.retention.doctor import examine, mend
from gitledger.retention.fault import Fault, Patient
from gitledger.store.housekeeping import Housekeeping


def run(door: Door, *, fix: bool) -> int:
    """Print what is wrong, what would help, and with ``--fix`` what has helped; 1 if anything stays wrong."""
    house = Housekeeping(door.repository, door.outside.env)
    patient = Patient(ledger=door.ledger, house=house, env=door.outside.env, now=door.ledger.clock())
    faults = list(examine(patient, door.progress("publications").tell))
    left = len(faults)
    for fault in faults:
        told = _mended(door, fault) if fix and fault.remedy else ""
        left -= told == "fixed"
        if door.json:
            door.output.json(_to_json(fault, told))
        else:
            _print(door, fault, told)
    if not door.json:
        verdict = Painted("red", "not sound") if left else Painted("green", "sound")
        door.output.line(verdict, f": {counted(len(faults), 'fault')}, {len(faults) - left} fixed")
    if not fix and any(fault.remedy for fault in faults):
        door.hint("git ledger doctor --fix does what stands behind fix:")
    return 1 if left else 0


def _mended(door: Door, fault: Fault) -> str:
    """Apply a remedy, after it was said what it does; return what became of it."""
    if fault.remedy and not door.json:
        door.output.line(f"fixing {fault.where}: {fault.remedy.text}")
        door.output.flush()
    return mend(fault) or "fixed"


def _print(door: Door, fault: Fault, told: str) -> None:
    door.output.line(Painted("red", fault.code), f" at {fault.where}")
    door.output.line(f"    {fault.message}")
    if fault.remedy:
        door.output.line(f"    {told}" if told else f"    fix: {fault.remedy.text}")


def _to_json(fault: Fault, told: str) -> dict[str, object]:
    remedy = fault.remedy.text if fault.remedy else None
    about = {"code": fault.code, "where": fault.where, "message": fault.message, "remedy": remedy}
    return about | {"fixed": told == "fixed", "told": told}
