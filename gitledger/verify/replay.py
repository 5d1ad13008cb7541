"""Step 4 of judging a publication: each event is read, applied to the state before it, and compared with its claims."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from gitledger.errors import FormatError
from gitledger.ids import EventId, Oid, Variable, shown
from gitledger.ledger.draft import Draft
from gitledger.ledger.guard import Guard
from gitledger.model.delta import Delta, parse_delta
from gitledger.model.event import Event, parse_event, parse_expected
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
    data: bytes
    event: Event
    rule_data: bytes
    rule: Rule
    delta_data: bytes
    delta: Delta

    @property
    def where(self) -> str:
        return _where_event(self.carried)

    @property
    def where_delta(self) -> str:
        return _where_delta(self.carried)


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
            found, failure = self._read_all(case, window, parents)
            draft.timelines.load(name for one in found for name in one.delta.changes)
            for one in found:
                _judge_event(case, draft, guard, one, parents)
                parents = (EventId(one.carried.event.oid),)
            if failure:
                raise failure

    def _read_all(
        self, case: Case, window: Sequence[Carried], parents: tuple[EventId, ...]
    ) -> tuple[list[_Read], UnjudgeableError | None]:
        """Return the events of a window up to one that cannot be read."""
        found: list[_Read] = []
        for carried in window:
            try:
                found.append(self._read(case, carried, parents))
            except UnjudgeableError as error:
                return found, error
            parents = (EventId(carried.event.oid),)
        return found, None

    def _read(self, case: Case, carried: Carried, parents: tuple[EventId, ...]) -> _Read:
        data, event, delta_data, delta = _read_expected(case, carried, parents) or _read_any(case, carried)
        rule_data, rule = self._rules.get(event.rule) or self._read_rule(case, event.rule, carried)
        return _Read(carried, data, event, rule_data, rule, delta_data, delta)

    def _read_rule(self, case: Case, oid: Oid, carried: Carried) -> tuple[bytes, Rule]:
        data = case.bytes_of(oid, "blob", f"rules/{oid.hex()}", otherwise="event-rule")
        rule = case.parse("event-rule", _where_event(carried), lambda: parse_rule(data))
        if len(self._rules) == _RULES:
            self._rules.clear()
        self._rules[oid] = data, rule
        return data, rule


def _read_expected(
    case: Case, carried: Carried, parents: tuple[EventId, ...]
) -> tuple[bytes, Event, bytes, Delta] | None:
    """Return an event and its delta if the one is what follows from the other; None if somebody must say what is wrong.

    A quarter of the price of `_read_any`, which comes to the same: writing an event again is cheaper than reading it.
    """
    data, delta_data = case.fetched.get(carried.event.oid), case.fetched.get(carried.delta.oid)
    if data is None or delta_data is None:
        return None
    try:
        delta = parse_delta(delta_data)
        event = parse_expected(data, parents=parents, writeset=delta.writeset, delta=carried.delta.oid)
    except FormatError:
        return None
    return (data, event, delta_data, delta) if event else None


def _read_any(case: Case, carried: Carried) -> tuple[bytes, Event, bytes, Delta]:
    where, where_delta, size = _where_event(carried), _where_delta(carried), case.objects.format.size
    data = case.bytes_of(carried.event.oid, "blob", where)
    event = case.parse("event-format", where, lambda: parse_event(data))
    if len(event.delta) != size:
        raise case.stop("event-format", where, f"its object ids have {len(event.delta)} bytes; expected {size}")
    delta_data = case.bytes_of(carried.delta.oid, "blob", where_delta)
    delta = case.parse("delta-format", where_delta, lambda: parse_delta(delta_data))
    return data, event, delta_data, delta


def _judge_event(case: Case, draft: Draft, guard: Guard, one: _Read, parents: tuple[EventId, ...]) -> None:
    carried, event, delta = one.carried, one.event, one.delta
    if event.parents != parents:
        case.note("event-parents", one.where, f"its parents are {_hexes(event.parents)}; expected {_hexes(parents)}")
    if event.delta != carried.delta.oid:
        case.note("event-delta", one.where, f"its delta is {event.delta.hex()}; expected {carried.delta.oid.hex()}")
    _judge_kind(case, one, parents)
    _judge_writeset(case, one)
    for refusal in guard.check(one.rule.name, delta.changes):
        case.note(refusal.code, one.where, refusal.message)
    try:
        exact = draft.write(delta.changes)
    except FormatError as error:
        raise case.stop("delta-conflict", one.where_delta, error.message) from error
    if len(exact.changes) < len(delta.changes):
        padding = _names(delta.changes.keys() - exact.changes.keys())
        case.note("delta-padded", one.where_delta, f"it leaves {padding} as before; expected only what changes")
    after = draft.after
    if after != event.after:
        case.note("event-after", one.where, f"it claims the state {event.after.hex()}; expected {after.hex()}")
    draft.add(
        EventId(carried.event.oid),
        one.data,
        rule=(event.rule, one.rule_data),
        delta=(carried.delta.oid, one.delta_data),
        changed=delta,
        key=carried.key,
    )
    guard.accept(one.where)
    case.events += 1


def _judge_writeset(case: Case, one: _Read) -> None:
    writeset, changed = set(one.event.writeset), one.delta.changes.keys()
    if writeset == changed:
        return
    for verb, names in (("lacks", changed - writeset), ("has", writeset - changed)):
        if names:
            found = f"its write set {verb} {_names(names)}"
            case.note("event-writeset", one.where, f"{found}; expected the keys of its delta")


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


def _where_event(carried: Carried) -> str:
    return f"events/{shown_path(carried.event.name)}"


def _where_delta(carried: Carried) -> str:
    return f"deltas/{shown_path(carried.delta.name)}"
