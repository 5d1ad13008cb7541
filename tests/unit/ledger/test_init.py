import pytest

from gitledger.errors import DamageError, StorageError
from gitledger.frozen import replace
from gitledger.ids import parse_ledger_name
from gitledger.ledger.handle import Ledger
from gitledger.ledger.init import init
from gitledger.ledger.log import log
from gitledger.ledger.publication import head_of
from gitledger.model.rule import Rule
from gitledger.store.base import NewObject, RefUpdate
from gitledger.store.memory import MemoryObjects, MemoryRefs
from tests.faulty import BrokenRefs, Wrapped
from tests.ledgers import assert_sound, ledger_on, named, write


@pytest.fixture
def empty() -> Ledger:
    """Open a ledger that was not started."""
    return ledger_on(MemoryObjects(), MemoryRefs())


def test_a_ledger_starts_with_its_genesis(empty: Ledger) -> None:
    answer = init(empty)
    assert answer.is_new
    (genesis,) = log(empty)
    assert genesis.id == answer.event
    assert genesis.rule == Rule(name="genesis", fields={"ledger": "main", "nonce": bytes(range(16))})
    assert (genesis.seq, genesis.ts, genesis.event.parents, genesis.event.writeset) == (1, 1, (), ())
    assert head_of(empty).commit.message == "ledger: start main\n"
    assert_sound(empty, events=1)


def test_starting_again_changes_nothing(empty: Ledger) -> None:
    init(empty)
    event = write(empty, a=1)
    again = init(replace(empty, entropy=bytes))
    assert (again.event, again.is_new) == (event, False)
    assert_sound(empty, events=2)


def test_two_ledgers_never_share_a_genesis(empty: Ledger) -> None:
    assert init(empty).event != init(named("other", empty)).event
    elsewhere = ledger_on(MemoryObjects(), MemoryRefs())
    assert init(replace(elsewhere, entropy=bytes)).event != head_of(empty).events[0]


def test_who_comes_second_takes_what_is_there(empty: Ledger) -> None:
    class Overtaken(Wrapped):
        """Refs on which another starts the ledger just before."""

        def update(self, updates: list[RefUpdate]) -> None:
            init(replace(empty, entropy=bytes))
            self.inner.update(updates)

    answer = init(replace(empty, refs=Overtaken(empty.refs)))
    assert not answer.is_new
    assert answer.event == head_of(empty).events[0]
    assert_sound(empty, events=1)


def test_a_ref_that_points_elsewhere_is_damage(empty: Ledger) -> None:
    oid = empty.objects.format.oid("blob", b"x")
    empty.objects.write([NewObject(oid, "blob", b"x")])
    empty.refs.update([RefUpdate("refs/ledger/main", None, oid)])
    with pytest.raises(DamageError, match="is no publication: it is a blob"):
        init(empty)


def test_a_disk_that_refuses_leaves_no_ledger(empty: Ledger) -> None:
    with pytest.raises(StorageError):
        init(replace(empty, refs=BrokenRefs(empty.refs, good=0)))
    assert empty.refs.list("refs/") == {}
    assert init(replace(empty, name=parse_ledger_name("main"))).is_new
