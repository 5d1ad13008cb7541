"""What a change becomes on a head: a known event, a new one, or the reason why not."""

import pytest

from gitledger.errors import ConflictError, ExpectationError, OverlapError
from gitledger.ledger.append import Appended, append, append_batch
from gitledger.ledger.change import ABSENT, Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.log import log
from gitledger.ledger.publication import head_of
from gitledger.ledger.state import get
from gitledger.ledger.writer import Writer
from tests.ledgers import assert_sound, by, set_to, until_refused, values, write, write_many


def test_the_same_change_again_is_the_same_event(ledger: Ledger) -> None:
    asked = change("r", set={"a": 1}, delete=["b"], read=["c"], key="k")
    write(ledger, b=1)
    first = append(ledger, asked)
    write(ledger, a=2)
    assert append(ledger, asked) == Appended(event=first.event, is_new=False)
    assert get(ledger, "a") == 2
    assert_sound(ledger, events=4)


def test_it_is_so_whatever_has_become_of_the_state(ledger: Ledger) -> None:
    asked = change("r", set={"a": 1}, expect={"a": ABSENT}, key="k")
    first = append(ledger, asked)
    append(ledger, change("r", set={"a/b": 1}, delete=["a"]))
    assert append(ledger, asked) == Appended(event=first.event, is_new=False)


@pytest.mark.parametrize(
    "other",
    [
        change("other rule", set={"a": 1, "same": 0}, key="k"),
        change("r", set={"a": 2, "same": 0}, key="k"),
        change("r", set={"a": 1, "same": 1}, key="k"),
        change("r", set={"a": 1, "same": 0, "more": 1}, key="k"),
        change("r", set={"same": 0}, key="k"),
        change("r", set={"a": 1, "same": 0}, read=["x"], key="k"),
        change("r", set={"same": 0}, delete=["a"], key="k"),
    ],
)
@pytest.mark.parametrize("between", [0, 3])
def test_another_change_is_refused(ledger: Ledger, other: Change, between: int) -> None:
    write(ledger, same=0)
    first = append(ledger, change("r", set={"a": 1, "same": 0}, key="k"))
    write_many(ledger, between)
    with pytest.raises(ConflictError, match="belongs to event") as refusal:
        append(ledger, other)
    assert refusal.value.details == {"key": "k", "event": first.event.hex()}
    assert_sound(ledger, events=3 + between)


@pytest.mark.parametrize("group", [1, 2, 100])
def test_twice_in_one_batch(ledger: Ledger, group: int) -> None:
    asked = change("r", set={"a": 1}, key="k")
    batch = [asked, asked, set_to(b=1), asked, change("r", set={"a": 2}, key="k")]
    taken, error = until_refused(append_batch(ledger, batch, group=group))
    assert [one.is_new for one in taken] == [True, False, True, False]
    assert len({one.event for one in taken}) == 2
    assert isinstance(error, ConflictError)
    assert_sound(ledger, events=3)


@pytest.mark.parametrize("group", [1, 2, 100])
def test_a_change_that_changed_nothing_is_known_again(ledger: Ledger, group: int) -> None:
    write(ledger, a=1)
    asked = change("r", set={"a": 1}, delete=["b"], key="k")
    write_a_2 = set_to(a=2, b=2)
    taken = list(append_batch(ledger, [asked, asked, write_a_2, asked], group=group))
    assert [one.is_new for one in taken] == [True, False, True, False]
    with pytest.raises(ConflictError):
        append(ledger, change("r", set={"a": 2}, delete=["b"], key="k"))
    assert not append(ledger, asked).is_new
    assert_sound(ledger, events=4)


def test_keys_that_are_known_make_no_publication(ledger: Ledger) -> None:
    asked = [change("r", set={f"n{number}": 1}, key=str(number)) for number in range(5)]
    first = list(append_batch(ledger, asked))
    head = head_of(ledger).oid
    assert [one.event for one in append_batch(ledger, asked)] == [one.event for one in first]
    assert head_of(ledger).oid == head


