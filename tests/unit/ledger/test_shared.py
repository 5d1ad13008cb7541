"""Threads that share a writer: published together, answered each for itself."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gitledger.errors import ConflictError, ExpectationError, OverlapError, StorageError
from gitledger.frozen import replace
from gitledger.ledger.change import Change, change
from gitledger.ledger.group import Appended
from gitledger.ledger.handle import Ledger
from gitledger.ledger.log import log
from gitledger.ledger.publication import head_of, publications
from gitledger.ledger.shared import SharedWriter
from gitledger.store.base import RefUpdate
from tests.faulty import BrokenRefs, PrecededRefs, Wrapped
from tests.ledgers import assert_sound, set_to, values, write


class HeldRefs(Wrapped):
    """Refs whose first swap waits until it is let go, as a slow disk would let it wait."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.is_reached, self.go = threading.Event(), threading.Event()

    def update(self, updates: Sequence[RefUpdate]) -> None:
        self.is_reached.set()
        assert self.go.wait(10)
        self.inner.update(updates)


def outcome(writer: SharedWriter, asked: Change) -> Appended | ConflictError:
    """Append; return the answer or the refusal."""
    try:
        return writer.append(asked)
    except ConflictError as error:
        return error


def together(ledger: Ledger, first: Change, others: Sequence[Change]) -> list[Appended | ConflictError]:
    """Let others ask, in this order, while the first is being published; return all outcomes."""
    refs = HeldRefs(ledger.refs)
    writer = SharedWriter(replace(ledger, refs=refs))
    with ThreadPoolExecutor(len(others) + 1) as threads:
        asked = [threads.submit(outcome, writer, first)]
        assert refs.is_reached.wait(10)
        for number, one in enumerate(others, 1):
            asked.append(threads.submit(outcome, writer, one))
            wait_for(lambda number=number: len(writer._waiting) == number)
        refs.go.set()
        return [one.result(20) for one in asked]


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so that another thread makes so."""
    for _ in range(10_000):
        if condition():
            return
        threading.Event().wait(0.001)
    raise AssertionError("it never came to be")


def test_all_that_wait_are_one_publication(ledger: Ledger) -> None:
    outcomes = together(ledger, set_to(first=0), [set_to(**{f"v{number}": number}) for number in range(20)])
    assert len({one.event for one in outcomes if isinstance(one, Appended)}) == 21
    assert [len(one.events) for one in publications(ledger.objects, head_of(ledger))] == [20, 1, 1]
    assert values(ledger) == {"first": 0, **{f"v{number}": number for number in range(20)}}
    assert_sound(ledger, events=22)


def test_who_came_first_is_first(ledger: Ledger) -> None:
    outcomes = together(ledger, set_to(first=0), [set_to(**{f"v{number}": number}) for number in range(9)])
    assert [one.id for one in log(ledger)][-2::-1] == [one.event for one in outcomes if isinstance(one, Appended)]


def test_of_two_that_overlap_the_second_is_refused_and_the_rest_is_not(ledger: Ledger) -> None:
    outcomes = together(
        ledger, set_to(first=0), [set_to(a=1), set_to(a=2), change("r", set={"b": 1}, read=["a"]), set_to(c=1)]
    )
    assert [type(one) for one in outcomes] == [Appended, Appended, OverlapError, OverlapError, Appended]
    assert isinstance(outcomes[1], Appended)
    assert isinstance(outcomes[2], OverlapError)
    assert outcomes[2].details["event"] == outcomes[1].event.hex()
    assert values(ledger) == {"first": 0, "a": 1, "c": 1}
    assert_sound(ledger, events=4)


def test_a_refusal_concerns_its_own_caller_alone(ledger: Ledger) -> None:
    others = [set_to(a=1), change("r", set={"b": 1}, expect={"x": 1}), set_to(c=1)]
    outcomes = together(ledger, set_to(first=0), others)
    assert [type(one) for one in outcomes] == [Appended, Appended, ExpectationError, Appended]
    assert values(ledger) == {"first": 0, "a": 1, "c": 1}


def test_one_key_is_one_event(ledger: Ledger) -> None:
    outcomes = together(ledger, set_to(first=0), [change("r", set={"a": 1}, key="k") for _ in range(3)])
    assert len({one.event for one in outcomes if isinstance(one, Appended)}) == 2
    assert_sound(ledger, events=3)


def test_after_somebody_else_published(ledger: Ledger) -> None:
    """Before it was asked, so whoever asks may have seen it."""
    writer = SharedWriter(ledger)
    write(ledger, a=1)
    writer.append(set_to(a=2))
    assert values(ledger) == {"a": 2}


def test_a_lost_swap(ledger: Ledger) -> None:
    refs = PrecededRefs(ledger.refs, lambda: write(ledger, b=1))
    SharedWriter(replace(ledger, refs=refs)).append(set_to(a=1))
    assert values(ledger) == {"a": 1, "b": 1}


def test_a_failure_is_over_when_it_is_over(ledger: Ledger) -> None:
    refs = BrokenRefs(ledger.refs, good=0)
    writer = SharedWriter(replace(ledger, refs=refs))
    with pytest.raises(StorageError):
        writer.append(set_to(a=1))
    refs.good = 1
    writer.append(set_to(a=2))
    assert values(ledger) == {"a": 2}


def test_an_interrupted_leader_leaves_the_others_to_the_next(ledger: Ledger) -> None:
    class Interrupted(HeldRefs):
        def update(self, updates: Sequence[RefUpdate]) -> None:
            first = not self.is_reached.is_set()
            if first:
                self.is_reached.set()
                assert self.go.wait(10)
                raise KeyboardInterrupt
            self.inner.update(updates)

    refs = Interrupted(ledger.refs)
    writer = SharedWriter(replace(ledger, refs=refs))

    def interrupted() -> None:
        with pytest.raises(KeyboardInterrupt):
            writer.append(set_to(a=1))

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(interrupted)
        assert refs.is_reached.wait(10)
        second = threads.submit(writer.append, set_to(b=1))
        wait_for(lambda: len(writer._waiting) == 1)
        refs.go.set()
        first.result(20)
        second.result(20)
    assert values(ledger) == {"b": 1}


def test_many_threads_on_disk(git_ledger: Ledger) -> None:
    writer = SharedWriter(git_ledger)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: writer.append(set_to(**{f"v{number}": number})), range(64)))
    assert_sound(git_ledger, events=65)
    carried = [len(one.events) for one in publications(git_ledger.objects, head_of(git_ledger))]
    # How many share one is up to the scheduler; that some do is not.
    assert len(carried) < 65
