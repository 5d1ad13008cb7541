"""Fetching: what a remote has is learned, and no ledger moves."""

from gitledger.ids import parse_ledger_name
from gitledger.store.base import RefUpdate
from gitledger.sync.fetch import Fetched, fetch, tracked
from gitledger.sync.push import push
from tests.exchange import clones
from tests.ledgers import write

MAIN = parse_ledger_name("main")


def test_what_changed_is_told_once() -> None:
    (ada, remote), (grace, other) = clones(2)
    first = other.server.read("refs/ledger/main")
    assert fetch(grace.refs, other) == [Fetched(ledger=MAIN, old=None, new=first)]
    write(ada, a=1)
    list(push([ada], remote))
    second = other.server.read("refs/ledger/main")
    assert fetch(grace.refs, other, dry_run=True) == [Fetched(ledger=MAIN, old=first, new=second)]
    assert fetch(grace.refs, other) == [Fetched(ledger=MAIN, old=first, new=second)]
    assert fetch(grace.refs, other) == []
    assert tracked(grace.refs, "origin") == {"main": second}
    assert grace.refs.read("refs/ledger/main") == first


def test_a_ref_that_no_ledger_can_have_is_passed_over() -> None:
    ((ada, _),) = clones(1)
    head = ada.refs.read("refs/ledger/main")
    ada.refs.update([RefUpdate(f"refs/ledger-remotes/origin/{name}", None, head) for name in ("main", "Main", "a/b")])
    assert tracked(ada.refs, "origin") == {"main": head}
