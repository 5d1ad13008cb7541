"""Two clones share a ledger through each kind of server, with git itself reading along."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledgers import git
from tests.people import People, people_at
from tests.servers import SERVERS


@pytest.fixture(params=SERVERS)
def people(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
    """Return people who know a server with an empty repository."""
    with people_at(request.param, tmp_path) as known:
        yield known


def test_a_ledger_is_shared(people: People) -> None:
    people.must("git init -q -b main ada")
    people.must("git -C ada commit -q --allow-empty -m code")
    people.must(f"git -C ada remote add origin {people.url}")
    people.must("git-ledger -C ada init")
    people.must("git -C ada push -q origin main")
    people.must("git-ledger -C ada append --rule train --set model/accuracy:=0.93")
    assert people.must("git-ledger -C ada push").startswith("pushed: ")

    assert people.must(f"git-ledger clone {people.url} grace").startswith("started: ledger main is at event ")
    assert people.must("git -C grace log --format=%s") == "code"
    assert people.must("git-ledger -C grace get model/accuracy") == "0.93"

    people.must("git-ledger -C grace append --rule lint --set lint/errors:=0")
    assert people.must("git-ledger -C grace push").startswith("pushed: ")
    people.must("git-ledger -C ada append --rule train --set model/accuracy:=0.95")
    assert people.must("git-ledger -C ada pull").startswith("re-parented: ")
    assert people.must("git-ledger -C ada push").startswith("pushed: ")
    assert people.must("git-ledger -C grace pull").startswith("fast-forward: ")

    people.must("git-ledger -C grace append --rule lint --set lint/errors:=1")
    people.must("git-ledger -C ada append --rule train --set model/accuracy:=0.97")
    people.must("git-ledger -C ada push")
    assert people.must("git-ledger -C grace push --merge").startswith("pushed: ")
    assert people.must("git-ledger -C ada pull").startswith("fast-forward: ")

    for clone in ("ada", "grace"):
        assert people.must(f"git-ledger -C {clone} get lint/errors") == "1"
        assert people.must(f"git-ledger -C {clone} verify").splitlines()[0].endswith(": sound")
        people.must(f"git -C {clone} fsck --strict --no-dangling")
    heads = {people.must(f"git -C {clone} rev-parse refs/ledger/main") for clone in ("ada", "grace")}
    assert people.must(f"git ls-remote {people.url} refs/ledger/main").split()[0] in heads
    assert len(heads) == 1


def test_an_overlap_is_explained_and_moves_nothing(people: People) -> None:
    people.must("git init -q -b main ada")
    people.must(f"git -C ada remote add origin {people.url}")
    people.must("git-ledger -C ada init")
    people.must("git-ledger -C ada push")
    people.must(f"git-ledger clone {people.url} grace")
    for clone, value in (("ada", 1), ("grace", 2)):
        people.must(f"git-ledger -C {clone} append --rule train --set seed:={value}")
    people.must("git-ledger -C ada push")
    before = people.must("git -C grace rev-parse refs/ledger/main")
    there = people.must(f"git ls-remote {people.url} refs/ledger/*")
    for verb in ("pull", "push", "pull --merge"):
        printed = people.run(f"git-ledger -C grace {verb}")
        assert (printed.code, "'seed'" in printed.stderr) == (4, True)
    assert people.must("git -C grace rev-parse refs/ledger/main") == before
    assert people.must(f"git ls-remote {people.url} refs/ledger/*") == there


def test_a_server_that_is_gone_is_said_to_be(people: People, tmp_path: Path) -> None:
    people.must("git init -q -b main ada")
    people.must(f"git -C ada remote add origin {people.url.replace('project', 'other')}")
    people.must("git-ledger -C ada init")
    for verb in ("push", "fetch", "pull"):
        printed = people.run(f"git-ledger -C ada {verb}")
        assert (printed.code, "git could not" in printed.stderr) == (7, True)
    assert git(tmp_path / "work/ada", "for-each-ref", "refs/ledger-remotes") == ""
