"""``git ledger show``: one event beside what it replaced."""

from gitledger.cli.door import Door
from gitledger.cli.render import event_to_json, shown_lines
from gitledger.ledger.log import show


def run(door: Door, *, rev: str) -> int:
    """Print an event."""
    found = show(door.ledger, rev)
    out = door.paged_output
    if door.json:
        out.json(event_to_json(found.published))
    else:
        for parts in shown_lines(found.published, found.before):
            out.line(*parts)
    return 0
