"""``git ledger prune``: drop history up to a checkpoint that somebody else holds."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from gitledger.cli.door import Door
from gitledger.cli.exchange import open_remote
from gitledger.errors import DamageError, FormatError, NotFoundError, PolicyError, StorageError
from gitledger.ids import counted
from gitledger.retention.archives import archives
from gitledger.retention.contents import check_held
from gitledger.retention.held import is_on_remote
from gitledger.retention.prune import Plan, plan_prune, prune
from gitledger.store import layout
from gitledger.store.housekeeping import Housekeeping
from gitledger.store.probe import remote_cut
from gitledger.store.repository import is_true
from gitledger.store.tracking import remotes

_TWICE = 2


def run(door: Door, *, before: int | None, dry_run: bool, discard: int) -> int:
    """Print what goes, who holds it, and what stays."""
    if not dry_run:
        _refuse_in_ci(door)
    house = Housekeeping(door.repository, door.outside.env)
    plan = plan_prune(door.ledger, house, before=before)
    holder = next(_holders(door, house, plan), None) if plan.publications else None
    if plan.publications and holder is None and not dry_run and discard < _TWICE:
        raise PolicyError(
            f"nobody else is known to hold events #{plan.first} to #{plan.last}; expected an archive or a remote to",
            hint="git ledger archive or git ledger push hands them on; --discard, given twice, drops them for good",
            details={"first": plan.first, "last": plan.last},
        )
    freed = None if dry_run else prune(door.ledger, house, plan)
    _print(door, plan, holder, freed)
    return 0


def _refuse_in_ci(door: Door) -> None:
    if door.outside.env.get("CI") and not is_true(door.repository.config, "ledger.pruneInCi"):
        raise PolicyError(
            "this is a run of continuous integration (CI is set); expected the setting ledger.pruneInCi to allow it",
            hint="git -c ledger.pruneInCi=true ledger prune does it once",
        )


def _holders(door: Door, house: Housekeeping, plan: Plan) -> Iterator[str]:
    """Yield who holds all that goes, each just asked."""
    for name in remotes(door.repository, door.outside.env):
        if door.ledger.refs.read(layout.tracking_ref(name, plan.ledger)) is None:
            continue
        ask_cut = partial(remote_cut, name, door.repository, door.path("."), door.outside.env)
        try:
            if is_on_remote(door.ledger, house, open_remote(door, name), ask_cut, plan):
                yield f"remote {name}"
        except StorageError:
            continue  # Who cannot be reached vouches for nothing.
    source = door.source
    for archive in archives(door.source):
        # One that lacks something, or gives other bytes back, vouches for nothing either.
        with suppress(NotFoundError, DamageError, FormatError, StorageError):
            check_held(source, archive, plan.base)
            yield f"archive {archive.url}"


def _print(door: Door, plan: Plan, holder: str | None, freed: int | None) -> None:
    if door.json:
        door.output.json(_to_json(plan, holder, freed))
        return
    out = door.output
    if not plan.publications:
        left = "" if freed is None or not plan.is_left else f"; what an interrupted prune had left: {freed:,} bytes"
        why = f"ledger {plan.ledger} begins with event #{plan.first} here"
        size = plan.checkpoint.checkpoint.size
        if plan.first < size:
            why += f", and the checkpoint of {counted(size, 'event')} needs its last tile, and what refs go on from"
        out.line(f"nothing to drop: {why}{left}")
        return
    done = "would drop" if freed is None else "dropped"
    out.line(
        f"{done} events #{plan.first} to #{plan.last}: {counted(plan.publications, 'publication')}, {plan.size:,} bytes"
    )
    out.line(f"held by {holder or 'nobody that is known'}")
    out.line(f"stays: publication {plan.base.oid.hex()} and all after it, from event #{plan.base.first_seq} on")


def _to_json(plan: Plan, holder: str | None, freed: int | None) -> dict[str, object]:
    return {
        "ledger": plan.ledger,
        "checkpoint": plan.checkpoint.checkpoint.size,
        "first": plan.first,
        "last": plan.last,
        "publications": plan.publications,
        "bytes": plan.size,
        "base": plan.base.oid.hex(),
        "held_by": holder,
        "freed": freed,
    }
