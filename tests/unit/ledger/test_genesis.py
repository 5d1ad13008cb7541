"""A ledger is known by its first event, from whatever is left of it."""

import pytest

from gitledger.errors import DamageError
from gitledger.frozen import replace
from gitledger.ledger.genesis import genesis_of
from gitledger.ledger.handle import Ledger
from gitledger.ledger.log import log
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.store import layout
from gitledger.store.base import NewObject
from tests.cut import cut_off
from tests.faulty import Counted
from tests.ledgers import named, write, write_many


def test_the_first_event_is_known_from_every_publication(any_ledger: Ledger) -> None:
    first = [*log(any_ledger)][-1].id
    assert genesis_of(any_ledger.objects, head_of(any_ledger)) == first
    side = named("side", any_ledger)
    branch(any_ledger, side.name)
    write(any_ledger, a=1)
    write(side, b=2)
    merge(any_ledger, side.name)
    assert genesis_of(any_ledger.objects, head_of(any_ledger)) == first


def test_it_is_known_where_history_is_cut_off_and_costs_no_walk(ledger: Ledger) -> None:
    first = [*log(ledger)][-1].id
    write_many(ledger, 300, group=1)
    head = head_of(ledger)
    cut = cut_off(ledger, head.oid)
    assert cut.objects.missing([first]) == [first]
    counted = Counted(cut.objects)
    assert genesis_of(counted, head) == first
    assert counted.reads <= 3


def test_a_publication_without_its_rule_is_damaged(ledger: Ledger) -> None:
    head, empty = head_of(ledger), ledger.objects.format.oid("tree", b"")
    ledger.objects.write([NewObject(empty, "tree", b"")])
    with pytest.raises(DamageError, match="has no rule of a first event"):
        genesis_of(ledger.objects, replace(head, trees={**head.trees, layout.RULES: empty}))
