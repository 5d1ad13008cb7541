"""What is verified after a trusted event costs what is new, however much there is."""

import pytest

from gitledger.frozen import replace
from gitledger.ids import LedgerName
from gitledger.ledger.handle import Ledger
from gitledger.ledger.merge import branch, merge
from gitledger.verify import verify
from tests.faulty import Counted
from tests.ledgers import named, write, write_many


@pytest.mark.parametrize("events", [1_000, 12_000])
def test_one_append_is_verified_by_few_reads(ledger: Ledger, events: int) -> None:
    write_many(ledger, events, group=500)
    write(ledger, x=1)
    counted = replace(ledger, objects=Counted(ledger.objects))
    report = verify(counted, since="main~1")
    assert (report.events, report.publications, report.ok) == (1, 1, True)
    assert counted.objects.reads <= 80


def test_a_merge_is_verified_by_what_it_joins(ledger: Ledger) -> None:
    write_many(ledger, 2_000, group=100)
    branch(ledger, LedgerName("side"))
    write(ledger, x=1)
    trusted = write(ledger, x=2)
    write(named("side", ledger), y=1)
    merge(ledger, LedgerName("side"))
    counted = replace(ledger, objects=Counted(ledger.objects))
    report = verify(counted, since=trusted.hex())
    assert (report.events, report.publications, report.ok) == (2, 2, True)
    assert counted.objects.reads <= 250
