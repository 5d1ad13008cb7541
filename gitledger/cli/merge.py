"""``git ledger merge``: join another ledger's history into this one, or say what overlaps."""

from gitledger.cli.door import Door
from gitledger.cli.render import short_id
from gitledger.ids import LedgerName, counted, parse_ledger_name, shown
from gitledger.ledger.join import Join, overlap_error
from gitledger.ledger.merge import merge, plan_merge


def run(door: Door, *, name: str, plan: bool, sign: bool) -> int:
    """Merge, or say what would be done: 1 if a merge would be refused."""
    door.signs = sign
    other = parse_ledger_name(name)
    if plan:
        return _plan(door, other)
    merged = merge(door.ledger, other)
    if door.json:
        door.output.json({"outcome": merged.outcome, "event": merged.event.hex()})
    else:
        door.output.line(f"{merged.outcome}: ledger {door.ledger.name} is at event {merged.event.hex()}")
    return 0


def _plan(door: Door, other: LedgerName) -> int:
    joined = plan_merge(door.ledger, other)
    is_valid = joined.plan.is_valid
    if door.json:
        sides = [[place.event.hex() for place, _ in side] for side in (joined.mine, joined.theirs)]
        overlaps = [] if is_valid else overlap_error(door.ledger.objects, joined).details["overlaps"]
        parents = [parent.hex() for parent in joined.plan.parents]
        door.output.json({"valid": is_valid, "parents": parents, "events": sides, "overlaps": overlaps})
    else:
        _print(door, joined)
    return 0 if is_valid else 1


def _print(door: Door, joined: Join) -> None:
    out = door.output
    for parent, side in zip(joined.plan.parents, (joined.mine, joined.theirs), strict=True):
        out.line("parent ", short_id(parent), f": {counted(len(side), 'event')} that the other side has not")
    for one in joined.plan.overlaps:
        left = (f"overlap: {shown(one.variable)} {one.access} by ", short_id(one.event))
        out.line(*left, f", {shown(one.other)} {one.other_access} by ", short_id(one.other_event))
    out.line("valid" if joined.plan.is_valid else "not valid")
