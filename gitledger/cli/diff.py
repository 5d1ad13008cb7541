"""``git ledger diff``: what changed between two states."""

from gitledger.cli.door import Door
from gitledger.cli.output import Output
from gitledger.cli.render import difference_lines
from gitledger.cli.values import to_json
from gitledger.ledger.diff import Difference, diff
from gitledger.model.value import parse_value


def run(door: Door, *, before: str, after: str, exit_code: bool) -> int:
    """Print differences."""
    differ = False
    for one in diff(door.ledger, before, after):
        differ = True
        _print(door.output, one, json=door.json)
    return int(differ and exit_code)


def _print(out: Output, one: Difference, *, json: bool) -> None:
    if json:
        sides = (("before", one.before), ("after", one.after))
        held = {side: to_json(parse_value(data)) for side, data in sides if data is not None}
        out.json({"variable": one.variable, **held})
        return
    for (part,) in difference_lines(one.before, one.after, one.variable):
        out.line(part)
