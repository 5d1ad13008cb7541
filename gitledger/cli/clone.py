"""``git ledger clone``: clone a repository with its ledgers."""

from gitledger.cli.door import Door
from gitledger.cli.exchange import open_remote, remote_name
from gitledger.cli.pull import pull_one
from gitledger.frozen import replace
from gitledger.store.tracking import track_remotes
from gitledger.store.transport import clone, directory_for
from gitledger.sync.fetch import fetch, tracked


def run(door: Door, *, url: str, directory: str | None, depth: int | None, filter: str | None) -> int:  # noqa: A002 - the word of the command line
    """Clone, and print what became of each ledger; 1 if one has findings."""
    target, env = directory or directory_for(url), door.outside.env
    options = [f"--depth={depth}"] * (depth is not None) + [f"--filter={filter}"] * (filter is not None)
    clone(url, target, door.path("."), env, *options, is_watched=door.is_watched)
    inside = door.inside(target)
    track_remotes(inside.repository, env)
    name = remote_name(inside, None)
    fetch(inside.ledger.refs, open_remote(inside, name), depth=depth)
    ledgers = [replace(inside.ledger, name=one) for one in sorted(tracked(inside.ledger.refs, name))]
    return max((pull_one(inside, ledger, name, merge=False, dry_run=False) for ledger in ledgers), default=0)
