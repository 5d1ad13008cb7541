"""Joining two heads without publishing: what the verifier and the exchange build on."""

import pytest

from gitledger.errors import DamageError
from gitledger.ids import LedgerName
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.join import join, plan_join
from gitledger.ledger.merge import branch
from gitledger.ledger.publication import Publication, head_of
from tests.faulty import Counted
from tests.ledgers import by, named, write, write_many


@pytest.fixture
def heads(ledger: Ledger) -> tuple[Publication, Publication]:
    """Return the heads of two branches, smaller id first; each wrote a variable named after its branch, with a key."""
    branch(ledger, LedgerName("side"))
    side = by("Eve", named("side", ledger))
    for one in (ledger, side):
        append(one, change("r", set={one.name: 1}, key=one.name))
    first, second = sorted((head_of(ledger), head_of(side)), key=lambda head: head.events[-1])
    return first, second


def test_the_sides_are_sorted_by_their_newest_events(ledger: Ledger, heads: tuple[Publication, Publication]) -> None:
    one, other = plan_join(ledger.objects, *heads), plan_join(ledger.objects, *reversed(heads))
    assert (one.first.oid, one.second.oid) == (heads[0].oid, heads[1].oid)
    assert one == other


def test_a_join_writes_nothing(ledger: Ledger, heads: tuple[Publication, Publication]) -> None:
    draft = join(ledger.objects, plan_join(ledger.objects, *heads))
    assert (draft.size, draft.events) == (3, [])
    assert {draft.find_key("main"), draft.find_key("side")} == {heads[0].events[0], heads[1].events[0]}


def test_nothing_joins_a_head_with_itself(ledger: Ledger, heads: tuple[Publication, Publication]) -> None:
    joined = plan_join(ledger.objects, heads[0], heads[0])
    assert (joined.mine, joined.theirs, joined.plan.overlaps) == ((), (), ())


def test_an_envelope_is_read_once_for_all_its_events(ledger: Ledger) -> None:
    heads = []
    for name in ("here", "there"):
        branch(ledger, LedgerName(name))
        write_many(by(name, named(name, ledger)), 20, f"{name}/")
        heads.append(head_of(named(name, ledger)))
    joined, counted = plan_join(ledger.objects, *heads), Counted(ledger.objects)
    join(counted, joined)
    assert counted.of[joined.second.trees[b"envelope"]] == 1
    assert counted.of[joined.first.trees[b"envelope"]] == 0


def test_a_side_without_the_timeline_of_what_it_wrote_is_damage(
    ledger: Ledger, heads: tuple[Publication, Publication]
) -> None:
    joined = plan_join(ledger.objects, *heads)
    write(ledger, later=1)
    del joined.second.trees[b"index"]  # type: ignore[attr-defined]  # a dict
    with pytest.raises(DamageError, match="missing where the second side must have it"):
        join(ledger.objects, joined)
