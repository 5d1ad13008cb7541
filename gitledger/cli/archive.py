"""``git ledger archive``: history up to a checkpoint as bundles outside the repository."""

from gitledger.artifacts.open import open_artifacts
from gitledger.cli.door import Door
from gitledger.errors import NotFoundError, UsageError
from gitledger.ids import counted
from gitledger.ledger.checkpoint import kept_checkpoints
from gitledger.model.checkpoint import Checkpoint
from gitledger.retention.archive import archive
from gitledger.retention.archives import archive_at, archives, remember
from gitledger.retention.holdings import Archive, Holding
from gitledger.store import layout


def run(door: Door, *, before: int | None, to: str | None) -> int:
    """Print what the archive holds then, and which bundles are new."""
    checkpoint, place = _checkpoint(door, before), _place(door, to)
    source = door.source
    progress, new = door.progress("events"), list[Holding]()
    for one in archive(source, place, checkpoint):
        new.append(one)
        progress.tell(one.manifest.last, checkpoint.size)
    progress.clear()
    remember(place, source)
    _print(door, place, checkpoint, new)
    return 0


def _checkpoint(door: Door, before: int | None) -> Checkpoint:
    for kept in kept_checkpoints(door.ledger):
        if before in (None, kept.checkpoint.size):
            return kept.checkpoint
    which = "checkpoint" if before is None else f"checkpoint of {before} events"
    raise NotFoundError(
        f"no {which} of ledger {door.ledger.name} is kept; expected one under "
        f"{layout.checkpoint_refs(door.ledger.name)}",
        hint="make one with: git ledger checkpoint",
    )


def _place(door: Door, to: str | None) -> Archive:
    if to is not None:
        return archive_at(open_artifacts(to, door.path(".").resolve()), door.source)
    known = archives(door.source)
    if len(known) != 1:
        raise UsageError(
            f"{len(known)} archives are known; expected --to to say where, or exactly one",
            hint="--to DIRECTORY, or --to s3://BUCKET/PREFIX",
        )
    return known[0]


def _print(door: Door, place: Archive, checkpoint: Checkpoint, new: list[Holding]) -> None:
    size = sum(one.manifest.size for one in new)
    if door.json:
        door.output.json(
            {
                "ledger": door.ledger.name,
                "archive": place.url,
                "checkpoint": checkpoint.size,
                "bytes": size,
                "bundles": [_to_json(one) for one in new],
            }
        )
        return
    if new:
        first, last = new[0].manifest.first, new[-1].manifest.last
        door.output.line(f"archived events #{first} to #{last}: {counted(len(new), 'bundle')}, {size:,} bytes")
    else:
        door.output.line("nothing to archive")
    door.output.line(f"{place.url} holds events #1 to #{checkpoint.size}")


def _to_json(one: Holding) -> dict[str, object]:
    manifest = one.manifest
    return {
        "first": manifest.first,
        "last": manifest.last,
        "publications": len(manifest.publications),
        "bundle": manifest.bundle.hex(),
        "manifest": one.digest.hex(),
        "bytes": manifest.size,
    }
