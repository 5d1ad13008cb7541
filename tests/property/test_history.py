"""Histories that branch, meet and cross: logs, numbers and names agree with the oracle's lists."""

import inspect
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitledger.errors import ConflictError, NotFoundError
from gitledger.ids import SHA1, EventId, Oid, parse_ledger_name
from gitledger.ledger.append import append_batch
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import backwards, divergence, events_apart, events_since, find_event
from gitledger.ledger.log import log, show
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.ledger.resolve import previous, resolve
from gitledger.ledger.state import get, state
from gitledger.ledger.vst import published_in_order, vst
from tests.ledgers import assert_sound, by, memory_ledger, named
from tests.naive_ledger import Naive, Repository, check_publications

NAMES = ("main", "eve", "bob")
ledgers = st.integers(0, 2)
# Write somewhere, do the same in two places, write the same variable wherever it is free, or merge one into another.
steps = st.one_of(
    st.tuples(st.just("write"), ledgers, st.integers(1, 3)),
    st.tuples(st.just("twins"), ledgers, ledgers),
    st.tuples(st.just("shared"), ledgers, st.just(0)),
    st.tuples(st.just("merge"), ledgers, ledgers),
)
Steps = list[tuple[str, int, int]]
CRISS_CROSS: Steps = [
    ("write", 0, 1),
    ("write", 1, 1),
    ("merge", 0, 1),
    ("merge", 1, 0),
    ("write", 0, 1),
    ("write", 1, 1),
    ("merge", 0, 1),
    ("merge", 1, 0),
]
A_TWIN_IN_COMMON: Steps = [
    ("twins", 0, 1),
    ("merge", 2, 0),
    ("write", 2, 1),
    ("write", 0, 1),
    ("write", 1, 1),
    ("merge", 0, 1),
    ("merge", 2, 0),
]


def play(history: Steps) -> list[Ledger]:
    """Return three ledgers of different people, with this history."""
    main = memory_ledger(SHA1)
    people = [by(name.title(), named(name, main)) for name in NAMES]
    for one in people[1:]:
        branch(main, one.name)
    for number, (what, here, there) in enumerate(history):
        if what == "write":
            batch = [change("write", set={f"n{number}/{k}": k}, key=f"{number}/{k}") for k in range(there)]
            assert len(list(append_batch(people[here], batch))) == there
        elif what == "twins":
            for place in {here, there}:
                append_all(people[place], f"n{number}", key=f"{number}" if place == here else None)
        elif what == "shared":
            append_all(people[here], "shared", value=number)
        elif here != there:
            with suppress(ConflictError):
                merge(people[here], people[there].name)
    return people


def append_all(ledger: Ledger, name: str, *, value: int = 0, key: str | None = None) -> None:
    assert len(list(append_batch(ledger, [change("write", set={name: value}, key=key)]))) == 1


@given(st.lists(steps, max_size=14))
@settings(max_examples=50)
@example(CRISS_CROSS)
@example(A_TWIN_IN_COMMON)
def test_every_ledger_agrees_with_the_oracle(history: Steps) -> None:
    people = play(history)
    naive = [check_publications(one) for one in people]
    for one, known in zip(people, naive, strict=True):
        assert_sound(one, events=None)
        check_numbers(one, known)
        check_names(one, known)
    for one, known in zip(people, naive, strict=True):
        for other, theirs in zip(people, naive, strict=True):
            check_difference(one, known, other, theirs)


def check_numbers(ledger: Ledger, known: Naive) -> None:
    """Every listing numbers the events as the oracle's log does."""
    order = [(EventId(event), seq) for seq, event in enumerate(known.log, start=1)]
    head = head_of(ledger)
    assert [(place.event, place.seq) for place in backwards(ledger.objects, head)] == order[::-1]
    assert [(one.id, one.seq) for one in log(ledger)] == order[::-1]
    for event, seq in order:
        for rev in (event.hex(), f"#{seq}"):
            place = resolve(ledger, rev)
            assert (place.event, place.seq) == (event, seq)
        assert find_event(ledger.objects, head, event).seq == seq
        assert show(ledger, event.hex()).published.seq == seq
        assert [one.seq for one in log(ledger, event.hex())] == list(range(seq, 0, -1))
        assert [one.seq for one in log(ledger, since=event.hex())] == list(range(head.log.size, seq, -1))


