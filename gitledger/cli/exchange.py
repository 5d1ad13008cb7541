"""What the verbs that speak to remotes share: which remote is meant, and how they tell what was judged."""

from gitledger.cli.door import Door
from gitledger.cli.output import Painted
from gitledger.errors import NotFoundError, UsageError
from gitledger.ids import shown
from gitledger.store.tracking import remotes
from gitledger.store.transport import Remote
from gitledger.sync.judge import Judged


def remote_names(door: Door) -> list[str]:
    """Return the remotes of the repository.

    Raises:
        NotFoundError: it has none.
    """
    names = remotes(door.repository, door.outside.env)
    if not names:
        raise NotFoundError("the repository has no remote; expected one", hint="git remote add origin URL adds one")
    return names


def remote_name(door: Door, name: str | None) -> str:
    """Return the remote that was named; else the only one there is, or origin.

    Raises:
        NotFoundError: it is no remote of the repository.
        UsageError: none was named, and there are several.
    """
    names = remote_names(door)
    if name is None:
        name = names[0] if len(names) == 1 else "origin"
        if name not in names:
            raise UsageError(f"no remote is named; expected one of {', '.join(names)}")
    if name not in names:
        raise NotFoundError(f"there is no remote {shown(name)}; expected one of {', '.join(names)}")
    return name


def open_remote(door: Door, name: str) -> Remote:
    """Return a remote of the repository."""
    return Remote(name, door.repository, door.path("."), door.outside.env, is_watched=door.is_watched)


def print_judged(door: Door, judged: Judged) -> None:
    """Print what is wrong with what was fetched, and what could not be judged."""
    for one in judged.findings:
        door.output.line(Painted("red", one.severity), f" {one.code} at {one.where}")
        door.output.line(f"    {one.message}")
    for oid in judged.believed:
        door.output.line(f"history was cut off at publication {oid.hex()}, which is believed")


def judged_to_json(judged: Judged) -> dict[str, object]:
    """Return what judging brought to light."""
    return {
        "received": judged.publications,
        "believed": [oid.hex() for oid in judged.believed],
        "findings": [
            {"code": one.code, "severity": one.severity, "where": one.where, "message": one.message}
            for one in judged.findings
        ],
    }