def test_half_a_batch_again_goes_on_where_it_ended(ledger: Ledger) -> None:
    asked = [change("r", set={"n": number}, key=str(number)) for number in range(10)]
    first = list(append_batch(ledger, asked[:6], group=4))
    again = list(append_batch(ledger, asked, group=3))
    assert [one.is_new for one in again] == [False] * 6 + [True] * 4
    assert [one.event for one in again[:6]] == [one.event for one in first]
    assert_sound(ledger, events=11)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (set_to(a=1), set_to(a=2)),
        (set_to(a=1), set_to(a__b=2)),
        (set_to(a__b=1), set_to(a=2)),
        (set_to(a=1), change("r", set={"z": 1}, read=["a"])),
        (change("r", set={"z": 1}, read=["a"]), set_to(a=2)),
        (change("r", set={"z": 1}, read=["a"]), set_to(a__b=2)),
    ],
)
def test_an_overlap_is_refused(ledger: Ledger, mine: Change, theirs: Change) -> None:
    writer = Writer(ledger)
    first = append(by("Eve", ledger), theirs).event
    taken, error = until_refused(writer.append([[mine]]))
    assert taken == []
    assert isinstance(error, OverlapError)
    assert error.details["event"] == first.hex()
    assert_sound(ledger, events=2)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (set_to(a=1), set_to(b=2)),
        (set_to(a=1), set_to(a2=2)),
        (set_to(a__b=1), set_to(a__c=2)),
        (change("r", set={"x": 1}, read=["a"]), change("r", set={"y": 1}, read=["a"])),
    ],
)
def test_what_is_disjoint_lands_behind(ledger: Ledger, mine: Change, theirs: Change) -> None:
    writer = Writer(ledger)
    first = append(by("Eve", ledger), theirs).event
    (answer,) = writer.append([[mine]])
    newest = next(log(ledger))
    assert (newest.id, newest.event.parents) == (answer.event, (first,))
    assert_sound(ledger, events=3)


def test_a_refusal_says_who_was_first_and_what_is_not_lost(ledger: Ledger) -> None:
    writer = Writer(ledger)
    write(by("Eve", ledger), other=1, model__accuracy=0.5)
    first = append(by("Eve", ledger), change("train", set={"model/accuracy": 0.75})).event
    mine = change("train", set={"model/accuracy": 1, "b": "x"}, delete=["gone"])
    _, error = until_refused(writer.append([[mine]]))
    assert error.message.startswith("variable 'model/accuracy' was to be written, and event " + first.hex())
    assert error.details == {
        "variable": "model/accuracy",
        "event": first.hex(),
        "author": "Eve <eve@example.org>",
        "time": "2026-01-01T12:00:00Z",
        "overlaps": [{"variable": "model/accuracy", "event": first.hex()}],
        "writes": {"model/accuracy": ["01"], "b": ["6178"], "gone": None},
    }


def test_a_writer_that_was_refused_may_decide_again(ledger: Ledger) -> None:
    writer = Writer(ledger)
    write(ledger, a=1)
    assert isinstance(until_refused(writer.append([[set_to(a=2)]]))[1], OverlapError)
    assert len(list(writer.append([[set_to(a=2)]]))) == 1
    assert get(ledger, "a") == 2


def test_a_key_that_was_used_meanwhile_is_known(ledger: Ledger) -> None:
    writer, asked = Writer(ledger), change("r", set={"a": 1}, key="k")
    theirs = append(ledger, asked).event
    assert list(writer.append([[asked]])) == [Appended(event=theirs, is_new=False)]
    assert_sound(ledger, events=2)


def test_an_expectation_is_about_the_newest_head(ledger: Ledger) -> None:
    writer = Writer(ledger)
    write(ledger, a=1)
    assert len(list(writer.append([[change("r", set={"b": 1}, expect={"a": 1})]]))) == 1
    writer = Writer(ledger)
    write(ledger, a=2)
    assert isinstance(until_refused(writer.append([[change("r", set={"b": 2}, expect={"a": 1})]]))[1], ExpectationError)


def test_a_refusal_by_the_state_is_about_the_newest_head(ledger: Ledger) -> None:
    write(ledger, a=1)
    writer = Writer(ledger)
    append(ledger, change("r", delete=["a"]))
    # The old head would say that a/b cannot stand beside a; the newest says who deleted a meanwhile.
    assert isinstance(until_refused(writer.append([[set_to(a__b=1)]]))[1], OverlapError)


def test_in_a_batch_those_before_an_overlap_land(ledger: Ledger) -> None:
    writer = Writer(ledger)
    write(ledger, b=1)
    taken, error = until_refused(writer.append([[set_to(a=1), set_to(c=1)], [set_to(d=1), set_to(b=2), set_to(e=1)]]))
    assert isinstance(error, OverlapError)
    assert len(taken) == 3
    assert values(ledger) == {"a": 1, "b": 1, "c": 1, "d": 1}
    assert_sound(ledger, events=5)


def test_ones_own_events_are_no_overlap(ledger: Ledger) -> None:
    writer = Writer(ledger)
    for number in range(3):
        assert len(list(writer.append([[set_to(a=number)], [set_to(a=-number)]]))) == 2
