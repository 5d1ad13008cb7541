"""What events wrote to one variable, read for many events at once: the lines of ``vst``."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

from gitledger.errors import DamageError
from gitledger.frozen import frozen
from gitledger.ids import EventId, Oid, Variable
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import damage_in, read_rule
from gitledger.ledger.timelines import not_written
from gitledger.model.delta import Delta, parse_delta
from gitledger.model.event import Event, parse_event
from gitledger.model.rule import Rule

_FIRST: Final = 32
"""Events that are read together at first: a screen of them."""
_WINDOW: Final = 1024


@frozen
class Written:
    """What one event wrote to a variable.

    Attributes:
        event: which event.
        rule: the rule that made the change; None where history is cut off and the event is not here.
        value: the canonical bytes of the new value; None if the variable was deleted, or the event is not here.
    """

    event: EventId
    rule: Rule | None
    value: bytes | None


def read_written(ledger: Ledger, variable: Variable, events: Iterable[EventId]) -> Iterator[Written]:
    """Yield what events wrote to a variable, in the order given: a screen of them at once, later ones many at a time.

    Raises:
        DamageError: an object is missing or corrupt, or an event did not write the variable.
    """
    rules: dict[Oid, Rule] = {}
    remaining: Iterator[EventId] = iter(events)
    size = _FIRST
    while window := list(islice(remaining, size)):
        try:
            here = _here(ledger, window)
        except DamageError:
            if len(window) == 1:
                raise
            # What stands before the damage is told before it.
            remaining, size = chain(window, remaining), 1
            continue
        for event in window:
            if event not in here:
                yield Written(event=event, rule=None, value=None)
                continue
            content, delta = here[event]
            if content.rule not in rules:
                rules[content.rule] = read_rule(ledger.objects, content.rule)
            if variable not in delta.changes:
                raise not_written(event, variable)
            yield Written(event=event, rule=rules[content.rule], value=delta.changes[variable])
        size = min(2 * size, _WINDOW)


def _here(ledger: Ledger, events: Sequence[EventId]) -> dict[EventId, tuple[Event, Delta]]:
    """Return events with their deltas; where history is cut off, those that are here."""
    is_cut = bool(ledger.cut())
    contents: dict[EventId, Event] = {}
    wanted = _present(ledger, [Oid(event) for event in events]) if is_cut else list(map(Oid, events))
    for oid, found in zip(wanted, ledger.objects.read_many(wanted), strict=True):
        with damage_in(oid, "event"):
            contents[EventId(oid)] = parse_event(found.data)
    if is_cut:
        # An event that has a key stays reachable by it, its delta does not.
        deltas = set(_present(ledger, [content.delta for content in contents.values()]))
        contents = {event: content for event, content in contents.items() if content.delta in deltas}
    both: dict[EventId, tuple[Event, Delta]] = {}
    stored = ledger.objects.read_many([content.delta for content in contents.values()])
    for (event, content), found in zip(contents.items(), stored, strict=True):
        with damage_in(content.delta, "delta"):
            both[event] = content, parse_delta(found.data)
    return both


def _present(ledger: Ledger, oids: Sequence[Oid]) -> list[Oid]:
    absent = set(ledger.objects.missing(oids))
    return [oid for oid in oids if oid not in absent]
