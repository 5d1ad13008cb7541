"""``git ledger push``: let a remote have what the ledgers have here."""

from gitledger.cli.door import Door
from gitledger.cli.exchange import judged_to_json, open_remote, print_judged, remote_name
from gitledger.errors import FormatError
from gitledger.frozen import replace
from gitledger.ids import LedgerName
from gitledger.store import layout
from gitledger.sync.push import Pushed, push


def run(
    door: Door,
    *,
    remote: str | None,
    merge: bool,
    all: bool,  # noqa: A002 - the word of the command line
    dry_run: bool,
    sign: bool,
) -> int:
    """Push, and print what became of each ledger; 1 if one did not get there."""
    door.signs = sign
    target = open_remote(door, remote_name(door, remote))
    ledgers = [replace(door.ledger, name=name) for name in _names(door)] if all else [door.ledger]
    failed = False
    for pushed in push(
        ledgers,
        target,
        merge=merge,
        dry_run=dry_run,
        progress=door.progress("publications").tell,
    ):
        failed |= pushed.outcome in ("rejected", "refused")
        _print(door, pushed)
    return int(failed)


def _names(door: Door) -> list[LedgerName]:
    names = []
    for ref in door.ledger.refs.list(layout.REFS):
        try:
            names.append(layout.parse_ledger_ref(ref))
        except FormatError:
            continue  # Somebody has put another ref there; it is no ledger of ours.
    return names


def _print(door: Door, pushed: Pushed) -> None:
    if door.json:
        answer = {"ledger": pushed.ledger, "outcome": pushed.outcome, "event": pushed.event.hex()}
        door.output.json(answer | (judged_to_json(pushed.judged) if pushed.judged else {}))
        return
    if pushed.judged:
        print_judged(door, pushed.judged)
    door.output.line(f"{pushed.outcome}: ledger {pushed.ledger} is at event {pushed.event.hex()}")
