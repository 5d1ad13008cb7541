"""A group of changes on one head: each becomes an event of the draft, or the reason why not.

Per change, in this order:

1. a known idempotency key is answered with its event, if the change is the same;
2. what happened since the caller read the ledger must not touch what the change writes or reads;
3. what the caller expects must hold;
4. the policy in force must allow what really changes (`guard`);
5. that becomes the delta.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from gitledger.codec import Value, decode
from gitledger.errors import ConflictError, ExpectationError, LedgerError
from gitledger.frozen import frozen
from gitledger.ids import EventId, Variable, shown
from gitledger.ledger.change import Change
from gitledger.ledger.draft import Draft
from gitledger.ledger.guard import Guard, refuse
from gitledger.ledger.history import end_of, find_event
from gitledger.ledger.publication import Publication, read_delta, read_event
from gitledger.ledger.since import Since, SinceEach
from gitledger.ledger.state import State
from gitledger.model.delta import Delta, format_delta
from gitledger.model.event import Event, format_event
from gitledger.model.rule import Rule, format_rule
from gitledger.store.base import ObjectStore


@frozen
class Appended:
    """The answer to an append.

    Attributes:
        event: the event's id.
        is_new: False if the idempotency key was known: nothing was written.
    """

    event: EventId
    is_new: bool


# What no variable can be asked to hold: no value takes zero bytes.
_OTHER: Final = b""


class Group:
    """Changes taken into a draft, one publication's worth.

    Args:
        objects: where ``head`` and what is before it are read.
        head: the publication that they follow.
        draft: what takes them in.

    Attributes:
        answers: one per change taken, in order.
        changed: rule and delta of each new event.
        remembered: what the envelope is to remember of each new event.
        guard: has accepted the new events.
    """

    def __init__(self, objects: ObjectStore, head: Publication, draft: Draft) -> None:
        self._objects = objects
        self._head = head
        self._draft = draft
        self._last = head.events[-1]
        self._new: dict[EventId, tuple[Event, Delta]] = {}
        self.guard = Guard(draft)
        self.answers: list[Appended] = []
        self.changed: list[tuple[Rule, Delta]] = []
        self.remembered: list[Mapping[str, Value]] = []

    def take_all(self, changes: Sequence[Change], since: Since | SinceEach) -> LedgerError | None:
        """Take changes until one is refused; return why, or None if all were taken."""
        self._draft.load(name for change in changes for name in change.writes)
        for change in changes:
            try:
                self._take(change, since)
            except LedgerError as error:
                return error
        return None

    def _take(self, change: Change, since: Since | SinceEach) -> None:
        known = change.key is not None and self._draft.find_key(change.key)
        if known:
            self._check_same(known, change)
            self.answers.append(Appended(event=known, is_new=False))
            return
        since.check(change)
        self._check_expected(change)
        # Whatever can be refused is refused before the draft changes.
        rule_data = _rule_bytes(change.rule)
        if self.guard.concerns(change.writes):
            changing = {name: value for name, value in change.writes.items() if self._draft.value(name) != value}
            refuse(self.guard.check(change.rule.name, changing))
        delta = self._draft.write(change.writes)
        delta_data = format_delta(delta)
        blob = self._objects.format.oid
        event = Event(
            parents=(self._last,),
            rule=blob("blob", rule_data),
            after=self._draft.after,
            writeset=delta.writeset,
            readset=tuple(sorted(change.reads)),
            delta=blob("blob", delta_data),
        )
        data = format_event(event)
        self._last = EventId(blob("blob", data))
        self._draft.add(
            self._last,
            data,
            rule=(event.rule, rule_data),
            delta=(event.delta, delta_data),
            changed=delta,
            key=change.key,
        )
        self.guard.accept()
        self._new[self._last] = (event, delta)
        self.answers.append(Appended(event=self._last, is_new=True))
        self.changed.append((change.rule, delta))
        self.remembered.append(change.meta if change.key is None else {**change.meta, "key": change.key})

    def _check_expected(self, change: Change) -> None:
        for variable, wanted in change.expect.items():
            found = self._draft.value(variable)
            if found != wanted:
                raise ExpectationError(
                    f"variable {shown(variable)} holds {_shown_value(found)}; expected {_shown_value(wanted)}",
                    hint="read the new value and decide again",
                    details={"variable": variable},
                )

    def _check_same(self, known: EventId, change: Change) -> None:
        """Refuse a change that is not the one which the key stands for.

        It is the same iff the event has its rule and reads, wrote nothing else, and left every variable of the
        change as the change wants it.
        """
        event, delta = self._new.get(known) or self._stored(known)
        same = (
            event.rule == self._objects.format.oid("blob", _rule_bytes(change.rule))
            and set(event.readset) == change.reads
            and all(change.writes.get(name, _OTHER) == value for name, value in delta.changes.items())
            and all(
                self._value_after(known, name) == value
                for name, value in change.writes.items()
                if name not in delta.changes
            )
        )
        if not same:
            raise ConflictError(
                f"key {shown(change.key or '')} belongs to event {known.hex()}, which is another change; expected the "
                "same change or another key",
                details={"key": change.key, "event": known.hex()},
            )

    def _stored(self, known: EventId) -> tuple[Event, Delta]:
        event = read_event(self._objects, known)
        return event, read_delta(self._objects, event.delta)

    def _value_after(self, known: EventId, variable: Variable) -> bytes | None:
        """Return what a variable held after an event of the ledger or of this group."""
        if known in self._new:
            events = list(self._new)
            for event in reversed(events[: events.index(known) + 1]):
                changes = self._new[event][1].changes
                if variable in changes:
                    return changes[variable]
            place = end_of(self._head)
        else:
            place = find_event(self._objects, self._head, known)
        return State(self._objects, place).holds(variable)


@lru_cache(maxsize=256)
def _rule_bytes_of(name: str, version: str | None) -> bytes:
    return format_rule(Rule(name=name, version=version))


def _rule_bytes(rule: Rule) -> bytes:
    return format_rule(rule) if rule.fields else _rule_bytes_of(rule.name, rule.version)


def _shown_value(value: bytes | None) -> str:
    return "nothing" if value is None else repr(decode(value))
