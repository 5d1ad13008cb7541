"""``git ledger state``: variables and their values."""

from collections.abc import Iterator
from itertools import islice

from gitledger.cli.deep import reading
from gitledger.cli.door import Door
from gitledger.cli.output import Output
from gitledger.cli.render import value_text
from gitledger.cli.values import format_json, to_json
from gitledger.codec import Value
from gitledger.ids import Variable, parse_variable
from gitledger.ledger.resolve import head_place
from gitledger.ledger.state import State

_ROWS = 256
"""Rows that are aligned with each other: a large state is printed while it is read."""
_NAME_WIDTH = 40
"""Longer names stand out instead of pushing every value to the right."""


def run(door: Door, *, variable: str | None, at: str | None, deep: bool) -> int:
    """Print variables."""
    with reading(door, deep=deep) as (ledger, place_of):
        place = place_of(at) if at is not None else head_place(ledger)
        state = State(ledger.objects, place)
        rows = _select(state, variable)
        if door.json:
            _print_json(door.output, place.event.hex(), state.id.hex(), rows)
        else:
            _print_rows(door.output, rows)
    return 0


def _select(state: State, variable: str | None) -> Iterator[tuple[Variable, Value]]:
    if variable is None:
        return state.values()
    name = parse_variable(variable.removesuffix("/"))
    return state.values(name) if variable.endswith("/") else iter([(name, state.value(name))])


def _print_rows(out: Output, rows: Iterator[tuple[Variable, Value]]) -> None:
    while some := list(islice(rows, _ROWS)):
        width = max((len(name) for name, _ in some if len(name) <= _NAME_WIDTH), default=0)
        for name, value in some:
            before = f"{name:<{width}} = "
            out.line(before, out.fit(value_text(value), len(before)))


def _print_json(out: Output, event: str, after: str, rows: Iterator[tuple[Variable, Value]]) -> None:
    """Print one object, member by member: it may be larger than memory."""
    out.raw(f'{{"at": "{event}", "after": "{after}", "variables": {{'.encode())
    comma = ""
    for name, value in rows:
        out.raw(f"{comma}{format_json(name)}: {format_json(to_json(value))}".encode())
        comma = ", "
    out.raw(b"}}\n")
