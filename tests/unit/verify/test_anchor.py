"""A ledger judged against a checkpoint that was kept elsewhere."""

import pytest

from gitledger.errors import NotFoundError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.ledger.checkpoint import checkpoint
from gitledger.ledger.handle import Ledger
from gitledger.ledger.init import init
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.model.checkpoint import Checkpoint
from gitledger.store import layout
from gitledger.store.base import RefUpdate
from gitledger.verify import verify
from tests.ledgers import named, write


def point(ledger: Ledger, oid: Oid | None) -> None:
    """Move the ref of a ledger, whatever it held."""
    ref = layout.ledger_ref(ledger.name)
    ledger.refs.update([RefUpdate(ref, ledger.refs.read(ref), oid)])


def codes(ledger: Ledger, known: Checkpoint) -> list[str]:
    """Return the codes of all errors."""
    return [one.code for one in verify(ledger, checkpoint=known).findings if one.severity == "error"]


@pytest.fixture
def ledger(any_ledger: Ledger) -> Ledger:
    for number in range(3):
        write(any_ledger, a=number)
    return any_ledger


def test_a_ledger_at_its_checkpoint_and_one_that_went_on_are_sound(ledger: Ledger) -> None:
    known = checkpoint(ledger).checkpoint
    assert codes(ledger, known) == []
    write(ledger, b=1)
    report = verify(ledger, checkpoint=known)
    assert (report.ok, report.events) == (True, 5)


def test_a_ledger_that_was_rolled_back_is_found(ledger: Ledger) -> None:
    known = checkpoint(ledger).checkpoint
    point(ledger, head_of(ledger).commit.parents[0])
    assert verify(ledger).ok
    assert codes(ledger, known) == ["rollback"]


def test_a_ledger_that_was_forked_is_found(ledger: Ledger) -> None:
    before = head_of(ledger).oid
    write(ledger, b=1)
    known = checkpoint(ledger).checkpoint
    point(ledger, before)
    write(ledger, b=2)
    assert verify(ledger).ok
    assert codes(ledger, known) == ["fork"]


def test_a_ledger_of_another_genesis_is_a_fork(ledger: Ledger) -> None:
    known = checkpoint(ledger).checkpoint
    other = replace(named("other", ledger), entropy=bytes)
    init(other)
    point(ledger, head_of(other).oid)
    assert codes(ledger, known) == ["fork"]


def test_a_ledger_without_its_ref_is_found_and_what_is_left_of_it_is_verified(ledger: Ledger) -> None:
    known = checkpoint(ledger).checkpoint
    point(ledger, None)
    with pytest.raises(NotFoundError):
        verify(ledger)
    report = verify(ledger, checkpoint=known)
    assert [finding.code for finding in report.findings] == ["ref-missing"]
    assert (report.events, report.publication) == (4, known.publication)


@pytest.mark.parametrize("first", [0, 1])
def test_a_merge_goes_on_from_the_checkpoints_of_both_sides(ledger: Ledger, first: int) -> None:
    side = named("side", ledger)
    branch(ledger, side.name)
    write(ledger, b=1)
    write(side, c=1)
    known = [checkpoint(one).checkpoint for one in (ledger, side)]
    merge(ledger, side.name)
    assert codes(ledger, known[first]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"size": 3},
        {"size": 5},
        {"root": bytes(32)},
        {"state": None},
        {"index": None},
        {"publication": None},
    ],
    ids=str,
)
def test_a_checkpoint_of_something_else_is_found(ledger: Ledger, change: dict[str, object]) -> None:
    known = checkpoint(ledger).checkpoint
    absent = Oid(bytes(ledger.objects.format.size))
    changed = replace(known, **{name: absent if value is None else value for name, value in change.items()})  # type: ignore[arg-type]
    assert codes(ledger, changed) == ["checkpoint"]


def test_a_checkpoint_whose_publication_is_an_event_is_found(ledger: Ledger) -> None:
    known = checkpoint(ledger).checkpoint
    assert codes(ledger, replace(known, publication=Oid(head_of(ledger).events[0]))) == ["checkpoint"]


def test_a_checkpoint_that_is_not_kept_is_a_warning(ledger: Ledger) -> None:
    kept = checkpoint(ledger)
    ledger.refs.update([RefUpdate(kept.ref, kept.tag, None)])
    report = verify(ledger, checkpoint=kept.checkpoint)
    assert report.ok
    assert [(one.code, one.severity, one.where) for one in report.findings] == [("ref-missing", "warning", kept.ref)]


def test_a_checkpoint_that_is_kept_with_another_text_is_a_warning(ledger: Ledger) -> None:
    known = replace(checkpoint(ledger).checkpoint, origin="example.com/ledger")
    assert [(one.code, one.severity) for one in verify(ledger, checkpoint=known).findings] == [
        ("ref-missing", "warning")
    ]


def test_a_kept_checkpoint_that_cannot_be_read_is_found(ledger: Ledger) -> None:
    kept = checkpoint(ledger)
    write(ledger, b=1)
    ledger.refs.update([RefUpdate(layout.checkpoint_ref(ledger.name, 3), None, kept.tag)])
    assert codes(ledger, kept.checkpoint) == ["checkpoint"]
