"""An event: which rule changed what, after which events. Its id is the Git object id of its canonical bytes.

The bytes hold meaning alone: no clock, host, user or message, so that two machines that do the same thing write
the same event (ADR-0021). Specified in ``docs/format/event.md``.
"""

from dataclasses import dataclass
from typing import Final

from gitledger import codec
from gitledger.codec import Value
from gitledger.errors import FormatError
from gitledger.ids import EventId, Oid, Variable, parse_variable

VERSION: Final = 1
_REQUIRED: Final = frozenset({"v", "parents", "rule", "after", "writeset", "delta"})
_OID_SIZES: Final = (20, 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event.

    Attributes:
        parents: none for genesis, one for an append, two or more sorted by bytes for a merge.
        rule: blob of the rule descriptor.
        after: tree of the state after the event.
        writeset: the delta's variables, sorted by UTF-8 bytes.
        readset: the variables that the decision depended on, sorted by UTF-8 bytes.
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
            FormatError: ids of different lengths, parents, write set or read set unsorted or with duplicates.
        """
        size = len(self.delta)
        if size not in _OID_SIZES or any(len(oid) != size for oid in (self.rule, self.after, *self.parents)):
            raise FormatError("an event holds object ids of different lengths; expected 20 or 32 bytes throughout")
        for name, items in (("parents", self.parents), ("writeset", self.writeset), ("readset", self.readset)):
            if any(first >= second for first, second in zip(items, items[1:], strict=False)):
                raise FormatError(f"an event's {name} is not sorted or holds something twice; expected sorted bytes")

    @property
    def is_merge(self) -> bool:
        """Whether it joins several histories."""
        return len(self.parents) > 1


def format_event(event: Event) -> bytes:
    """Return the canonical bytes of an event."""
    content: dict[str, Value] = {
        "v": VERSION,
        "parents": list(event.parents),
        "rule": event.rule,
        "after": event.after,
        "writeset": list(event.writeset),
        "delta": event.delta,
    }
    if event.readset:
        content["readset"] = list(event.readset)
    return codec.encode(content)


def parse_event(data: bytes) -> Event:
    """Return the event that these bytes hold.

    Raises:
        FormatError: bytes that `format_event` would not have written.
    """
    content = codec.decode(data)
    if not isinstance(content, dict) or content.keys() - {"readset"} != _REQUIRED:
        raise FormatError("an event has other fields than v, parents, rule, after, writeset, readset, delta")
    if content["v"] != VERSION or isinstance(content["v"], bool):
        raise FormatError(f"an event has the version {content['v']!r}; expected {VERSION}")
    readset = content.get("readset", ())
    if "readset" in content and not readset:
        raise FormatError("an event has an empty read set; expected it to be left out")
    return Event(
        parents=tuple(EventId(_oid(parent)) for parent in _list(content["parents"])),
        rule=_oid(content["rule"]),
        after=_oid(content["after"]),
        writeset=_variables(content["writeset"]),
        readset=_variables(readset),
        delta=_oid(content["delta"]),
    )


def _list(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise FormatError("an event has something else where a list belongs")
    return value


def _oid(value: Value) -> Oid:
    if not isinstance(value, bytes):
        raise FormatError("an event has something else where an object id belongs")
    return Oid(value)


def _variables(value: Value) -> tuple[Variable, ...]:
    if value == ():
        return ()
    return tuple(parse_variable(name) if isinstance(name, str) else _refuse_name() for name in _list(value))


def _refuse_name() -> Variable:
    raise FormatError("an event has something else than text where a variable belongs")
