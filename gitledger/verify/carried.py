"""What a publication carries at one position: an event and its delta, read a short way or a long one."""

from typing import NamedTuple

from gitledger.errors import FormatError
from gitledger.ids import EventId, Oid
from gitledger.model.delta import Delta, parse_delta
from gitledger.model.event import Event, parse_append, parse_event
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
