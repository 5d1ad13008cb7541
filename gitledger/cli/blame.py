"""``git ledger blame``: the event that last wrote each variable."""

from collections.abc import Callable, Iterator
from functools import cache

from gitledger.cli.door import Door
from gitledger.cli.render import short_id
from gitledger.errors import MissingObjectError
from gitledger.ids import EventId, Oid, parse_variable
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import read_event, read_rule
from gitledger.ledger.state import get
from gitledger.ledger.vst import Blamed, blame, vst


def run(door: Door, *, prefix: str | None, at: str | None) -> int:
    """Print variables, each with its newest event and that event's rule."""
    ledger = door.ledger

    @cache
    def rule_name(rule: Oid) -> str:
        return read_rule(ledger.objects, rule).name

    for one in _select(ledger, prefix, at):
        rule = _rule(ledger, one.event, rule_name)
        if door.json:
            door.output.json({"variable": one.variable, "event": one.event.hex(), "rule": rule})
        else:
            door.output.line(short_id(one.event), f" {one.variable} ({rule or 'archived'})")
    return 0


def _rule(ledger: Ledger, event: EventId, name: Callable[[Oid], str]) -> str | None:
    """Return the name of an event's rule; None if the event is not here, in a shallow repository."""
    try:
        return name(read_event(ledger.objects, event).rule)
    except MissingObjectError:
        if not ledger.cut():
            raise
        return None


def _select(ledger: Ledger, prefix: str | None, at: str | None) -> Iterator[Blamed]:
    if prefix is None:
        return blame(ledger, at=at)
    name = parse_variable(prefix.removesuffix("/"))
    if prefix.endswith("/"):
        return blame(ledger, name, at=at)
    get(ledger, name, at=at)  # what holds nothing has nobody to blame
    return iter([Blamed(variable=name, event=next(vst(ledger, name, at=at)))])
