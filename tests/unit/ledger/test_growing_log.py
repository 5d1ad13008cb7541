import pytest

from gitledger.errors import DamageError
from gitledger.frozen import replace
from gitledger.ledger.growing_log import GrowingLog, stored_leaf
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of
from gitledger.model.merkle import Frontier
from tests.faulty import Counted
from tests.ledgers import write_many
from tests.rfc6962 import Oracle


def leaf(number: int) -> bytes:
    """Return the hash of a leaf as RFC 6962 defines it."""
    return Oracle([b"%d" % number]).root(0, 1)


def test_the_frontier_is_that_of_all_leaves(ledger: Ledger) -> None:
    log = GrowingLog(ledger.objects, None)
    for number in range(300):
        log.append(leaf(number))
    assert log.size == 300
    new, frontier = log.seal()
    oracle = Oracle([b"%d" % number for number in range(300)])
    assert frontier == Frontier(size=300, hashes=oracle.frontier(300))
    assert [one.data for one in new[:-1]] == [oracle.hashes(0, 0, 256)]
    assert log.tree.get("tile/0/000") == new[0].oid
    assert log.tree.get("head") == new[-1].oid


def test_a_tile_is_handed_out_once(ledger: Ledger) -> None:
    log = GrowingLog(ledger.objects, None)
    sizes = []
    for number in range(600):
        log.append(leaf(number))
        if number % 100 == 0:
            sizes.append(len(log.seal()[0]))
    assert sizes == [1, 1, 1, 2, 1, 1]


@pytest.mark.parametrize("events", [10, 254])
def test_a_log_that_goes_on_reads_events_only_to_fill_a_tile(ledger: Ledger, events: int) -> None:
    write_many(ledger, events)
    head = head_of(ledger)
    counted = replace(ledger, objects=Counted(ledger.objects))
    log = GrowingLog(counted.objects, head)
    before = counted.objects.reads
    for number in range(255 - head.log.size):
        log.append(leaf(number))
    log.seal()
    assert counted.objects.reads == before
    log.append(leaf(1000))
    tile = log.seal()[0][0].data
    assert counted.objects.reads > before
    stored = [stored_leaf(ledger.objects, head, position) for position in range(len(head.events))]
    assert b"".join(stored) == tile[32 : 32 * head.log.size]


def test_events_that_do_not_fold_to_the_frontier_are_damage(ledger: Ledger) -> None:
    write_many(ledger, 10)
    head = head_of(ledger)
    other = replace(head, log=Frontier(size=head.log.size, hashes=tuple(bytes(32) for _ in head.log.hashes)))
    log = GrowingLog(ledger.objects, other)
    for number in range(256):
        log.append(leaf(number))
    with pytest.raises(DamageError, match="do not fold"):
        log.seal()
