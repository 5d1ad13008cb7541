"""``git ledger fetch``: learn what remotes have; no ledger moves."""

from gitledger.cli.door import Door
from gitledger.cli.exchange import open_remote, remote_name, remote_names
from gitledger.cli.render import short_id
from gitledger.errors import UsageError
from gitledger.sync.fetch import Fetched, fetch


def run(door: Door, *, remote: str | None, all: bool, dry_run: bool) -> int:  # noqa: A002 - the word of the command line
    """Fetch, and print each ledger of which a remote has something new."""
    if all and remote is not None:
        raise UsageError("--all beside a remote; expected one of them")
    for name in remote_names(door) if all else [remote_name(door, remote)]:
        for one in fetch(door.ledger.refs, open_remote(door, name), dry_run=dry_run):
            _print(door, name, one)
    return 0


def _print(door: Door, remote: str, one: Fetched) -> None:
    if door.json:
        old = None if one.old is None else one.old.hex()
        door.output.json({"remote": remote, "ledger": one.ledger, "old": old, "new": one.new.hex()})
        return
    before = ("nothing",) if one.old is None else (short_id(one.old),)
    door.output.line(f"{remote}/{one.ledger}: ", *before, " -> ", short_id(one.new))
