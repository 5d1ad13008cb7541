"""Events as people and programs read them. The JSON is specified in ``docs/json.md``."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from gitledger.cli.output import Painted, Part, clip
from gitledger.cli.values import to_json
from gitledger.codec import Value
from gitledger.ids import Oid, Variable
from gitledger.ledger.publication import Published
from gitledger.model.rule import Rule
from gitledger.model.value import parse_value

SHORT_ID: Final = 12
"""Digits of an abbreviated id: a million events share one with a chance of one in five hundred."""
_VALUE_WIDTH: Final = 60


def event_to_json(one: Published) -> dict[str, object]:
    """Return an event with all that the ledger knows about it."""
    return {
        "event": one.id.hex(),
        "seq": one.seq,
        "ts": one.ts,
        "parents": [parent.hex() for parent in one.event.parents],
        "rule": _rule_to_json(one.event.rule, one.rule),
        "after": one.event.after.hex(),
        "writeset": list(one.event.writeset),
        "readset": list(one.event.readset),
        "delta": {name: _change_to_json(one.delta.changes[name]) for name in one.event.writeset},
        "publication": one.publication.hex(),
        "meta": to_json(dict(one.meta)),
    }


def _rule_to_json(oid: Oid, rule: Rule) -> dict[str, object]:
    named = {"id": oid.hex(), "name": rule.name}
    version = {} if rule.version is None else {"version": rule.version}
    # A field that is called id gives way to the id.
    return named | version | {name: to_json(value) for name, value in rule.fields.items()} | named


def _change_to_json(data: bytes | None) -> object:
    return {"delete": True} if data is None else {"set": to_json(parse_value(data))}


def short_id(event: bytes) -> Painted:
    """Return the beginning of an id."""
    return Painted("yellow", event.hex()[:SHORT_ID])


def value_text(value: Value) -> str:
    """Return a value as one line of JSON that people can read; not yet safe to print."""
    return json.dumps(to_json(value), ensure_ascii=False)


def held_text(data: bytes | None) -> str:
    """Return what a variable holds, from its canonical bytes."""
    return "nothing" if data is None else value_text(parse_value(data))


def change_texts(one: Published) -> Iterator[str]:
    """Yield what an event did to each variable, long values cut."""
    for name in one.event.writeset:
        value = one.delta.changes[name]
        yield f"{name} deleted" if value is None else f"{name} = {clip(held_text(value), _VALUE_WIDTH)}"


def event_lines(one: Published) -> Iterator[list[Part]]:
    """Yield an event as ``git log`` shows a commit, without a line at the end."""
    yield from event_head(one)
    texts = list(change_texts(one))
    if texts:
        yield []
    for text in texts:
        yield [f"    {text}"]


def event_head(one: Published) -> Iterator[list[Part]]:
    """Yield what an event is, who asked for it and when, and the message."""
    yield [Painted("yellow", f"event {one.id.hex()}"), f" #{one.seq}"]
    if one.event.is_merge:
        yield ["Merge:  " + " ".join(parent.hex()[:SHORT_ID] for parent in one.event.parents)]
    yield [f"Rule:   {one.rule.name}{'' if one.rule.version is None else f' {one.rule.version}'}"]
    yield [f"Author: {one.meta['author']}"]
    yield [f"Date:   {date_text(str(one.meta['time']))}"]
    message = message_of(one.meta)
    if message:
        yield []
    for line in message.splitlines():
        yield [f"    {line}"]


def shown_lines(one: Published, before: Mapping[Variable, bytes | None] | None) -> Iterator[list[Part]]:
    """Yield an event with the old and the new value of each variable; the new one alone, where the old is not here."""
    yield from event_head(one)
    yield []
    yield [f"Publication {one.publication.hex()}, clock {one.ts}, by {one.meta['actor']}"]
    yield [f"State after {one.event.after.hex()}"]
    for name in one.event.readset:
        yield [f"Read {name}"]
    for name in one.event.writeset:
        yield []
        yield [Painted("bold", name)]
        yield from difference_lines(before[name] if before else None, one.delta.changes[name])
    if before is None:
        yield []
        yield ["What it replaced is archived"]


def difference_lines(before: bytes | None, after: bytes | None, name: str = "") -> Iterator[list[Part]]:
    """Yield the old and the new value of a variable, as a diff does."""
    for sign, color, data in (("-", "red", before), ("+", "green", after)):
        if data is not None:
            yield [Painted(color, f"{sign} {f'{name} = ' if name else ''}{held_text(data)}")]


def message_of(meta: Mapping[str, object]) -> str:
    """Return the message that an envelope remembers: the caller's, or that of an imported commit."""
    match meta:
        case {"message": str() as message} | {"git": {"message": str() as message}}:
            return message
    return ""


def date_text(time: str) -> str:
    """Return a time of an envelope as git shows dates; as it is, if there is no such day."""
    # Imported here because a line of a timeline has no date.
    from datetime import datetime

    try:
        return datetime.fromisoformat(time).strftime("%a %b %-d %H:%M:%S %Y %z")
    except ValueError:
        return time
