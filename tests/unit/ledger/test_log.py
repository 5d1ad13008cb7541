import pytest

from gitledger.errors import NotFoundError
from gitledger.frozen import replace
from gitledger.ids import LedgerName
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.log import log, show
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.ledger.resolve import resolve
from tests.faulty import Counted
from tests.ledgers import named, set_to, write, write_many


def test_an_event_is_told_with_all_that_is_known_of_it(ledger: Ledger) -> None:
    asked = change("train", set={"a": 1}, delete=["gone"], read=["seed"], key="k", message="why", meta={"n": 1})
    write(ledger, gone=1)
    event = append(ledger, asked).event
    one = next(log(ledger))
    assert (one.id, one.seq, one.ts) == (event, 3, 3)
    assert one.rule.name == "train"
    assert one.delta.changes == {"a": b"\x01", "gone": None}
    assert (one.event.writeset, one.event.readset) == (("a", "gone"), ("seed",))
    assert one.publication == head_of(ledger).oid
    assert one.meta == {
        "author": "Ada <ada@example.org>",
        "actor": "Bot <bot@example.org>",
        "time": "2026-01-01T12:00:00Z",
        "message": "why",
        "meta": {"n": 1},
        "key": "k",
    }


def test_each_event_of_a_publication_has_its_own_meta(ledger: Ledger) -> None:
    changes = [change("r", set={"n": number}, message=str(number)) for number in range(5)]
    assert len(list(append_batch(ledger, changes))) == 5
    assert [one.meta.get("message") for one in log(ledger)] == ["4", "3", "2", "1", "0", None]


def test_it_can_begin_and_end_anywhere(ledger: Ledger) -> None:
    write_many(ledger, 9, group=4)
    for first in range(1, 11):
        assert [one.seq for one in log(ledger, f"#{first}")] == list(range(first, 0, -1))
        for last in range(1, first + 1):
            assert [one.seq for one in log(ledger, f"#{first}", since=f"#{last}")] == list(range(first, last, -1))


def test_the_end_must_be_in_the_log(ledger: Ledger) -> None:
    branch(ledger, LedgerName("side"))
    write(ledger, a=1)
    write(named("side", ledger), b=1)
    with pytest.raises(NotFoundError):
        list(log(ledger, since="side"))
    merge(ledger, LedgerName("side"))
    number = next(one.seq for one in log(ledger) if one.event.writeset == ("b",))
    assert [one.seq for one in log(ledger, since="side")] == list(range(4, number, -1))


def test_another_ledger_has_its_own_log(ledger: Ledger) -> None:
    branch(ledger, LedgerName("side"))
    write_many(ledger, 5)
    event = write(named("side", ledger), b=1)
    assert [one.id for one in log(ledger, "side")] == [event, resolve(ledger, "#1").event]
    assert [one.seq for one in log(ledger, "side", since="side~1")] == [2]


def test_filters(ledger: Ledger) -> None:
    for asked in (
        set_to(a=1, z=1),
        change("swap", set={"a/b": 1}, delete=["a"]),
        set_to(ab=1),
        set_to("score", a__b=2),
    ):
        append(ledger, asked)
    assert [one.seq for one in log(ledger, touching="a")] == [5, 3, 2]
    assert [one.seq for one in log(ledger, touching="a/")] == [5, 3]
    assert [one.seq for one in log(ledger, touching="a/b")] == [5, 3]
    assert [one.seq for one in log(ledger, rule="train")] == [4, 2]
    assert [one.seq for one in log(ledger, rule="train", touching="z")] == [2]
    assert list(log(ledger, rule="no such rule")) == []


def test_the_envelope_of_a_publication_is_read_once(ledger: Ledger) -> None:
    write_many(ledger, 50)
    counted = replace(ledger, objects=Counted(ledger.objects))
    assert len(list(log(counted))) == 51
    assert counted.objects.of[head_of(ledger).trees[b"envelope"]] == 1


def test_showing_tells_what_was_there_before(ledger: Ledger) -> None:
    write(ledger, a=1, b=2)
    append(ledger, change("r", set={"a": 5, "c": 1}, delete=["b"]))
    shown = show(ledger, "main")
    assert shown.published == next(log(ledger))
    assert shown.before == {"a": b"\x01", "b": b"\x02", "c": None}
    assert show(ledger, "#2").before == {"a": None, "b": None}
    assert show(ledger, "#1").before == {}


def test_showing_an_event_inside_a_publication(ledger: Ledger) -> None:
    events = [one.event for one in append_batch(ledger, (set_to(n=number) for number in range(5)))]
    for number, event in enumerate(events):
        shown = show(ledger, event.hex())
        assert shown.published.seq == number + 2
        assert shown.before == {"n": bytes([number - 1]) if number else None}


def test_an_event_that_was_merged_in_is_shown_with_the_ledgers_number(ledger: Ledger) -> None:
    branch(ledger, LedgerName("side"))
    write_many(ledger, 3, "m")
    event = write(named("side", ledger), b=1)
    merge(ledger, LedgerName("side"))
    number = next(one.seq for one in log(ledger) if one.id == event)
    assert show(ledger, event.hex()).published.seq == number
