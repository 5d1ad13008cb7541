"""A state machine of the ledger against dicts: two branches, writers that stay behind, retries, merges, the past."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from gitledger.errors import ConflictError, ExpectationError, FormatError, LedgerError, NotFoundError, OverlapError
from gitledger.ids import SHA1, SHA256, LedgerName, ObjectFormat
from gitledger.ledger.append import append_batch
from gitledger.ledger.change import ABSENT, Change, change
from gitledger.ledger.diff import diff
from gitledger.ledger.handle import Ledger
from gitledger.ledger.log import log
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.state import get, state
from gitledger.ledger.vst import vst
from gitledger.ledger.writer import Writer
from tests.ledgers import assert_sound, by, memory_ledger, named
from tests.naive_ledger import check_publications

NAMES = ["a", "a/b", "a/c", "b", "b/c/d", "c"]
names = st.sampled_from(NAMES)
State = dict[str, int]


@dataclass(frozen=True)
class Asked:
    """A change as the model sees it."""

    rule: str
    writes: dict[str, int | None]
    reads: frozenset[str]
    key: str | None
    expect: dict[str, int | None] = field(default_factory=dict)

    def change(self) -> Change:
        return change(
            self.rule,
            set={name: value for name, value in self.writes.items() if value is not None},
            delete=[name for name, value in self.writes.items() if value is None],
            read=sorted(self.reads),
            key=self.key,
            expect={name: ABSENT if value is None else value for name, value in self.expect.items()},
        )


asked = st.builds(
    Asked,
    rule=st.sampled_from(["train", "score"]),
    writes=st.dictionaries(names, st.none() | st.integers(0, 2), max_size=2),
    reads=st.frozensets(names, max_size=1),
    key=st.none() | st.sampled_from(["k1", "k2", "k3", "k4"]),
    expect=st.just({}) | st.dictionaries(names, st.none() | st.integers(0, 2), max_size=1),
)


@dataclass(frozen=True)
class Known:
    """An event as the model knows it."""

    asked: Asked
    delta: dict[str, int | None]
    after: State


@dataclass
class Model:
    """A ledger as the model knows it."""

    log: list[bytes]
    state: State = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)

    def copy(self) -> "Model":
        return Model(list(self.log), dict(self.state), dict(self.keys))


def overlap(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def touching(left: set[str], right: set[str]) -> bool:
    return any(overlap(one, other) for one in left for other in right)


class LedgerMachine(RuleBasedStateMachine):
    """Does the same to ledgers and to dicts."""

    @initialize(object_format=st.sampled_from([SHA1, SHA256]))
    def start(self, object_format: ObjectFormat) -> None:
        main = memory_ledger(object_format)
        branch(main, LedgerName("side"))
        self.ledgers: dict[str, Ledger] = {"main": main, "side": by("Eve", named("side", main))}
        genesis = next(log(main)).id
        self.models = {name: Model([genesis]) for name in self.ledgers}
        self.events: dict[bytes, Known] = {genesis: Known(Asked("genesis", {}, frozenset(), None), {}, {})}
        # Two writers of one ledger, one of the other; each with the log that it has seen.
        places = ["main", "main", "side"]
        self.writers = [(name, Writer(self.ledgers[name])) for name in places]
        self.seen = [set(self.models[name].log) for name in places]

    def expected(self, name: str, one: Asked, since: list[Known]) -> type[LedgerError] | bytes | None:
        """Return why a change must be refused, the event that it is already, or None."""
        model = self.models[name]
        known = model.keys.get(one.key or "")
        if known:
            return known if self.is_same(self.events[known], one) else ConflictError
        written = {touched for event in since for touched in event.delta}
        read = {touched for event in since for touched in event.asked.reads}
        if touching(set(one.writes), written | read) or touching(set(one.reads), written):
            return OverlapError
        if any(model.state.get(touched) != value for touched, value in one.expect.items()):
            return ExpectationError
        after = self.after(model.state, one)
        return FormatError if any(overlap(a, b) for a in after for b in after if a != b) else None

    def is_same(self, event: Known, one: Asked) -> bool:
        return (
            (event.asked.rule, event.asked.reads) == (one.rule, one.reads)
            and event.delta.items() <= one.writes.items()
            and all(event.after.get(name) == value for name, value in one.writes.items())
        )

    def after(self, before: State, one: Asked) -> State:
        kept = {name: value for name, value in before.items() if name not in one.writes}
        return kept | {name: value for name, value in one.writes.items() if value is not None}

    def record(self, name: str, one: Asked, event: bytes) -> None:
        model, before = self.models[name], self.models[name].state
        delta = {touched: value for touched, value in one.writes.items() if before.get(touched) != value}
        model.state = self.after(before, one)
        model.log.append(event)
        self.events[event] = Known(one, delta, dict(model.state))
        if one.key is not None:
            model.keys[one.key] = event

    @rule(number=st.integers(0, 2), groups=st.lists(st.lists(asked, min_size=1, max_size=3), min_size=1, max_size=3))
    def append(self, number: int, groups: list[list[Asked]]) -> None:
        name, writer = self.writers[number]
        since = [self.events[event] for event in self.models[name].log if event not in self.seen[number]]
        answers = writer.append([[one.change() for one in group] for group in groups])
        for one in (one for group in groups for one in group):
            expected = self.expected(name, one, since)
            if isinstance(expected, type):
                with pytest.raises(LedgerError) as refusal:
                    next(answers)
                assert type(refusal.value) is expected
                break
            answer = next(answers)
            assert answer.is_new is (expected is None)
            if expected is None:
                self.record(name, one, answer.event)
            else:
                assert answer.event == expected
        else:
            assert next(answers, None) is None
        self.seen[number] = set(self.models[name].log)

    @rule(name=st.sampled_from(["main", "side"]), one=asked, group=st.integers(1, 2))
    def append_twice(self, name: str, one: Asked, group: int) -> None:
        """Retry with a key: the second is the first, whatever else is in the batch."""
        key = f"retry {len(self.events)}"
        again = Asked(one.rule, one.writes, one.reads, key)
        if self.expected(name, again, []) is not None:
            return
        first, second = append_batch(self.ledgers[name], [again.change()] * 2, group=group)
        assert (first.event, first.is_new, second.is_new) == (second.event, True, False)
        self.record(name, again, first.event)

    @rule(here=st.sampled_from(["main", "side"]))
    def merge(self, here: str) -> None:
        there = "side" if here == "main" else "main"
        mine, theirs = self.models[here], self.models[there]
        extra, missing = ([e for e in a.log if e not in b.log] for a, b in ((mine, theirs), (theirs, mine)))
        sides = [[self.events[event] for event in side] for side in (extra, missing)]
        writes, reads = (
            [{name for event in side for name in touched(event)} for side in sides]
            for touched in (lambda event: event.delta, lambda event: event.asked.reads)
        )
        overlapping = touching(writes[0], writes[1] | reads[1]) or touching(reads[0], writes[1])
        if missing and extra and overlapping:
            with pytest.raises(OverlapError):
                merge(self.ledgers[here], LedgerName(there))
            return
        answer = merge(self.ledgers[here], LedgerName(there))
        if missing and not extra:
            assert answer.outcome == "fast-forward"
            self.models[here] = theirs.copy()
        elif not missing:
            assert answer.outcome == "up-to-date"
        else:
            assert answer.outcome == "merged"
            self.models[here] = self.joined(mine, theirs, answer.event)

    def joined(self, mine: Model, theirs: Model, event: bytes) -> Model:
        first, second = sorted((mine, theirs), key=lambda model: model.log[-1])
        model = first.copy()
        for one in second.log:
            if one not in first.log:
                model.log.append(one)
                for name, value in self.events[one].delta.items():
                    model.state.pop(name, None)
                    if value is not None:
                        model.state[name] = value
        model.keys = {**second.keys, **first.keys}
        model.log.append(event)
        self.events[event] = Known(Asked("merge", {}, frozenset(), None), {}, dict(model.state))
        return model

    @rule(name=st.sampled_from(["main", "side"]))
    def look_at_all(self, name: str) -> None:
        ledger, model = self.ledgers[name], self.models[name]
        assert [(one.id, one.seq) for one in log(ledger)] == [
            *zip(model.log, range(1, len(model.log) + 1), strict=True)
        ][::-1]
        assert dict(state(ledger).values()) == model.state
        for variable in NAMES:
            timeline = [event for event in reversed(model.log) if variable in self.events[event].delta]
            if timeline:
                assert list(vst(ledger, variable)) == timeline
            else:
                with pytest.raises(NotFoundError):
                    vst(ledger, variable)

    @rule(name=st.sampled_from(["main", "side"]), data=st.data())
    @precondition(lambda self: len(self.events) > 3)
    def look_back(self, name: str, data: st.DataObject) -> None:
        ledger, model = self.ledgers[name], self.models[name]
        one, other = (data.draw(st.sampled_from(model.log)) for _ in range(2))
        before, after = self.events[one].after, self.events[other].after
        assert dict(state(ledger, at=one.hex()).values()) == before
        for variable in NAMES:
            if variable in before:
                assert get(ledger, variable, at=one.hex()) == before[variable]
        changed = {name for name in NAMES if before.get(name) != after.get(name)}
        assert {found.variable for found in diff(ledger, one.hex(), other.hex())} == changed

    def teardown(self) -> None:
        for name, ledger in getattr(self, "ledgers", {}).items():
            assert list(check_publications(ledger).log) == self.models[name].log
            assert_sound(ledger)


LedgerMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestLedger: Any = LedgerMachine.TestCase
