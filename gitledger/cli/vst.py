"""``git ledger vst``: the timeline of one variable.

As text it reads the newest N events and nothing else, however long the ledger is. The JSON also says where each was
published, for which the publications back to it are read.
"""

from itertools import islice

from gitledger.cli.door import Door
from gitledger.cli.output import visible
from gitledger.cli.render import event_to_json, held_text, short_id
from gitledger.ids import EventId, Variable, parse_variable
from gitledger.ledger.publication import read_delta, read_event, read_rule
from gitledger.ledger.vst import published_in_order, vst


def run(door: Door, *, variable: str, max_count: int | None, reverse: bool, at: str | None) -> int:
    """Print the events that changed a variable."""
    events = islice(vst(door.ledger, variable, at=at), max_count)
    if door.json:
        published = published_in_order(door.ledger, events, at=at)
        for one in reversed(list(published)) if reverse else published:
            door.paged_output.json(event_to_json(one))
    else:
        for event in reversed(list(events)) if reverse else events:
            _print_line(door, event, parse_variable(variable))
    return 0


def _print_line(door: Door, event: EventId, variable: Variable) -> None:
    objects, out = door.ledger.objects, door.paged_output
    content = read_event(objects, event)
    value = read_delta(objects, content.delta).changes[variable]
    rule = visible(f" ({read_rule(objects, content.rule).name})")
    head = short_id(event)
    text = " deleted" if value is None else f" = {held_text(value)}"
    out.line(head, out.fit(text, len(head.text) + len(rule)), rule)
