"""``git ledger show``: one event beside what it replaced."""

from gitledger.cli.deep import reading
from gitledger.cli.door import Door
from gitledger.cli.render import event_to_json, shown_lines
from gitledger.ledger.log import shown_at


def run(door: Door, *, rev: str, deep: bool) -> int:
    """Print an event."""
    with reading(door, deep=deep) as (ledger, place):
        found = shown_at(ledger, place(rev))
    out = door.paged_output
    if door.json:
        out.json(event_to_json(found.published))
    else:
        for parts in shown_lines(found.published, found.before):
            out.line(*parts)
    return 0
