"""`verify`: what it reports of a sound ledger, what it trusts, whom it tells, and what it refuses."""

import subprocess
import sys

import pytest

from gitledger.errors import DamageError, NotFoundError, UsageError
from gitledger.ids import Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.store.base import GitObject, RefUpdate
from gitledger.verify import verify
from tests.forger import Tree, log_tree
from tests.forgeries.all import FORGERIES, base
from tests.ledgers import ENV, memory_ledger, named, write, write_many


@pytest.fixture
def ledger() -> Ledger:
    return memory_ledger()


def forged(ledger: Ledger, name: str) -> str:
    """Let the ledger be a forged one with an honest publication behind the lie; return the forged commit."""
    known = base().publish("group", FORGERIES[name].lies, FORGERIES[name].at)
    ledger.objects.write(list((base().made | base().forger.made).values()))
    ref = f"refs/ledger/{ledger.name}"
    ledger.refs.update([RefUpdate(ref, ledger.refs.read(ref), Oid(known.commit))])
    write(ledger, after=1)
    return known.commit.hex()


def test_a_sound_ledger_is_counted_and_its_head_named(ledger: Ledger) -> None:
    write_many(ledger, 5, group=2)
    report = verify(ledger)
    head = head_of(ledger)
    assert (report.ledger, report.head, report.publication) == ("main", head.events[-1], head.oid)
    assert (report.events, report.publications, report.findings, report.ok) == (6, 4, (), True)


def test_progress_begins_at_nothing_and_ends_with_all(ledger: Ledger) -> None:
    write_many(ledger, 3, group=1)
    told: list[tuple[int, int]] = []
    verify(ledger, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_since_counts_what_is_new(ledger: Ledger) -> None:
    events = write_many(ledger, 10, group=1)
    for since, new in ((events[6].hex(), 3), ("#1", 10), ("main~2", 2), ("main", 0)):
        report = verify(ledger, since=since)
        assert (report.events, report.publications, report.ok) == (new, new, True)
        assert report.head == events[-1]


def test_since_an_event_inside_a_publication_trusts_all_of_it(ledger: Ledger) -> None:
    write_many(ledger, 10, group=5)
    assert verify(ledger, since="#3").events == 5


def test_since_trusts_what_is_before_and_nothing_after(ledger: Ledger) -> None:
    commit = forged(ledger, "a-state-value-changed")
    everything = verify(ledger)
    assert [finding.where for finding in everything.findings] == [f"{commit}:state/model/loss"]
    assert verify(ledger, since="#3").findings == everything.findings
    assert verify(ledger, since="main").findings == ()
    assert verify(ledger, since="main~1").findings == ()


def test_since_reaches_what_a_merge_brings_in_beside_the_trusted_publication(ledger: Ledger) -> None:
    side = named("side", ledger)
    branch(ledger, side.name)
    write(side, side=1)
    write_many(ledger, 3, group=1)
    trusted = head_of(ledger).events[-1].hex()
    merge(ledger, side.name)
    report = verify(ledger, since=trusted)
    assert (report.events, report.publications, report.ok) == (2, 2, True)
    assert verify(ledger).events == 6
    assert verify(ledger, since="side").events == 4


def test_a_head_that_is_missing_is_a_finding(ledger: Ledger) -> None:
    ledger.refs.update([RefUpdate("refs/ledger/main", ledger.refs.read("refs/ledger/main"), Oid(b"n" * 20))])
    report = verify(ledger)
    assert [(finding.code, finding.where) for finding in report.findings] == [("object-missing", "6e" * 20)]
    assert (report.head, report.events, report.publications) == (None, 0, 1)


def test_there_is_no_ledger_or_no_event(ledger: Ledger) -> None:
    with pytest.raises(NotFoundError, match="there is no ledger other"):
        verify(named("other", ledger))
    with pytest.raises(NotFoundError, match="no event #7"):
        verify(ledger, since="#7")


def test_fewer_processes_than_one_are_refused(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="0 processes"):
        verify(ledger, jobs=0)


def test_objects_in_memory_are_judged_by_this_process_alone(ledger: Ledger) -> None:
    with pytest.raises(UsageError, match="in this process alone"):
        verify(ledger, jobs=2)


def test_one_process_does_not_know_of_others() -> None:
    code = (
        "import sys; from tests.ledgers import memory_ledger; from gitledger.verify import verify;"
        "verify(memory_ledger()); sys.exit('multiprocessing' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, env={**ENV, "PYTHONPATH": ":".join(sys.path)})
    assert done.returncode == 0


def test_objects_that_no_publication_names_do_not_matter(ledger: Ledger) -> None:
    ledger.objects._objects[Oid(b"n" * 20)] = GitObject("tree", b"foreign")  # type: ignore[attr-defined]
    assert verify(ledger).ok


def test_an_event_that_a_lying_log_has_no_place_for_is_damage(ledger: Ledger) -> None:
    ref = f"refs/ledger/{ledger.name}"
    commit = base().publish("group", {"tree": _with_a_log_of_600}).commit
    ledger.objects.write(list((base().made | base().forger.made).values()))
    ledger.refs.update([RefUpdate(ref, ledger.refs.read(ref), Oid(commit))])
    assert verify(ledger, since="#254").findings[0].code == "log-head"
    with pytest.raises(DamageError, match="600 events and no #300"):
        verify(ledger, since="#300")


def _with_a_log_of_600(tree: Tree) -> None:
    leaves = [*base().prefix.log.values(), *[b""] * 346]
    tree["log"] = log_tree(leaves)
