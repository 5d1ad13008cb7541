"""A model check: two writers over the store in memory, in every order of their steps.

The steps of an attempt are read the head, write objects, swap. Each runs to its end before the next begins, of one
writer or the other; every order is walked, with the retries that follow from it. Before any of its steps a writer may
die.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from gitledger.errors import ConflictError, LedgerError
from gitledger.frozen import replace
from gitledger.ids import EventId
from gitledger.ledger.append import append
from gitledger.ledger.change import Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.log import log
from gitledger.ledger.pending import pending
from gitledger.store.base import NewObject, RefUpdate
from tests.faulty import Wrapped
from tests.ledgers import assert_sound, memory_ledger, values

Steps = tuple[int, ...]


class Dead(BaseException):
    """The end of a writer, which no code of ours may catch."""


class Stepper:
    """Lets one of several threads take its next step when it is told to."""

    def __init__(self) -> None:
        self._may_go = threading.Semaphore(0)
        self._has_stopped = threading.Semaphore(0)
        self._is_to_die = False
        self.is_over = False

    def wait(self) -> None:
        """Stop before a step; called by the writer."""
        self._has_stopped.release()
        assert self._may_go.acquire(timeout=20)
        if self._is_to_die:
            raise Dead

    def run(self, work: Callable[[], None]) -> None:
        """Do the work of the writer to its end."""
        try:
            self.wait()
            work()
        except Dead:
            pass
        finally:
            self.is_over = True
            self._has_stopped.release()

    def step(self, *, die: bool = False) -> None:
        """Let the writer take one step; return when it has stopped before the next, or is over."""
        self._is_to_die = die
        self._may_go.release()
        self.settle()

    def settle(self) -> None:
        """Wait until the writer has stopped."""
        assert self._has_stopped.acquire(timeout=20)


class SteppedObjects(Wrapped):
    """Objects that stop before they are written."""

    def __init__(self, inner: Any, stepper: Stepper) -> None:
        super().__init__(inner)
        self._stepper = stepper

    def write(self, objects: Iterable[NewObject]) -> None:
        made = list(objects)
        self._stepper.wait()
        self.inner.write(made)


class SteppedRefs(Wrapped):
    """Refs that stop before they are read and before they move."""

    def __init__(self, inner: Any, stepper: Stepper) -> None:
        super().__init__(inner)
        self._stepper = stepper

    def read(self, name: str) -> Any:
        self._stepper.wait()
        return self.inner.read(name)

    def update(self, updates: Sequence[RefUpdate]) -> None:
        self._stepper.wait()
        self.inner.update(updates)


@dataclass
class Run:
    """What became of one order of steps: the ledger, the order, and what each writer was told."""

    ledger: Ledger
    steps: Steps
    told: list[EventId | LedgerError | None]


def run(changes: Sequence[Change], prefix: Steps, death: tuple[int, int] | None) -> Run:
    """Let the writers take steps in the order of ``prefix``, then each to its end, the first one first.

    Args:
        changes: what each writer appends.
        prefix: whose turn it is.
        death: a writer, and before which of its steps it dies.
    """
    ledger = memory_ledger()
    steppers = [Stepper() for _ in changes]
    told: list[EventId | LedgerError | None] = [None] * len(changes)

    def work(number: int) -> Callable[[], None]:
        stepped = replace(
            ledger,
            objects=SteppedObjects(ledger.objects, steppers[number]),
            refs=SteppedRefs(ledger.refs, steppers[number]),
        )

        def append_it() -> None:
            try:
                told[number] = append(stepped, changes[number]).event
            except LedgerError as error:
                told[number] = error

        return append_it

    threads = [threading.Thread(target=one.run, args=[work(number)]) for number, one in enumerate(steppers)]
    for thread, stepper in zip(threads, steppers, strict=True):
        thread.start()
        stepper.settle()
    taken: list[int] = []
    rest = list(prefix)
    while not all(stepper.is_over for stepper in steppers):
        number = rest.pop(0) if rest else next(n for n, stepper in enumerate(steppers) if not stepper.is_over)
        steppers[number].step(die=death == (number, taken.count(number)))
        taken.append(number)
    for thread in threads:
        thread.join()
    return Run(ledger, tuple(taken), told)


def every_order(changes: Sequence[Change], death: tuple[int, int] | None = None) -> Iterator[Run]:
    """Yield every order of the steps of two writers: walk one, then turn at each step where another could have gone."""
    prefixes: list[Steps] = [()]
    while prefixes:
        prefix = prefixes.pop()
        found = run(changes, prefix, death)
        yield found
        for at in range(len(prefix), len(found.steps)):
            other = 1 - found.steps[at]
            if other in found.steps[at + 1 :]:
                prefixes.append((*found.steps[:at], other))


def acknowledged(found: Run) -> set[EventId]:
    """Return the events that somebody was told of."""
    return {one for one in found.told if isinstance(one, bytes)}


def in_ledger(found: Run) -> set[EventId]:
    """Return the events that are there, without the genesis."""
    return {one.id for one in log(found.ledger)} - {list(log(found.ledger))[-1].id}


def test_disjoint_writers_both_publish_in_every_order() -> None:
    """Five steps each, the start among them, make 252 orders; a retry has nobody left to meet."""
    orders = []
    for found in every_order([change("r", set={"a": 1}), change("r", set={"b": 2})]):
        orders.append(found.steps)
        assert in_ledger(found) == acknowledged(found)
        assert len(acknowledged(found)) == 2
        assert values(found.ledger) == {"a": 1, "b": 2}
        assert pending(found.ledger) == []
    assert len(orders) == len(set(orders)) == 252


@pytest.mark.parametrize(
    "changes",
    [
        [change("r", set={"a": 1}), change("r", set={"a": 2})],
        [change("r", set={"a": 1}, read=["b"]), change("r", set={"b": 2}, read=["a"])],
        [change("r", set={"n": 1}, expect={}), change("r", set={"n/m": 2})],
    ],
    ids=["same variable", "write skew", "path prefix"],
)
def test_of_two_that_overlap_one_is_refused_unless_it_came_after(changes: list[Change]) -> None:
    refused = after = kept = 0
    for found in every_order(changes):
        assert in_ledger(found) == acknowledged(found)
        errors = [one for one in found.told if isinstance(one, LedgerError)]
        assert len(errors) + len(acknowledged(found)) == 2
        assert len(errors) <= 1
        refused += len(errors)
        after += not errors
        kept += len(pending(found.ledger))
        assert all(one.exit_code in (4, 5) for one in errors)
        assert {one.event.hex() for one in pending(found.ledger)} == {
            one.details["pending"] for one in errors if "pending" in one.details
        }
    assert refused
    assert kept
    assert after or "m" in str(changes)


def test_one_key_is_one_event_in_every_order() -> None:
    asked = change("r", set={"a": 1}, key="k")
    for found in every_order([asked, asked]):
        assert len(acknowledged(found)) == 1
        assert in_ledger(found) == acknowledged(found)


@pytest.mark.parametrize("step", range(1, 5))
def test_a_writer_that_dies_before_any_step_harms_nobody(step: int) -> None:
    """The other publishes; and what the dead one asked for, asked for again by its key, is there once."""
    asked = change("r", set={"a": 1}, key="k")
    for number, found in enumerate(every_order([asked, change("r", set={"b": 2})], death=(0, step))):
        assert found.told[1] in in_ledger(found)
        again = append(found.ledger, asked)
        assert in_ledger(found) == {again.event, found.told[1]}
        if number % 50 == 0:
            assert_sound(found.ledger, events=3)


def test_a_loser_is_told_who_was_first() -> None:
    found = run([change("r", set={"a": 1}), change("r", set={"a": 2})], (0, 1, 0, 1), None)
    [error] = [one for one in found.told if isinstance(one, LedgerError)]
    assert isinstance(error, ConflictError)
    assert error.details["event"] in {one.hex() for one in acknowledged(found)}
