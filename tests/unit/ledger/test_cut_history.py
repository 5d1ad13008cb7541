"""Where history is cut off, what is here is listed, and the rest is counted."""

import pytest

from gitledger.errors import MissingObjectError
from gitledger.ids import Oid
from gitledger.ledger.append import append_batch
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.log import log, show
from gitledger.ledger.publication import head_of, publications, read_event
from gitledger.ledger.vst import published_in_order, vst, written
from tests.cut import cut_off, without
from tests.ledgers import write


@pytest.fixture
def ledger(any_ledger: Ledger) -> Ledger:
    """Return a ledger of 151 events, all of the variable ``a``, cut off before the last twenty."""
    for number in range(150):
        write(any_ledger, a=number)
    return any_ledger


def at(ledger: Ledger, size: int) -> Oid:
    return next(one.oid for one in publications(ledger.objects, head_of(ledger)) if one.log.size == size)


def test_a_log_ends_where_history_is_cut_off(ledger: Ledger) -> None:
    whole = [one.id for one in log(ledger)]
    assert [one.id for one in log(cut_off(ledger, at(ledger, 132)))] == whole[:20]


def test_a_timeline_ends_with_the_last_segment_that_is_here(ledger: Ledger) -> None:
    """Of 150 events the newest 22 are in the newest segment; the one before was sealed by the publication of #130."""
    short = cut_off(ledger, at(ledger, 132))
    listed = list(vst(short, "a"))
    assert listed == list(vst(ledger, "a"))[:22]
    assert written(short, "a") == 150
    read_event(short.objects, listed[19])
    with pytest.raises(MissingObjectError):
        read_event(short.objects, listed[20])
    assert [one.id for one in published_in_order(short, listed)] == listed[:20]


def test_what_is_missing_in_a_whole_history_is_damage(ledger: Ledger) -> None:
    holed = without(ledger, at(ledger, 132))
    with pytest.raises(MissingObjectError):
        list(log(holed))


def test_events_of_the_same_publication_that_come_later_do_not_count(ledger: Ledger) -> None:
    def add(first: int, count: int) -> None:
        changes = (change("count", set={"hot": number}) for number in range(first, first + count))
        assert len(list(append_batch(ledger, changes))) == count

    add(0, 3)
    add(3, 200)
    assert head_of(ledger).log.size == 151 + 203
    assert [written(ledger, "hot", at=f"#{seq}") for seq in (354, 353, 300, 155, 154, 152)] == [203, 202, 149, 4, 3, 1]
    assert written(ledger, "hot", at="#151") == 0
    assert written(ledger, "nothing") == 0


def test_what_the_oldest_event_replaced_is_not_known(ledger: Ledger) -> None:
    short = cut_off(ledger, at(ledger, 132))
    assert show(short, "#132").before is None
    assert show(short, "#133").before == show(ledger, "#133").before != {}
    with pytest.raises(MissingObjectError):
        show(without(ledger, at(ledger, 131)), "#132")
