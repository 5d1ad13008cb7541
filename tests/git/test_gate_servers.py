"""The gate on each kind of server: good pushes land, forged ones do not, and the pusher reads why."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitledger.ids import Oid
from gitledger.store.base import RefUpdate
from tests import servers
from tests.forgeries.all import FORGERIES, base
from tests.ledgers import git, named, open_ledger
from tests.people import People, people_at
from tests.servers import SERVERS, new_server


@pytest.fixture(params=SERVERS)
def people(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
    """Return people who know a server with the gate in front of an empty repository."""
    with people_at(request.param, tmp_path) as known:
        known.must(f"git-ledger -C {tmp_path / 'served/project.git'} hook install --server")
        yield known


def test_a_ledger_is_shared_through_the_gate(people: People, tmp_path: Path) -> None:
    people.must("git init -q -b main ada")
    people.must("git -C ada commit -q --allow-empty -m code")
    people.must(f"git -C ada remote add origin {people.url}")
    people.must("git-ledger -C ada init")
    people.must("git -C ada push -q origin main")
    people.must("git-ledger -C ada append --rule train --set model/accuracy:=0.93")
    assert people.must("git-ledger -C ada push").startswith("pushed: ")

    people.must(f"git-ledger clone {people.url} grace")
    people.must("git-ledger -C grace append --rule lint --set lint/errors:=0")
    people.must("git-ledger -C ada append --rule train --set model/accuracy:=0.95")
    people.must("git-ledger -C ada push")
    assert people.must("git-ledger -C grace push --merge").startswith("pushed: ")
    people.must("git-ledger -C grace checkpoint")
    people.must("git -C grace push -q origin refs/ledger-checkpoint/main/*")
    assert people.must(f"git-ledger -C {tmp_path / 'served/project.git'} verify").splitlines()[0].endswith(": sound")


def test_a_forged_push_is_refused_and_the_pusher_reads_why(people: People, tmp_path: Path) -> None:
    server, work = tmp_path / "served/project.git", tmp_path / "work/eve"
    people.must("git init -q -b main eve")
    people.must(f"git -C eve remote add origin {people.url}")
    forgery = FORGERIES["an-after-that-no-delta-gives"]
    known = base().publish(forgery.scenario, forgery.lies, forgery.at)
    with open_ledger(work) as ledger:
        ledger.objects.write([*base().made.values(), *base().forger.made.values()])
        ledger.refs.update([RefUpdate("refs/ledger/main", None, Oid(base().prefix.commit))])
    assert people.must("git-ledger -C eve push").startswith("pushed: ")
    with open_ledger(work) as ledger:
        named("main", ledger).refs.update([RefUpdate("refs/ledger/main", Oid(base().prefix.commit), Oid(known.commit))])
    before = listing(server)
    why = f"event-after: {known.commit.hex()}:events/0001: it claims the state "
    printed = people.run("git -C eve push origin refs/ledger/main")
    assert (printed.code, f"remote: {why}" in printed.stderr) == (1, True)
    printed = people.run("git-ledger -C eve push")
    assert (printed.code, f"(pre-receive hook declined): {why}" in printed.stderr) == (5, True)
    printed = people.run("git -C eve push origin :refs/ledger/main")
    assert (printed.code, "remote: ref-deleted: refs/ledger/main: " in printed.stderr) == (1, True)
    assert listing(server) == before
    assert git(server, "rev-parse", "refs/ledger/main") == base().prefix.commit.hex()


def listing(server: Path) -> set[str]:
    """Return the names of all files of a repository."""
    return {str(path) for path in server.rglob("*")}


def test_under_limits_a_server_takes_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Smart HTTP, where the limits stand around git http-backend."""
    tools = tmp_path / "limits"
    tools.mkdir()
    limited = tools / "git"
    program = Path(__file__).resolve().parents[2] / "hooks/receive-pack"
    limited.write_text(f'#!/bin/sh\nPATH={os.environ["PATH"]} exec {program} -- {shutil.which("git")} "$@"\n')
    limited.chmod(0o755)
    monkeypatch.setattr(servers, "ENV", {**servers.ENV, "PATH": f"{tools}{os.pathsep}{servers.ENV['PATH']}"})
    root, work = tmp_path / "served", tmp_path / "work"
    root.mkdir()
    work.mkdir()
    new_server(root)
    with SERVERS["http"](root) as (address, extra):
        people = People(work, f"{address}/project.git", dict(extra))
        people.must(f"git-ledger -C {root / 'project.git'} hook install --server")
        people.must("git init -q -b main ada")
        people.must(f"git -C ada remote add origin {people.url}")
        people.must("git-ledger -C ada init")
        assert people.must("git-ledger -C ada push").startswith("pushed: ")
        assert people.run("git -C ada push origin :refs/ledger/main").code == 1
    assert list((root / "project.git/objects/pack").glob("*.pack")), "with limits everything stays in packs"


def test_on_a_host_with_update_hooks_alone(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    server = new_server(tmp_path)
    people = People(work, str(server), {})
    assert people.must(f"git-ledger -C {server} hook install --update") == "installed hooks/update"
    people.must("git init -q -b main ada")
    people.must("git -C ada commit -q --allow-empty -m code")
    people.must(f"git -C ada remote add origin {people.url}")
    people.must("git-ledger -C ada init")
    assert people.must("git-ledger -C ada push").startswith("pushed: ")
    people.must("git -C ada push -q origin main")
    for refspec, code in (
        ("+main:refs/ledger/main", "ref-rewound"),
        (":refs/ledger/main", "ref-deleted"),
        ("main:refs/ledger/MAIN", "ref-name"),
        ("main:refs/ledger/other", "tree-absent"),
    ):
        printed = people.run(f"git -C ada push origin {refspec}")
        assert (printed.code, f"remote: {code}: " in printed.stderr) == (1, True), printed
    assert git(server, "for-each-ref", "--format=%(refname)").splitlines() == ["refs/heads/main", "refs/ledger/main"]
    git(server, "config", "ledger.gateSeconds", "soon")
    people.must("git-ledger -C ada append --rule train --set model/accuracy:=0.93")
    printed = people.run("git-ledger -C ada push")
    assert (printed.code, "(hook declined): gate-failed: ledger.gateseconds is 'soon'" in printed.stderr) == (5, True)
