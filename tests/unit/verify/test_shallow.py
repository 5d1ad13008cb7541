"""Where history is cut off, verification begins, if a checkpoint vouches for it; it never takes the cut for damage."""

import pytest

from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.ledger.checkpoint import checkpoint, kept_checkpoints
from gitledger.ledger.handle import Ledger
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of, publications
from gitledger.model.checkpoint import Checkpoint
from gitledger.store import layout
from gitledger.store.base import RefUpdate
from gitledger.store.commit import parse_commit
from gitledger.store.tree import parse_tree
from gitledger.verify import verify
from gitledger.verify.finding import Report
from tests.cut import cut_off, without
from tests.ledgers import named, write, write_many


def codes(report: Report) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in report.findings]


@pytest.fixture
def ledger(any_ledger: Ledger) -> Ledger:
    """Return a ledger of eight events, with a checkpoint of the sixth."""
    for number in range(5):
        write(any_ledger, a=number, b__c=number)
    checkpoint(any_ledger)
    for number in range(2):
        write(any_ledger, a=number)
    return any_ledger


def at(ledger: Ledger, size: int) -> Oid:
    """Return the publication whose last event has this number."""
    return next(one.oid for one in publications(ledger.objects, head_of(ledger)) if one.log.size == size)


def test_a_cut_that_a_checkpoint_vouches_for_is_where_it_begins(ledger: Ledger) -> None:
    report = verify(cut_off(ledger, at(ledger, 6)))
    assert (report.findings, report.events, report.publications, report.checkpoint) == ((), 2, 2, 6)


def test_a_checkpoint_vouches_for_all_that_its_publication_follows(ledger: Ledger) -> None:
    report = verify(cut_off(ledger, at(ledger, 3)))
    assert (report.findings, report.events, report.checkpoint) == ((), 5, 6)


def test_a_cut_behind_every_checkpoint_is_named_and_no_error(ledger: Ledger) -> None:
    cut = at(ledger, 7)
    report = verify(cut_off(ledger, cut))
    assert (codes(report), report.ok, report.checkpoint) == ([("shallow", "warning")], True, None)
    assert report.findings[0].where == cut.hex()


def test_a_checkpoint_from_elsewhere_vouches_as_well(ledger: Ledger) -> None:
    known = checkpoint(ledger).checkpoint
    kept = layout.checkpoint_ref(ledger.name, known.size)
    ledger.refs.update([RefUpdate(kept, ledger.refs.read(kept), None)])
    short = cut_off(ledger, at(ledger, 7))
    assert verify(short).checkpoint is None
    assert verify(short, checkpoint=known).checkpoint == 8


@pytest.mark.parametrize("place", ["state", "index", "log", "rules", "state/b/c", "index/b/~c", "log/head", "envelope"])
def test_what_is_missing_of_the_publication_at_the_cut_is_found(ledger: Ledger, place: str) -> None:
    """Nothing after the cut adds these objects again, and yet everything rests on them."""
    short = cut_off(ledger, at(ledger, 6))
    oid = find(short, at(ledger, 6), place)
    report = verify(without(short, oid))
    assert ("object-missing", "error") in codes(report)
    assert any(one.where == f"{at(ledger, 6).hex()}:{place}" for one in report.findings)


def find(ledger: Ledger, publication: Oid, path: str) -> Oid:
    oid = parse_commit(ledger.objects.read(publication).data, ledger.objects.format).tree
    for name in path.split("/"):
        entries = parse_tree(ledger.objects.read(oid).data, ledger.objects.format)
        oid = next(one.oid for one in entries if one.name == name.encode())
    return oid


def test_a_hole_behind_the_cut_is_damage_as_ever(ledger: Ledger) -> None:
    report = verify(without(cut_off(ledger, at(ledger, 6)), at(ledger, 7)))
    assert not report.ok
    assert codes(report)[0] == ("object-missing", "error")


def test_the_head_itself_may_be_the_cut(ledger: Ledger) -> None:
    checkpoint(ledger)
    report = verify(cut_off(ledger, head_of(ledger).oid))
    assert (report.findings, report.events, report.checkpoint) == ((), 0, 8)


def test_merges_behind_the_cut_are_judged(ledger: Ledger) -> None:
    branch(ledger, named("side", ledger).name, "#6")
    write(named("side", ledger), z=1)
    merge(ledger, named("side", ledger).name)
    report = verify(cut_off(ledger, at(ledger, 6)))
    assert (report.findings, report.events, report.checkpoint) == ((), 4, 6)


def test_since_an_event_behind_the_cut_nothing_is_said_of_it(ledger: Ledger) -> None:
    report = verify(cut_off(ledger, at(ledger, 6)), since=head_of(ledger).events[-1].hex()[:12] + "~1")
    assert (report.findings, report.events, report.checkpoint) == ((), 1, None)


@pytest.fixture
def pruned(ledger: Ledger) -> tuple[Ledger, list[Checkpoint]]:
    """Return a ledger that is cut off at its publication of 608 events, and checkpoints of 308, 608 and 708."""
    known = []
    for count in (300, 300, 100):
        write_many(ledger, count, prefix=f"x{count}-{len(known)}-", group=count)
        known.append(checkpoint(ledger).checkpoint)
    for ref, oid in ledger.refs.list(layout.checkpoint_refs(ledger.name)).items():
        if not ref.endswith("608"):
            ledger.refs.update([RefUpdate(ref, oid, None)])
    return cut_off(ledger, at(ledger, 608)), known


def errors(report: Report) -> list[str]:
    return [one.code for one in report.findings if one.severity == "error"]


def test_a_checkpoint_from_before_the_cut_is_held_against_the_log(pruned: tuple[Ledger, list[Checkpoint]]) -> None:
    short, known = pruned
    for one in known:
        assert errors(verify(short, checkpoint=one)) == []
    assert errors(verify(short, checkpoint=replace(known[0], root=known[1].root))) == ["checkpoint"]
    assert errors(verify(short, checkpoint=replace(known[0], size=known[0].size - 1))) == ["checkpoint"]
    point = at(short, 608)
    short.refs.update([RefUpdate(layout.ledger_ref(short.name), head_of(short).oid, point)])
    assert errors(verify(short, checkpoint=known[2])) == ["rollback"]


def test_the_publication_of_an_older_checkpoint_may_stay_alone(ledger: Ledger) -> None:
    """A prune keeps it; on what it stands, and what stands on it, is gone."""
    (old,) = [kept.checkpoint for kept in kept_checkpoints(ledger)]
    write_many(ledger, 600, group=300)
    short = cut_off(ledger, old.publication, at(ledger, 608))
    assert errors(verify(short, checkpoint=old)) == []
    assert errors(verify(short, checkpoint=replace(old, root=bytes(32)))) == ["checkpoint"]
