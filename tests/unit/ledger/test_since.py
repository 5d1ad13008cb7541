"""A writer whose head was read before others published: what may still be made, and what is refused with which words."""

import pytest

from gitledger.errors import ConflictError, ExpectationError, OverlapError
from gitledger.ledger.append import Appended, append
from gitledger.ledger.change import Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.log import log
from gitledger.ledger.publication import head_of
from gitledger.ledger.since import Since, SinceEach
from gitledger.ledger.state import get
from gitledger.ledger.writer import Writer
from gitledger.model.rule import Rule
from tests.ledgers import assert_sound, by, set_to, until_refused, values, write, write_many


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


def test_a_verb_of_the_ledger_runs_alone(ledger: Ledger) -> None:
    ours = Change(rule=Rule(name="import-git", version="1"), writes={})
    base = head_of(ledger)
    append(ledger, ours)
    since = Since(ledger, base, head_of(ledger))
    with pytest.raises(ConflictError, match="another import-git published"):
        since.check(ours)
    since.check(Change(rule=Rule(name="import-git", version="2"), writes={}))
    since.check(set_to(a=1))


def test_nothing_happened_since_the_newest_head(ledger: Ledger) -> None:
    write(ledger, a=1)
    head = head_of(ledger)
    Since(ledger, head, head).check(set_to(a=2))


def test_each_caller_has_read_another_head(ledger: Ledger) -> None:
    first, early, late = head_of(ledger), set_to(a=1), set_to(a=1)
    write(ledger, a=2)
    second = head_of(ledger)
    write_many(ledger, 2)
    since = SinceEach(ledger, [(early, first), (late, second)], head_of(ledger))
    since.check(late)
    with pytest.raises(OverlapError):
        since.check(early)


def test_every_overlap_is_told(ledger: Ledger) -> None:
    base = head_of(ledger)
    append(ledger, change("r", set={"a/b": 1, "a/c": 1, "d": 1, "e": 1}, read=["f/g"]))
    with pytest.raises(OverlapError) as refusal:
        Since(ledger, base, head_of(ledger)).check(change("r", set={"a": 1, "f": 1, "z": 1}, read=["d/x"]))
    told = [one["variable"] for one in refusal.value.details["overlaps"]]  # type: ignore[attr-defined]
    assert told == ["a", "a", "d/x", "f"]
