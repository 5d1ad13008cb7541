"""``git ledger pull``: fetch, and bring ledgers together with what the remote has."""

from gitledger.cli.door import Door
from gitledger.cli.exchange import judged_to_json, open_remote, print_judged, remote_name
from gitledger.frozen import replace
from gitledger.ledger.handle import Ledger
from gitledger.sync.fetch import fetch, tracked
from gitledger.sync.pull import Pulled, pull


def run(
    door: Door,
    *,
    remote: str | None,
    merge: bool,
    all: bool,  # noqa: A002 - the word of the command line
    dry_run: bool,
    sign: bool,
) -> int:
    """Pull, and print what became of each ledger; 1 if what was fetched has findings."""
    door.signs = sign
    name = remote_name(door, remote)
    fetch(door.ledger.refs, open_remote(door, name))
    ledgers = [door.ledger]
    if all:
        ledgers = [replace(door.ledger, name=one) for one in sorted(tracked(door.ledger.refs, name))]
    return max((pull_one(door, ledger, name, merge=merge, dry_run=dry_run) for ledger in ledgers), default=0)


def pull_one(door: Door, ledger: Ledger, remote: str, *, merge: bool, dry_run: bool) -> int:
    """Bring one ledger together with what was fetched, and print what became of it."""
    progress = door.progress("publications").tell
    pulled = pull(ledger, remote, merge=merge, dry_run=dry_run, progress=progress)
    _print(door, ledger, pulled)
    return 1 if pulled.outcome == "refused" else 0


def _print(door: Door, ledger: Ledger, pulled: Pulled) -> None:
    event = None if pulled.event is None else pulled.event.hex()
    if door.json:
        answer = {"ledger": ledger.name, "outcome": pulled.outcome, "event": event}
        door.output.json(answer | judged_to_json(pulled.judged))
        return
    print_judged(door, pulled.judged)
    door.output.line(f"{pulled.outcome}: ledger {ledger.name} {f'is at event {event}' if event else 'is not here'}")
