"""Step 4 of judging a publication: each event is read, applied to the state before it, and compared with its claims."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, NamedTuple

from gitledger.errors import FormatError
from gitledger.ids import EventId, Oid, Variable, shown
from gitledger.ledger.draft import Draft
from gitledger.ledger.guard import Guard
from gitledger.model.event import Event
from gitledger.model.rule import GENESIS, MERGE, Rule, check_genesis_rule, parse_rule
from gitledger.verify.carried import Carried, Read, read_any, read_append
from gitledger.verify.case import Case, UnjudgeableError

_WINDOW: Final = 1_024
"""Events that are read ahead: enough to ask the store for many objects at once, few enough to hold."""
_RULES: Final = 256
"""Rules that are kept, 64 KiB each at most. Most ledgers have a few that nearly all their events share."""
_NAMES: Final = 3


class _Rule(NamedTuple):
    """A rule that was read."""

    blob: tuple[Oid, bytes]
    content: Rule


class Replay:
    """Replays events; keeps rules in memory from one publication to the next."""

    def __init__(self) -> None:
        self._rules: dict[Oid, _Rule] = {}

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
            case.fetch(oid for one in window for oid in (one.event, one.delta))
            found, failure = self._read_all(case, window, parents)
            parents = (EventId(window[-1].event),)
            draft.load(name for one, _ in found for name in one.delta.changes)
            for one, rule in found:
                _judge_event(case, draft, guard, one, rule)
            if failure:
                raise failure

    def _read_all(
        self, case: Case, window: Sequence[Carried], parents: tuple[EventId, ...]
    ) -> tuple[list[tuple[Read, _Rule]], UnjudgeableError | None]:
        """Return the events of a window, with their rules, up to one that cannot be read."""
        found: list[tuple[Read, _Rule]] = []
        for carried in window:
            try:
                one = read_append(case, carried, parents) or read_any(case, carried, parents)
                found.append((one, self._rules.get(one.rule) or self._read_rule(case, one)))
            except UnjudgeableError as error:
                return found, error
            parents = (EventId(carried.event),)
        return found, None

    def _read_rule(self, case: Case, one: Read) -> _Rule:
        data = case.bytes_of(one.rule, "blob", f"rules/{one.rule.hex()}", otherwise="event-rule")
        content = case.parse("event-rule", one.carried.where, lambda: parse_rule(data))
        if len(self._rules) == _RULES:
            self._rules.clear()
        self._rules[one.rule] = _Rule((one.rule, data), content)
        return self._rules[one.rule]


def _judge_event(case: Case, draft: Draft, guard: Guard, one: Read, rule: _Rule) -> None:
    carried, delta = one.carried, one.delta
    if one.claims:
        _judge_claims(case, one, one.claims)
    _judge_kind(case, one, rule.content)
    for refusal in guard.check(rule.content.name, delta.changes):
        case.note(refusal.code, carried.where, refusal.message)
    try:
        exact = draft.write(delta.changes)
    except FormatError as error:
        raise case.stop("delta-conflict", carried.where_delta, error.message) from error
    if len(exact.changes) < len(delta.changes):
        padding = _names(delta.changes.keys() - exact.changes.keys())
        case.note("delta-padded", carried.where_delta, f"it leaves {padding} as before; expected only what changes")
    after = draft.after
    if after != one.after:
        case.note("event-after", carried.where, f"it claims the state {one.after.hex()}; expected {after.hex()}")
    draft.add(
        EventId(carried.event),
        one.data,
        rule=rule.blob,
        delta=(carried.delta, one.delta_data),
        changed=delta,
        key=carried.key,
    )
    guard.accept(lambda: carried.where)
    case.events += 1


def _judge_claims(case: Case, one: Read, event: Event) -> None:
    where, parents, delta = one.carried.where, one.parents, one.carried.delta
    if event.parents != parents:
        case.note("event-parents", where, f"its parents are {_hexes(event.parents)}; expected {_hexes(parents)}")
    if event.delta != delta:
        case.note("event-delta", where, f"its delta is {event.delta.hex()}; expected {delta.hex()}")
    writeset, changed = set(event.writeset), one.delta.changes.keys()
    for verb, names in (("lacks", changed - writeset), ("has", writeset - changed)):
        if names:
            found = f"its write set {verb} {_names(names)}"
            case.note("event-writeset", where, f"{found}; expected the keys of its delta")


def _judge_kind(case: Case, one: Read, rule: Rule) -> None:
    """Hold genesis and merge events to what only they may be."""
    parents, carried = one.parents, one.carried
    if len(parents) == 1 and rule.name not in {GENESIS, MERGE}:
        return
    found = f"its rule is {shown(rule.name)} and its publication has {len(parents)} parents"
    if (rule.name == GENESIS) != (not parents):
        case.note("genesis", carried.where, f"{found}; expected the rule genesis for the first event alone")
    if (rule.name == MERGE) != (len(parents) > 1):
        case.note("merge", carried.where, f"{found}; expected the rule merge for two parents alone")
    if one.delta.changes and len(parents) != 1:
        kind = "merge" if parents else "genesis"
        case.note(kind, carried.where_delta, "it changes something; expected an empty delta")
    if rule.name == GENESIS and not parents:
        case.parse("genesis", carried.where, lambda: check_genesis_rule(rule))
    if rule.name == MERGE and len(parents) > 1 and rule != Rule(name=MERGE):
        case.note("merge", carried.where, "its rule has more than a name; expected the name merge alone")


def _names(variables: Iterable[Variable]) -> str:
    first, *rest = sorted(variables)
    listed = ", ".join(map(shown, (first, *rest[: _NAMES - 1])))
    more = len(rest) + 1 - _NAMES
    return f"{listed} and {more:,} more" if more > 0 else listed


def _hexes(events: tuple[EventId, ...]) -> str:
    return ", ".join(event.hex() for event in events) or "none"
