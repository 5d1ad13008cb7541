"""Several processes judge what one does: the same report, in the same order; and what happens when one of them ends."""

import multiprocessing
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from gitledger.errors import StorageError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.store.base import ObjectStore, RefUpdate
from gitledger.store.open import find_repository, open_objects
from gitledger.verify import verify
from gitledger.verify.order import all_before
from gitledger.verify.workers import judge_apart
from tests.forgeries.all import FORGERIES, base
from tests.ledgers import ENV, named, write, write_many


@pytest.fixture
def shared(git_ledger: Ledger, repository: Path) -> Ledger:
    """Return a ledger that other processes can open."""
    return replace(git_ledger, reopen=partial(open_objects, find_repository(repository, ENV), dict(ENV)))


def test_a_sound_ledger_with_a_merge(shared: Ledger) -> None:
    side = named("side", shared)
    branch(shared, side.name)
    write_many(side, 6, "side/n", group=2)
    write_many(shared, 40, group=1)
    merge(shared, side.name)
    told: list[tuple[int, int]] = []
    report = verify(shared, jobs=3, progress=lambda done, total: told.append((done, total)))
    assert report == verify(shared)
    assert (report.events, report.publications, report.ok) == (48, 45, True)
    assert told == [(done, 45) for done in range(46)]


def test_a_forged_ledger(shared: Ledger) -> None:
    for number, name in enumerate(("a-state-value-changed", "a-rule-that-is-nowhere", "a-clock-of-zero")):
        known = base().publish("group", FORGERIES[name].lies, FORGERIES[name].at)
        shared.objects.write(list((base().made | base().forger.made).values()))
        forged = named(f"forged-{number}", shared)
        forged.refs.update([RefUpdate(f"refs/ledger/{forged.name}", None, Oid(known.commit))])
        if number == 0:
            write_many(forged, 20, group=1)
        report = verify(forged, jobs=2)
        assert not report.ok
        assert report == verify(forged)


def test_more_processes_than_publications(shared: Ledger) -> None:
    write(shared, a=1)
    assert verify(shared, jobs=5) == verify(shared)
    assert verify(shared, since="main", jobs=5).publications == 0


@pytest.mark.parametrize(
    ("reopen", "message"),
    [
        (partial(os._exit, 3), "a worker ended with status 3"),
        (partial(os.kill, os.getpid(), 0), "a worker ended with status 1"),
    ],
)
def test_a_worker_that_dies_is_a_failing_machine(
    shared: Ledger, reopen: Callable[[], ObjectStore], message: str
) -> None:
    with pytest.raises(StorageError, match=message):
        verify(replace(shared, reopen=reopen), jobs=2)
    assert multiprocessing.active_children() == []


def test_a_failing_machine_under_a_worker_is_reported_as_it_is(shared: Ledger, repository: Path) -> None:
    without_git = partial(open_objects, find_repository(repository, ENV), {"PATH": "/nowhere"})
    with pytest.raises(StorageError, match="no git program on PATH"):
        verify(replace(shared, reopen=without_git), jobs=2)
    assert multiprocessing.active_children() == []


def test_an_interrupt_ends_the_workers(shared: Ledger) -> None:
    write_many(shared, 30, group=1)

    def interrupt(done: int, total: int) -> None:
        if 0 < done < total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify(shared, jobs=2, progress=interrupt)
    assert multiprocessing.active_children() == []


def test_verdicts_come_in_the_order_of_the_log_whoever_is_first(shared: Ledger) -> None:
    # The first run takes many times as long as any other.
    write_many(shared, 1500, "large/v", group=1500)
    write_many(shared, 40, "small/v", group=1)
    assert shared.reopen
    order = all_before(shared.objects, head_of(shared).oid)
    verdicts = judge_apart(shared.reopen, order, frozenset(), 2)
    assert [verdict.events for verdict in verdicts] == [1, 1500, *[1] * 40]
