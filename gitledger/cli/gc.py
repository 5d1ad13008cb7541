"""``git ledger gc``: make the repository small and quick again."""

from gitledger.cli.door import Door
from gitledger.ids import counted
from gitledger.retention.gc import Collected, gc
from gitledger.store.housekeeping import Housekeeping


def run(door: Door) -> int:
    """Print what the repository took before, and takes now."""
    found = gc(door.ledger, Housekeeping(door.repository, door.outside.env))
    if door.json:
        door.output.json(_to_json(found))
        return 0
    (packs, packs_now), (size, size_now) = found.packs, found.size
    door.output.line(f"{counted(packs, 'pack')}, {size:,} bytes; now {counted(packs_now, 'pack')}, {size_now:,} bytes")
    if found.leases:
        door.output.line(f"leases dropped whose owners are gone: {found.leases:,}")
    if found.pending:
        door.hint(f"events that lost a race: {found.pending:,}; git ledger pending lists those of a ledger")
    return 0


def _to_json(found: Collected) -> dict[str, object]:
    return {
        "packs": {"before": found.packs[0], "after": found.packs[1]},
        "bytes": {"before": found.size[0], "after": found.size[1]},
        "leases": found.leases,
        "pending": found.pending,
    }
