"""``git ledger vst``: the timeline of one variable.

As text it reads the newest N events and nothing else, however long the ledger is. The JSON also says where each was
published, which the catalog knows. What is not here any more is told apart from damage by history being cut off.
"""

from itertools import islice

from gitledger.cli.deep import reading
from gitledger.cli.door import Door
from gitledger.cli.output import Output, visible
from gitledger.cli.render import event_to_json, held_text, short_id
from gitledger.ids import parse_variable
from gitledger.ledger.vst import published_in_order, vst, written
from gitledger.ledger.written import Written, read_written


def run(door: Door, *, variable: str, max_count: int | None, reverse: bool, at: str | None, deep: bool) -> int:
    """Print the events that changed a variable."""
    with reading(door, deep=deep) as (ledger, _):
        events = islice(vst(ledger, variable, at=at), max_count)
        told = 0
        if door.json:
            published = published_in_order(ledger, events, at=at)
            for one in reversed(list(published)) if reverse else published:
                door.paged_output.json(event_to_json(one))
                told += 1
        else:
            ordered = reversed(list(events)) if reverse else events
            for wrote in read_written(ledger, parse_variable(variable), ordered):
                told += _print_line(door.paged_output, wrote)
        if told != max_count and ledger.cut():
            _tell_of_older(door, written(ledger, variable, at=at) - told)
    return 0


def _tell_of_older(door: Door, older: int) -> None:
    if older:
        events = f"{older:,} older event{' is' if older == 1 else 's are'} archived"
        door.hint(f"{events}; --deep reads them there, git ledger rehydrate or git fetch --unshallow brings them back")


def _print_line(out: Output, one: Written) -> bool:
    """Print what an event wrote; return whether it is here and not just its id."""
    head = short_id(one.event)
    if one.rule is None:
        out.line(head, " archived")
        return False
    rule = visible(f" ({one.rule.name})")
    text = " deleted" if one.value is None else f" = {held_text(one.value)}"
    out.line(head, out.fit(text, len(head.text) + len(rule)), rule)
    return True
