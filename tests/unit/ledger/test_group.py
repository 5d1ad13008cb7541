"""What a change becomes on a head: a known event, a new one, or the reason why not."""

import pytest

from gitledger.errors import ConflictError
from gitledger.ledger.append import Appended, append, append_batch
from gitledger.ledger.change import ABSENT, Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of
from gitledger.ledger.state import get
from tests.ledgers import assert_sound, set_to, until_refused, write, write_many


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