def check_names(ledger: Ledger, known: Naive) -> None:
    """``~N`` follows first parents; states and timelines of the past are the oracle's."""
    for event in known.log:
        place = resolve(ledger, event.hex())
        assert dict(state(ledger, at=event.hex()).blobs()) == blobs_of(ledger, known, event)
        back, count = previous(ledger, place), 1
        while back is not None:
            found = resolve(ledger, f"{event.hex()}~{count}")
            assert found.event == back.event
            assert found.seq == list(known.log).index(back.event) + 1
            back, count = previous(ledger, back), count + 1
        with pytest.raises(NotFoundError):
            resolve(ledger, f"{event.hex()}~{count}")
    for name, events in known.timelines.items():
        assert list(vst(ledger, name)) == events[::-1]
        assert [one.id for one in published_in_order(ledger, vst(ledger, name))] == events[::-1]


def blobs_of(ledger: Ledger, known: Naive, event: bytes) -> Mapping[str, Oid]:
    oid: Callable[[bytes], Oid] = lambda data: ledger.objects.format.oid("blob", data)  # noqa: E731
    return {name: oid(value) for name, value in known.states[event].items()}


def check_difference(ledger: Ledger, known: Naive, other: Ledger, theirs: Naive) -> None:
    """Publications and events that one has and the other has not are the oracle's."""
    one, two = head_of(ledger), head_of(other)
    only_one, only_two = divergence(ledger.objects, one, two)
    mine, yours = reachable(ledger, one.oid), reachable(ledger, two.oid)
    assert ({found.oid for found in only_one}, {found.oid for found in only_two}) == (mine - yours, yours - mine)
    found = [place.event for place, _ in events_since(ledger.objects, one, two)]
    assert found == [event for event in theirs.log if event not in known.log]
    assert [[place.event for place, _ in side] for side in events_apart(ledger.objects, two, one)] == [
        found,
        [event for event in known.log if event not in theirs.log],
    ]


def reachable(ledger: Ledger, head: Oid) -> set[bytes]:
    repository, found, pending = Repository(ledger.objects), set[bytes](), [bytes(head)]
    while pending:
        oid = pending.pop()
        if oid not in found:
            found.add(oid)
            pending += repository.commit(oid)[1]
    return found


def test_merges_within_merges_are_no_recursion() -> None:
    main = memory_ledger()
    start = branch(main, parse_ledger_name("start")).hex()
    for number in range(40):
        other = named(f"side-{number}", main)
        branch(main, other.name, start)
        append_all(other, f"side/{number}")
        merge(main, other.name)
    head, limit = head_of(main), sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 50)
    try:
        numbers = [place.seq for place in backwards(main.objects, head)]
    finally:
        sys.setrecursionlimit(limit)
    assert numbers == list(range(head.log.size, 0, -1))


def test_a_key_of_the_other_side_is_known_after_a_merge() -> None:
    people = play([("twins", 0, 1), ("write", 0, 1), ("write", 1, 2), ("merge", 1, 0), ("merge", 0, 1)])
    for one in people[:2]:
        again = list(append_batch(one, [change("write", set={"n0": 0}, key="0")]))
        assert [answer.is_new for answer in again] == [False]
        again = list(append_batch(one, [change("write", set={"n2/1": 1}, key="2/1")]))
        assert [answer.is_new for answer in again] == [False]
        assert get(one, "n0") == 0


def test_a_branch_may_start_at_any_publication() -> None:
    main, *_ = play([("write", 0, 3), ("write", 0, 2)])
    old = named("old", main)
    event = branch(main, parse_ledger_name("old"), "main~2")
    assert head_of(old).events[-1] == event
    append_all(old, "more")
    merge(main, old.name)
    assert_sound(main)
    check_numbers(main, check_publications(main))
