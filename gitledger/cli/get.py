"""``git ledger get``: one value alone, as a program wants it."""

from gitledger.cli.door import Door
from gitledger.cli.render import value_text
from gitledger.cli.values import to_json
from gitledger.ledger.state import get


def run(door: Door, *, variable: str, at: str | None) -> int:
    """Print a value: text and bytes as they are, unless a terminal would obey them; all else as JSON."""
    value = get(door.ledger, variable, at=at)
    out = door.output
    if door.json:
        out.json(to_json(value))
    elif isinstance(value, bytes) and out.width is None:
        out.raw(value)
    elif isinstance(value, str) and out.width is None:
        out.raw(value.encode() + b"\n")
    elif isinstance(value, str):
        for line in value.split("\n"):
            out.line(line)
    else:
        out.line(value_text(value))
    return 0
