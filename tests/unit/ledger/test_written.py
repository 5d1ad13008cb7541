from collections.abc import Iterable, Iterator
from itertools import islice

import pytest

from gitledger.errors import DamageError, MissingObjectError
from gitledger.frozen import replace
from gitledger.ids import EventId, Oid, Variable
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import read_event
from gitledger.ledger.vst import vst
from gitledger.ledger.written import read_written
from gitledger.store.base import GitObject
from gitledger.store.memory import MemoryObjects
from tests.faulty import Counted
from tests.ledgers import set_to, write

X = Variable("x")


def test_each_event_comes_with_its_value_and_its_rule(ledger: Ledger) -> None:
    write(ledger, x=1, y=1)
    append(ledger, change("drop", delete=["x"]))
    append(ledger, set_to("score", x=7))
    found = list(read_written(ledger, X, vst(ledger, "x")))
    assert [one.event for one in found] == list(vst(ledger, "x"))
    assert [(one.rule and one.rule.name, one.value) for one in found] == [
        ("score", b"\x07"),
        ("drop", None),
        ("train", b"\x01"),
    ]
    assert list(read_written(ledger, X, [])) == []


def test_the_first_of_many_cost_no_more_than_the_first_of_few(ledger: Ledger) -> None:
    list(append_batch(ledger, (set_to(x=number) for number in range(3_000))))
    counted = replace(ledger, objects=Counted(ledger.objects))
    found = list(read_written(counted, X, islice(vst(counted, "x"), 10)))
    assert found[0].value == b"\x19\x0b\xb7"
    assert counted.objects.reads <= 10 * 2 + 12
    counted.objects.of.clear()
    next(read_written(counted, X, vst(counted, "x")))
    assert counted.objects.reads <= 32 * 2 + 12


def test_what_stands_before_damage_is_told(ledger: Ledger) -> None:
    events = [one.event for one in append_batch(ledger, (set_to(x=number) for number in range(300)))]
    assert isinstance(ledger.objects, MemoryObjects)
    lost = read_event(ledger.objects, events[100]).delta
    objects = Without(ledger.objects, lost)
    told: list[EventId] = []
    with pytest.raises(MissingObjectError):
        told.extend(one.event for one in read_written(replace(ledger, objects=objects), X, vst(ledger, "x")))
    assert told == events[:100:-1]


def test_an_event_that_did_not_write_the_variable_is_damage(ledger: Ledger) -> None:
    event = write(ledger, y=1)
    with pytest.raises(DamageError, match="expected it to have written it"):
        list(read_written(ledger, X, [event]))


class Without(Counted):
    """Objects of which one is gone."""

    def __init__(self, inner: object, gone: Oid) -> None:
        super().__init__(inner)
        self.gone = gone

    def read_many(self, oids: Iterable[Oid]) -> Iterator[GitObject]:
        for oid in oids:
            if oid == self.gone:
                raise MissingObjectError(oid.hex())
            yield self.inner.read(oid)
