"""An event: which rule changed what, after which events. Its id is the Git object id of its canonical bytes.

The bytes hold meaning alone: no clock, host, user or message, so that two machines that do the same thing write
the same event (ADR-0021). Specified in ``docs/format/event.md``.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from operator import lt
from typing import Final, TypeVar

from gitledger import codec
from gitledger.codec import Value
from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import EventId, Oid, Variable, parse_variable

VERSION: Final = 1

_Ordered = TypeVar("_Ordered", bytes, Variable)

# The fields stand in canonical order, so they are written as they stand, at a fifth of the price of the codec. Of those
# read, v, rule, after and delta have fixed places; the fields behind them are a map again.
_FIXED_FIELDS: Final = 4
_FIXED: Final = {
    20: b"\x61v\x01\x64rule\x54%b\x65after\x54%b\x65delta\x54%b",
    32: b"\x61v\x01\x64rule\x58\x20%b\x65after\x58\x20%b\x65delta\x58\x20%b",
}
_WITHOUT_READSET, _WITH_READSET = codec.head(codec.MAP, 6), codec.head(codec.MAP, 7)
_PARENTS, _READSET, _WRITESET = map(codec.text, ("parents", "readset", "writeset"))
_FIXED_PATTERNS: Final = tuple(
    re.compile(b"[\xa6\xa7]" + fixed.replace(b"%b", b"([\\0-\\xff]{%d})" % size)) for size, fixed in _FIXED.items()
)
# An event of one parent and without a read set.
_ONE: Final = codec.head(codec.ARRAY, 1)
_APPEND: Final = {
    size: b"".join([_WITHOUT_READSET, fixed, _PARENTS, _ONE, codec.head(codec.BYTES, size), b"%b", _WRITESET, b"%b"])
    for size, fixed in _FIXED.items()
}


@frozen
class Event:
    """One event.

    Attributes:
        parents: none for genesis, one for an append, two or more sorted by bytes for a merge.
        rule: blob of the rule descriptor.
        after: tree of the state after the event.
        writeset: the delta's variables, sorted by UTF-8 bytes; empty for genesis and merges.
        readset: the variables that the decision depended on, sorted by UTF-8 bytes; empty for genesis and merges.
        delta: blob of the delta.
    """

    parents: tuple[EventId, ...]
    rule: Oid
    after: Oid
    writeset: tuple[Variable, ...]
    readset: tuple[Variable, ...] = ()
    delta: Oid

    def __post_init__(self) -> None:
        """Refuse an event that could not be written.

        Raises:
            FormatError: ids of different lengths; parents, write set or read set unsorted or with duplicates; a genesis
                or a merge that writes or reads.
        """
        sizes = {len(self.rule), len(self.after), len(self.delta), *map(len, self.parents)}
        if len(sizes) > 1 or not sizes <= _FIXED.keys():
            raise FormatError(f"an event holds object ids of {sorted(sizes)} bytes; expected 20 or 32 throughout")
        if not (_is_ascending(self.parents) and _is_ascending(self.writeset) and _is_ascending(self.readset)):
            raise FormatError(
                "an event has parents or variables out of order, or one twice; expected each once, by bytes"
            )
        if (self.writeset or self.readset) and len(self.parents) != 1:
            raise FormatError(
                f"an event with {len(self.parents)} parents writes or reads; expected that of an append only"
            )

    @property
    def is_merge(self) -> bool:
        """Whether it joins several histories."""
        return len(self.parents) > 1


def format_event(event: Event) -> bytes:
    """Return the canonical bytes of an event."""
    size = len(event.delta)
    oid_head = codec.head(codec.BYTES, size)
    return b"".join(
        [
            _WITH_READSET if event.readset else _WITHOUT_READSET,
            _FIXED[size] % (event.rule, event.after, event.delta),
            _PARENTS,
            _format_list(oid_head + parent for parent in event.parents),
            _READSET + _format_list(map(codec.text, event.readset)) if event.readset else b"",
            _WRITESET,
            _format_list(map(codec.text, event.writeset)),
        ]
    )


def _format_list(items: Iterable[bytes]) -> bytes:
    items = list(items)
    return codec.head(codec.ARRAY, len(items)) + b"".join(items)


def parse_event(data: bytes) -> Event:
    """Return the event that these bytes hold.

    Raises:
        FormatError: bytes that `format_event` would not have written.
    """
    fixed = next((match for pattern in _FIXED_PATTERNS if (match := pattern.match(data))), None)
    if fixed is None:
        raise FormatError(f"an event begins with {data[:9].hex()}; expected version {VERSION}, rule, after, delta")
    try:
        rest = codec.decode(b"%c%b" % (data[0] - _FIXED_FIELDS, data[fixed.end() :]))
    except FormatError as error:
        raise FormatError(f"an event is not canonical behind its delta: {error.message}") from error
    if not isinstance(rest, dict) or rest.keys() - {"readset"} != {"parents", "writeset"}:
        raise FormatError("an event has other fields than v, rule, after, delta, parents, readset, writeset")
    if rest.get("readset") == []:
        raise FormatError("an event has an empty read set; expected it to be left out")
    rule, after, delta = fixed.groups()
    return Event(
        parents=tuple([_event_id(oid) for oid in _list(rest["parents"])]),
        rule=Oid(rule),
        after=Oid(after),
        writeset=tuple([_variable(name) for name in _list(rest["writeset"])]),
        readset=tuple([_variable(name) for name in _list(rest.get("readset", []))]),
        delta=Oid(delta),
    )


def parse_append(data: bytes, *, parent: EventId, writeset: Iterable[Variable], delta: Oid) -> tuple[Oid, Oid] | None:
    """Return rule and state of the event that these bytes hold if it has these parts and no others, else None.

    Whoever replays knows the rest of nearly every event. To write it again and to compare takes a sixth of the time of
    `parse_event`, and is as strict: there is one encoding.
    """
    size = len(delta)
    at_rule, at_after = _rule_and_after_at(size)
    rule, after = Oid(data[at_rule : at_rule + size]), Oid(data[at_after : at_after + size])
    written = _APPEND[size] % (rule, after, delta, parent, _format_list(map(codec.text, writeset)))
    return (rule, after) if written == data else None


@cache
def _rule_and_after_at(size: int) -> tuple[int, int]:
    before, between, *_ = _FIXED[size].split(b"%b")
    at_rule = len(_WITHOUT_READSET + before)
    return at_rule, at_rule + size + len(between)


def _is_ascending(items: Sequence[_Ordered]) -> bool:
    return len(items) < 2 or all(map(lt, items, items[1:]))  # noqa: PLR2004 - one has no order


def _list(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise FormatError("an event has something else than a list as its parents, write set or read set")
    return value


def _event_id(value: Value) -> EventId:
    if not isinstance(value, bytes):
        raise FormatError("an event has something else than bytes where the id of a parent belongs")
    return EventId(value)


def _variable(value: Value) -> Variable:
    if not isinstance(value, str):
        raise FormatError("an event has something else than text where a variable belongs")
    return parse_variable(value)
