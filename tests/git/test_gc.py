"""Collecting garbage: what died is let go, what is pending stays, and the answer is what the disk says."""

import json
import os
from pathlib import Path

import pytest

from gitledger.ids import parse_oid
from gitledger.ledger.inflight import keep
from gitledger.ledger.init import init
from gitledger.ledger.publication import head_of
from gitledger.retention.gc import gc
from gitledger.store.base import RefUpdate
from gitledger.store.housekeeping import Housekeeping
from gitledger.store.open import find_repository
from gitledger.store.pack_writer import PackWriter
from tests.ledgers import ENV, assert_sound, git, new_repository, open_ledger, set_to, write


@pytest.fixture(params=["sha1", "sha256"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = new_repository(tmp_path / "repository.git", request.param, "--bare")
    with open_ledger(path) as ledger:
        init(ledger)
        for number in range(4):
            write(ledger, a=number)
    return path


def house(path: Path) -> Housekeeping:
    return Housekeeping(find_repository(path, ENV), ENV)


def test_packs_become_one_and_nothing_is_lost(path: Path) -> None:
    before = git(path, "rev-list", "--objects", "--all")
    with open_ledger(path) as ledger:
        found = gc(ledger, house(path))
        assert_sound(ledger, 5)
    assert (found.packs, found.leases, found.pending) == ((5, 1), 0, 0)
    assert found.size == (found.size[0], house(path).size())
    assert git(path, "rev-list", "--objects", "--all") == before


def test_the_commit_graph_knows_the_paths(path: Path) -> None:
    with open_ledger(path) as ledger:
        gc(ledger, house(path))
    assert b"BIDX" in (path / "objects/info/commit-graph").read_bytes()
    assert git(path, "commit-graph", "verify") == ""


def test_leases_of_the_dead_go_and_those_of_the_living_stay(path: Path) -> None:
    left, held = sorted((path / "objects/pack").glob("*.pack"))[:2]
    with open_ledger(path) as ledger:
        writer = PackWriter(find_repository(path, ENV))
        writer._held = 1
        writer._take_lease(left)
        os.close(writer._leases.pop().descriptor or -1)
        writer._take_lease(held)
        found = gc(ledger, house(path))
    assert (found.leases, found.packs[1]) == (1, 2)
    assert held.exists()
    assert not left.exists()


def test_what_lost_a_race_is_counted_and_stays(path: Path) -> None:
    with open_ledger(path) as ledger:
        before = head_of(ledger)
        event = write(ledger, b=1)
        lost = head_of(ledger)
        ledger.refs.update([RefUpdate("refs/ledger/main", lost.oid, before.oid)])
        keep(ledger, event, lost, set_to(b=1), "somebody was first")
        assert gc(ledger, house(path)).pending == 1
        assert ledger.objects.missing([lost.oid]) == []


def test_an_interrupted_prune_is_completed(path: Path) -> None:
    base = parse_oid(git(path, "rev-parse", "refs/ledger/main"))
    (path / "shallow").write_text(f"{base.hex()}\n")
    house(path).begin_to_drop()
    with open_ledger(path) as ledger:
        (gone,) = head_of(ledger).commit.parents
        gc(ledger, house(path))
        assert ledger.objects.missing([gone]) == [gone]
    assert not house(path).is_dropping


def test_json() -> None:
    from gitledger.cli.gc import _to_json
    from gitledger.retention.gc import Collected

    found = Collected(leases=1, packs=(5, 2), size=(2048, 1024), pending=3)
    expected = {"packs": {"before": 5, "after": 2}, "bytes": {"before": 2048, "after": 1024}, "leases": 1, "pending": 3}
    assert json.loads(json.dumps(_to_json(found))) == expected
