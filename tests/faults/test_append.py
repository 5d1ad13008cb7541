"""A port fails in the middle of an append: nothing is half visible, and the next append works."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from gitledger.errors import ConflictError, StorageError
from gitledger.frozen import replace
from gitledger.ids import parse_ledger_name
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.log import log
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.pending import pending
from gitledger.ledger.publication import head_of
from gitledger.ledger.state import get
from gitledger.ledger.writer import ATTEMPTS
from gitledger.store.base import RefUpdate
from tests.faulty import BrokenRefs, FullDisk, LosingRefs, UnsyncedRefs, Wrapped
from tests.ledgers import assert_sound, memory_ledger, named, set_to, until_refused, values, write


@pytest.mark.parametrize("leaves", [0, 1, 5])
@pytest.mark.parametrize("good", [0, 1, 2])
def test_objects_cannot_be_written(ledger: Ledger, good: int, leaves: int) -> None:
    broken = replace(ledger, objects=FullDisk(ledger.objects, good=good, leaves=leaves))
    taken, error = until_refused(append_batch(broken, (set_to(n=n) for n in range(8)), group=1, at_once=2))
    assert isinstance(error, StorageError)
    assert len(taken) == 2 * good
    assert_sound(ledger, events=1 + 2 * good)
    write(ledger, n=100)
    assert_sound(ledger, events=2 + 2 * good)


@pytest.mark.parametrize("good", [0, 1, 2])
def test_the_ref_cannot_be_moved(ledger: Ledger, good: int) -> None:
    broken = replace(ledger, refs=BrokenRefs(ledger.refs, good=good))
    taken, error = until_refused(append_batch(broken, (set_to(n=n) for n in range(8)), group=1, at_once=2))
    assert isinstance(error, StorageError)
    assert len(taken) == 2 * good
    write(ledger, n=100)
    assert_sound(ledger, events=2 + 2 * good)


def test_an_outcome_that_is_unknown_is_called_so(ledger: Ledger) -> None:
    taken, error = until_refused(append_batch(replace(ledger, refs=UnsyncedRefs(ledger.refs)), [set_to(n=1)]))
    assert not taken
    assert isinstance(error, StorageError)
    assert f"event {head_of(ledger).events[-1].hex()} was published to stay is unknown" in error.message
    assert_sound(ledger, events=2)


def test_who_publishes_is_not_known(ledger: Ledger) -> None:
    def nobody(_: int) -> None:
        raise StorageError("nobody is there")

    with pytest.raises(StorageError, match="nobody"):
        write(replace(ledger, people=nobody), a=1)  # type: ignore[arg-type]
    assert_sound(ledger, events=1)


@pytest.mark.parametrize("losses", [0, 1, 5, ATTEMPTS - 1])
def test_lost_swaps_are_tried_again(ledger: Ledger, losses: int) -> None:
    losing = LosingRefs(ledger.refs, losses=losses)
    write(replace(ledger, refs=losing), a=1)
    assert losing.tries == losses + 1
    assert_sound(ledger, events=2)


def test_who_never_gets_a_turn_gives_up(ledger: Ledger) -> None:
    losing = LosingRefs(ledger.refs, losses=ATTEMPTS)
    with pytest.raises(ConflictError, match=f"moved {ATTEMPTS} times"):
        write(replace(ledger, refs=losing), a=1)
    assert losing.tries == ATTEMPTS
    assert_sound(ledger, events=1)


def test_an_event_tried_again_is_the_same_event(ledger: Ledger) -> None:
    losing = replace(ledger, refs=LosingRefs(ledger.refs, losses=3))
    assert write(losing, a=1) == write(memory_ledger(), a=1)


class Silenced(Wrapped):
    """Refs whose next swap of a ledger succeeds, and then the writer is gone before it can answer."""

    is_over = False

    def update(self, updates: Sequence[RefUpdate]) -> None:
        self.inner.update(updates)
        if not self.is_over:
            self.is_over = True
            raise KeyboardInterrupt


@pytest.mark.parametrize("merged", [False, True], ids=["on the same ledger", "on a ledger that merged it"])
def test_a_key_finds_the_event_whose_answer_was_lost(ledger: Ledger, *, merged: bool) -> None:
    asked = change("r", set={"a": 1}, key="k")
    branch(ledger, parse_ledger_name("other"))
    with pytest.raises(KeyboardInterrupt):
        append(replace(ledger, refs=Silenced(ledger.refs)), asked)
    [published, _genesis] = [one.id for one in log(ledger)]
    again = ledger
    if merged:
        again = named("other", ledger)
        write(again, b=1)
        merge(again, ledger.name)
    answer = append(again, asked)
    assert (answer.event, answer.is_new) == (published, False)
    assert pending(again) == []
    with pytest.raises(ConflictError, match="belongs to event"):
        append(again, change("r", set={"a": 2}, key="k"))


def test_threads_that_share_no_variable_all_get_through(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: write(ledger, **{f"n{number}": number}), range(80)))
    assert len(set(answers)) == 80
    assert values(ledger) == {f"n{number}": number for number in range(80)}
    assert_sound(ledger, events=81)


def test_of_threads_that_count_none_overwrites_another(ledger: Ledger) -> None:
    write(ledger, n=0)

    def count(_: int) -> int:
        found = get(ledger, "n")
        assert isinstance(found, int)
        try:
            append(ledger, change("count", set={"n": found + 1}, expect={"n": found}))
        except ConflictError:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        counted = sum(pool.map(count, range(80)))
    assert get(ledger, "n") == counted > 0
    assert_sound(ledger, events=2 + counted)
