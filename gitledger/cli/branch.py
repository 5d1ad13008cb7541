"""``git ledger branch``: start another ledger that shares this one's history."""

from gitledger.cli.door import Door
from gitledger.ids import parse_ledger_name
from gitledger.ledger.merge import branch


def run(door: Door, *, name: str, rev: str | None) -> int:
    """Start the ledger and print its newest event."""
    new = parse_ledger_name(name)
    event = branch(door.ledger, new, rev)
    if door.json:
        door.output.json({"ledger": new, "event": event.hex()})
    else:
        door.output.line(f"ledger {new} is at event {event.hex()}")
    return 0
