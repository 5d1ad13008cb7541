"""``git ledger verify``: replay the ledger and report every finding."""

from gitledger.cli.door import Door
from gitledger.cli.output import Output, Painted
from gitledger.ids import counted
from gitledger.ledger.guard import has_had_policy
from gitledger.verify import Report, verify


def run(
    door: Door,
    *,
    since: str | None,
    checkpoint: str | None,
    witnesses: str | None,
    signatures: bool,
    jobs: int | None,
) -> int:
    """Print what was verified and what was found; 1 if the ledger is not sound."""
    known = None
    if checkpoint is not None or witnesses is not None:
        # Imported here because most verifications are of what is here alone.
        from gitledger.cli.trust import trusted_checkpoint

        known = trusted_checkpoint(door, checkpoint, witnesses)
    progress = door.progress("publications").tell
    report = verify(
        door.ledger,
        since=since,
        checkpoint=known,
        signatures=signatures,
        jobs=1 if jobs is None else jobs,
        progress=progress,
    )
    if report.ok and not signatures and has_had_policy(door.ledger.objects, report.publication):
        door.hint("there is a policy, and who signed was not judged: --signatures does that")
    if door.json:
        door.output.json(_to_json(report))
    else:
        _print(door.output, report)
    return 0 if report.ok else 1


def _print(out: Output, report: Report) -> None:
    for finding in report.findings:
        out.line(Painted("red", finding.severity), f" {finding.code} at {finding.where}")
        out.line(f"    {finding.message}")
    verdict = Painted("green", "sound") if report.ok else Painted("red", "not sound")
    head = "an unreadable head" if report.head is None else report.head.hex()
    out.line(f"ledger {report.ledger} at {head}: ", verdict)
    start = "" if report.checkpoint is None else f", from checkpoint {report.checkpoint}"
    events, publications = counted(report.events, "event"), counted(report.publications, "publication")
    out.line(f"{events}, {publications}, {counted(len(report.findings), 'finding')}{start}")


def _to_json(report: Report) -> dict[str, object]:
    return {
        "ledger": report.ledger,
        "head": None if report.head is None else report.head.hex(),
        "events": report.events,
        "publications": report.publications,
        "ok": report.ok,
        "checkpoint": report.checkpoint,
        "findings": [
            {"code": one.code, "severity": one.severity, "where": one.where, "message": one.message}
            for one in report.findings
        ],
    }
