"""What a publication carries at each position: an event and its delta, read a short way or a long one."""

from collections.abc import Mapping
from typing import NamedTuple

from gitledger.errors import FormatError
from gitledger.ids import EventId, Oid
from gitledger.model.delta import Delta, parse_delta
from gitledger.model.event import Event, parse_append, parse_event
from gitledger.store import layout
from gitledger.store.numbered import parse_rows
from gitledger.store.tree import TreeEntry
from gitledger.verify.case import Case
from gitledger.verify.compare import shown_path


class Carried(NamedTuple):
    """What a publication's tree names at one position.

    Attributes:
        event_name, event: the row in ``events/``.
        delta_name, delta: the row in ``deltas/``.
        key: the idempotency key that the envelope remembers.
    """

    event_name: bytes
    event: Oid
    delta_name: bytes
    delta: Oid
    key: str | None

    @property
    def where(self) -> str:
        """The path of the event."""
        return f"events/{shown_path(self.event_name)}"

    @property
    def where_delta(self) -> str:
        """The path of the delta."""
        return f"deltas/{shown_path(self.delta_name)}"


class Read(NamedTuple):
    """An event that was read, with its delta.

    Attributes:
        carried: where it stands.
        parents: what it must follow.
        data: its bytes.
        rule: the id of its rule.
        after: the state that it claims.
        delta_data: the bytes of its delta.
        delta: what they hold.
        claims: all that it says; None if its parents, its delta and its write set are known to be as they must.
    """

    carried: Carried
    parents: tuple[EventId, ...]
    data: bytes
    rule: Oid
    after: Oid
    delta_data: bytes
    delta: Delta
    claims: Event | None


def named(case: Case, root: Mapping[bytes, TreeEntry], name: bytes) -> TreeEntry:
    """Return what the tree of a publication has under a name.

    Raises:
        UnjudgeableError: nothing.
    """
    if name not in root:
        raise case.stop("tree-absent", name.decode(), f"it has no {name.decode()}; expected one")
    return root[name]


def rows_of(
    case: Case, root: Mapping[bytes, TreeEntry], *, limit: int
) -> tuple[list[tuple[bytes, Oid]], list[tuple[bytes, Oid]]]:
    """Return the rows of ``events/`` and of ``deltas/``, as many of each: 1 to ``limit``.

    Raises:
        UnjudgeableError: they cannot be read, or there are others.
    """
    events, deltas = _rows(case, root, layout.EVENTS), _rows(case, root, layout.DELTAS)
    if len(events) != len(deltas) or not 1 <= len(events) <= limit:
        found = f"it has {len(events):,} events and {len(deltas):,} deltas"
        allowed = "one" if limit == 1 else f"1 to {limit:,}, as many"
        raise case.stop("publication-size", "events", f"{found}; expected {allowed} of each")
    return events, deltas


def _rows(case: Case, root: Mapping[bytes, TreeEntry], name: bytes) -> list[tuple[bytes, Oid]]:
    data = case.bytes_of(named(case, root, name).oid, "tree", name.decode())
    return case.parse("tree-format", name.decode(), lambda: parse_rows(data, case.objects.format))


def read_append(case: Case, carried: Carried, parents: tuple[EventId, ...]) -> Read | None:
    """Return an event if it follows from its parent and its delta, else None: then `read_any` says what it is.

    Nearly all are. For them it comes to the same at a third of the price: to write an event is cheaper than to read it.
    """
    data, delta_data = case.fetched.get(carried.event), case.fetched.get(carried.delta)
    if data is None or delta_data is None or len(parents) != 1:
        return None
    try:
        delta = parse_delta(delta_data)
    except FormatError:
        return None
    found = parse_append(data, parent=parents[0], writeset=delta.writeset, delta=carried.delta)
    return Read(carried, parents, data, *found, delta_data, delta, None) if found else None


def read_any(case: Case, carried: Carried, parents: tuple[EventId, ...]) -> Read:
    """Return any event; what it claims is to be judged.

    Raises:
        UnjudgeableError: it or its delta cannot be read.
    """
    where, where_delta, size = carried.where, carried.where_delta, case.objects.format.size
    data = case.bytes_of(carried.event, "blob", where)
    event = case.parse("event-format", where, lambda: parse_event(data))
    if len(event.delta) != size:
        raise case.stop("event-format", where, f"its object ids have {len(event.delta)} bytes; expected {size}")
    delta_data = case.bytes_of(carried.delta, "blob", where_delta)
    delta = case.parse("delta-format", where_delta, lambda: parse_delta(delta_data))
    return Read(carried, parents, data, event.rule, event.after, delta_data, delta, event)
