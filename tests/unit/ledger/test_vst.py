import pytest

from gitledger.errors import DamageError, FormatError, NotFoundError
from gitledger.ids import LedgerName
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.timelines import Timelines
from gitledger.ledger.vst import blame, published_in_order, vst
from tests.ledgers import named, set_to, write


def test_a_timeline_is_newest_first(ledger: Ledger) -> None:
    events = [one.event for one in append_batch(ledger, (set_to(x=number) for number in range(150)), group=40)]
    write(ledger, y=1)
    assert list(vst(ledger, "x")) == events[::-1]


def test_at_any_event_it_ends_there(ledger: Ledger) -> None:
    events = [one.event for one in append_batch(ledger, (set_to(x=number) for number in range(150)), group=40)]
    for number in (1, 39, 40, 41, 64, 65, 128, 129, 150):
        assert list(vst(ledger, "x", at=events[number - 1].hex())) == events[:number][::-1]
    with pytest.raises(NotFoundError, match="was never written"):
        vst(ledger, "x", at="#1")


def test_what_did_not_change_is_not_in_it(ledger: Ledger) -> None:
    first = write(ledger, x=1)
    write(ledger, x=1, y=1)
    append(ledger, change("r", set={"z": 1}, read=["x"]))
    assert list(vst(ledger, "x")) == [first]


def test_a_deleted_variable_keeps_its_timeline_and_goes_on_with_it(ledger: Ledger) -> None:
    events = [
        write(ledger, x=1),
        append(ledger, change("r", delete=["x"])).event,
        append(ledger, change("r", set={"x/y": 1})).event,
        append(ledger, change("r", set={"x": 1}, delete=["x/y"])).event,
    ]
    assert list(vst(ledger, "x")) == [events[3], events[1], events[0]]
    assert list(vst(ledger, "x/y")) == [events[3], events[2]]


def test_what_was_never_written_has_none(ledger: Ledger) -> None:
    write(ledger, x__y=1)
    for name in ("x", "x/y/z", "other"):
        with pytest.raises(NotFoundError) as refusal:
            vst(ledger, name)
        assert refusal.value.details == {"variable": name}
    with pytest.raises(FormatError):
        vst(ledger, "/")


def test_events_of_a_timeline_with_all_that_is_known(ledger: Ledger) -> None:
    for number in range(5):
        write(ledger, x=number)
        write(ledger, y=number)
    published = list(published_in_order(ledger, vst(ledger, "x")))
    assert [one.seq for one in published] == [10, 8, 6, 4, 2]
    assert [one.delta.changes["x"] for one in published] == [bytes([number]) for number in (4, 3, 2, 1, 0)]  # type: ignore[index]
    assert list(published_in_order(ledger, [])) == []


def test_at_an_event_that_only_another_ledger_has(ledger: Ledger) -> None:
    write(ledger, x=1)
    branch(ledger, LedgerName("side"))
    event = write(named("side", ledger), x=2)
    write(ledger, y=1)
    newest = next(published_in_order(ledger, vst(ledger, "x", at="side"), at="side"))
    assert (newest.id, newest.seq) == (event, 3)


def test_at_an_event_that_was_merged_in(ledger: Ledger) -> None:
    branch(ledger, LedgerName("side"))
    write(ledger, y=1)
    events = [write(named("side", ledger), x=number) for number in range(3)]
    merge(ledger, LedgerName("side"))
    at = events[1].hex()
    assert list(vst(ledger, "x", at=at)) == [events[1], events[0]]
    published = list(published_in_order(ledger, vst(ledger, "x", at=at), at=at))
    assert [one.id for one in published] == [events[1], events[0]]
    assert {one.seq for one in published} < {2, 3, 4, 5}


def test_blame_names_who_wrote_each_value_last(ledger: Ledger) -> None:
    first = write(ledger, a=1, d__b=1, d__c=1)
    second = append(ledger, change("r", set={"d/c": 2}, delete=["a"])).event
    assert [(one.variable, one.event) for one in blame(ledger)] == [("d/b", first), ("d/c", second)]
    assert [(one.variable, one.event) for one in blame(ledger, "d")] == [("d/b", first), ("d/c", second)]
    assert [(one.variable, one.event) for one in blame(ledger, at="#2")] == [
        ("a", first),
        ("d/b", first),
        ("d/c", first),
    ]
    assert list(blame(ledger, "none")) == []
    assert list(blame(ledger, at="#1")) == []


def test_blame_inside_a_publication(ledger: Ledger) -> None:
    events = [one.event for one in append_batch(ledger, (set_to(x=number, y=0) for number in range(5)))]
    for event in events:
        assert [(one.variable, one.event) for one in blame(ledger, at=event.hex())] == [("x", event), ("y", events[0])]


def test_a_value_without_a_timeline_is_damage(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    write(ledger, a=1)
    monkeypatch.setattr(Timelines, "events", lambda self, variable: iter(()))
    with pytest.raises(DamageError, match="has no timeline"):
        list(blame(ledger))


def test_a_timeline_in_another_order_than_the_log_is_damage(ledger: Ledger) -> None:
    events = [write(ledger, x=number) for number in range(3)]
    with pytest.raises(DamageError, match="expected the log's order"):
        list(published_in_order(ledger, events))
