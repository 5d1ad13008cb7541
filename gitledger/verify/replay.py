"""Step 4 of judging a publication: each event is read, applied to the state before it, and compared with its claims."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from gitledger.ids import EventId, Oid, Variable, shown
from gitledger.ledger.draft import Draft
from gitledger.ledger.guard import Guard
from gitledger.model.delta import Delta, parse_delta
from gitledger.model.event import Event, parse_event
from gitledger.model.rule import GENESIS, MERGE, Rule, check_genesis_rule, parse_rule
from gitledger.store.tree import TreeEntry
from gitledger.verify.case import Case, UnjudgeableError
from gitledger.verify.compare import shown_path

_WINDOW: Final = 1_024
"""Events that are read ahead: enough to ask the store for many objects at once, few enough to hold."""
_RULES: Final = 256
"""Rules that are kept, 64 KiB each at most. Most ledgers have a few that nearly all their events share."""
_NAMES: Final = 3


class Carried(NamedTuple):
    """What a publication's tree names at one position."""

    event: TreeEntry
    delta: TreeEntry
    key: str | None
    """The idempotency key that the envelope remembers."""


class _Read(NamedTuple):
    """An event that was read, with all that it needs."""

    carried: Carried
    where: str
    data: bytes
    event: Event
    rule_data: bytes
    rule: Rule
    delta_data: bytes
    delta: Delta

    @property
    def where_delta(self) -> str:
        return f"deltas/{shown_path(self.carried.delta.name)}"


class Replay:
    """Replays events; keeps rules in memory from one publication to the next."""

    def __init__(self) -> None:
        self._rules: dict[Oid, tuple[bytes, Rule]] = {}

    def run(
        self, case: Case, draft: Draft, guard: Guard, carried: Sequence[Carried], parents: tuple[EventId, ...]
    ) -> None:
        """Take events into a draft, and note what is wrong with them.

        Args:
            case: the publication.
            draft: the state that the first event goes onto.
            guard: holds the events to the policy in force.
            carried: the events, in order.
            parents: what the first event must follow.

        Raises:
            UnjudgeableError: an event, its rule or its delta cannot be read or applied.
            DamageError: what the parents left cannot be read.
        """
        remaining = iter(carried)
        while window := list(islice(remaining, _WINDOW)):
            case.fetch(oid for one in window for oid in (one.event.oid, one.delta.oid))
            found, failure = self._read_all(case, window)
            draft.timelines.load(name for one in found for name in one.delta.changes)
            for one in found:
                _judge_event(case, draft, guard, one, parents)
                parents = (EventId(one.carried.event.oid),)
            if failure:
                raise failure

    def _read_all(self, case: Case, window: Sequence[Carried]) -> tuple[list[_Read], UnjudgeableError | None]:
        """Return the events of a window up to one that cannot be read."""
        found: list[_Read] = []
        for carried in window:
            try:
                found.append(self._read(case, carried))
            except UnjudgeableError as error:
                return found, error
        return found, None

    def _read(self, case: Case, carried: Carried) -> _Read:
        where, where_delta = f"events/{shown_path(carried.event.name)}", f"deltas/{shown_path(carried.delta.name)}"
        data, size = case.bytes_of(carried.event.oid, "blob", where), case.objects.format.size
        event = case.parse("event-format", where, lambda: parse_event(data))
        if len(event.delta) != size:
            raise case.stop("event-format", where, f"its object ids have {len(event.delta)} bytes; expected {size}")
        delta_data = case.bytes_of(carried.delta.oid, "blob", where_delta)
        delta = case.parse("delta-format", where_delta, lambda: parse_delta(delta_data))
        rule_data, rule = self._rules.get(event.rule) or self._read_rule(case, event.rule, where)
        return _Read(carried, where, data, event, rule_data, rule, delta_data, delta)

    def _read_rule(self, case: Case, oid: Oid, where: str) -> tuple[bytes, Rule]:
        data = case.bytes_of(oid, "blob", f"rules/{oid.hex()}", otherwise="event-rule")
        rule = case.parse("event-rule", where, lambda: parse_rule(data))
        if len(self._rules) == _RULES:
            self._rules.clear()
        self._rules[oid] = data, rule
        return data, rule


def _judge_event(case: Case, draft: Draft, guard: Guard, one: _Read, parents: tuple[EventId, ...]) -> None:
    event, delta, where = one.event, one.delta, one.where
    if event.parents != parents:
        case.note("event-parents", where, f"its parents are {_hexes(event.parents)}; expected {_hexes(parents)}")
    if event.delta != one.carried.delta.oid:
        case.note("event-delta", where, f"its delta is {event.delta.hex()}; expected {one.carried.delta.oid.hex()}")
    _judge_kind(case, one, parents)
    _judge_writeset(case, where, set(event.writeset), delta)
    for refusal in guard.check(one.rule.name, delta.changes):
        case.note(refusal.code, where, refusal.message)
    exact = case.parse("delta-conflict", one.where_delta, lambda: draft.write(delta.changes))
    if len(exact.changes) < len(delta.changes):
        padding = _names(delta.changes.keys() - exact.changes.keys())
        case.note("delta-padded", one.where_delta, f"it leaves {padding} as before; expected only what changes")
    if draft.after != event.after:
        case.note("event-after", where, f"it claims the state {event.after.hex()}; expected {draft.after.hex()}")
    draft.add(
        EventId(one.carried.event.oid),
        one.data,
        rule=(one.event.rule, one.rule_data),
        delta=(one.carried.delta.oid, one.delta_data),
        changed=delta,
        key=one.carried.key,
    )
    guard.accept(where)
    case.events += 1


def _judge_writeset(case: Case, where: str, writeset: set[Variable], delta: Delta) -> None:
    if writeset == delta.changes.keys():
        return
    for verb, names in (("lacks", delta.changes.keys() - writeset), ("has", writeset - delta.changes.keys())):
        if names:
            case.note("event-writeset", where, f"its write set {verb} {_names(names)}; expected the keys of its delta")


def _judge_kind(case: Case, one: _Read, parents: tuple[EventId, ...]) -> None:
    """Hold genesis and merge events to what only they may be."""
    rule = one.rule
    if len(parents) == 1 and rule.name not in {GENESIS, MERGE}:
        return
    found = f"its rule is {shown(rule.name)} and its publication has {len(parents)} parents"
    if (rule.name == GENESIS) != (not parents):
        case.note("genesis", one.where, f"{found}; expected the rule genesis for the first event alone")
    if (rule.name == MERGE) != (len(parents) > 1):
        case.note("merge", one.where, f"{found}; expected the rule merge for two parents alone")
    if one.delta.changes and len(parents) != 1:
        case.note("merge" if parents else "genesis", one.where_delta, "it changes something; expected an empty delta")
    if rule.name == GENESIS and not parents:
        case.parse("genesis", one.where, lambda: check_genesis_rule(rule))
    if rule.name == MERGE and len(parents) > 1 and rule != Rule(name=MERGE):
        case.note("merge", one.where, "its rule has more than a name; expected the name merge alone")


def _names(variables: Iterable[Variable]) -> str:
    first, *rest = sorted(variables)
    listed = ", ".join(map(shown, (first, *rest[: _NAMES - 1])))
    more = len(rest) + 1 - _NAMES
    return f"{listed} and {more:,} more" if more > 0 else listed


def _hexes(events: tuple[EventId, ...]) -> str:
    return ", ".join(event.hex() for event in events) or "none"
