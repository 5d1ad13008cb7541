"""``git ledger import-git``: one event per commit of a Git history."""

from gitledger.cli.door import Door
from gitledger.ledger.import_git import import_git
from gitledger.store.gitlog import GitHistory


def run(door: Door, *, rev: str, sign: bool) -> int:
    """Import, and print each commit with its event once it is durable."""
    door.signs = sign
    history = GitHistory(door.repository, door.outside.env, rev)
    progress = door.progress("commits")
    for done, imported in enumerate(import_git(door.ledger, history), 1):
        if door.json:
            door.output.json({"commit": imported.commit.hex(), "event": imported.event.hex()})
        else:
            door.output.line(f"{imported.commit.hex()} {imported.event.hex()}")
        progress.tell(done)
    return 0
