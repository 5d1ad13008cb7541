"""Walks on single lines; what branches and crosses is held to the oracle in tests/property."""

import pytest

from gitledger.errors import NotFoundError
from gitledger.ids import EventId
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import backwards, divergence, events_apart, events_since, find_event
from gitledger.ledger.publication import head_of, publications
from tests.faulty import Counted
from tests.ledgers import write_many


def test_backwards_is_newest_first(ledger: Ledger) -> None:
    events = write_many(ledger, 7, group=3)
    places = list(backwards(ledger.objects, head_of(ledger)))
    assert [place.event for place in places][:-1] == events[::-1]
    assert [place.seq for place in places] == list(range(8, 0, -1))
    assert [place.position for place in places] == [0, 2, 1, 0, 2, 1, 0, 0]


def test_backwards_reads_no_further_than_it_is_asked(ledger: Ledger) -> None:
    write_many(ledger, 30, group=3)
    head, counted = head_of(ledger), Counted(ledger.objects)
    places = backwards(counted, head)
    for _ in range(3):
        next(places)
    assert counted.reads == 0
    next(places)
    one = counted.reads
    assert one > 0
    for _ in range(3):
        next(places)
    assert counted.reads == 2 * one


def test_an_event_is_found_by_its_id(ledger: Ledger) -> None:
    events = write_many(ledger, 7, group=3)
    head = head_of(ledger)
    for number, event in enumerate(events, start=2):
        place = find_event(ledger.objects, head, event)
        assert (place.event, place.seq) == (event, number)
    with pytest.raises(NotFoundError, match="is not in this ledger"):
        find_event(ledger.objects, head, EventId(bytes(20)))


def test_of_two_heads_on_one_line_only_the_newer_has_something(ledger: Ledger) -> None:
    write_many(ledger, 5, group=2)
    newest, middle, *_ = publications(ledger.objects, head_of(ledger))
    old = list(publications(ledger.objects, newest))[2]
    mine, theirs = divergence(ledger.objects, old, newest)
    assert (mine, [one.oid for one in theirs]) == ([], [newest.oid, middle.oid])
    since = [place.event for place, _ in events_since(ledger.objects, old, newest)]
    assert since == [*middle.events, *newest.events]
    assert events_since(ledger.objects, newest, old) == []
    assert events_apart(ledger.objects, newest, newest) == ([], [])


def test_two_heads_near_each_other_are_told_apart_without_reading_all(ledger: Ledger) -> None:
    write_many(ledger, 40, group=1)
    newest, before, *_ = publications(ledger.objects, head_of(ledger))
    counted = Counted(ledger.objects)
    assert len(events_since(counted, before, newest)) == 1
    assert counted.reads < 40
