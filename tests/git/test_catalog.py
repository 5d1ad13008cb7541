"""The catalog in a real repository: made by a question, left alone by appends, right beside writers and plain git."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitledger.cli.open import open_ledger as open_as_a_library
from gitledger.ledger.init import init
from gitledger.ledger.publication import head_of
from gitledger.ledger.resolve import resolve
from tests.catalogs import ask, catalog_file, reads
from tests.ledgers import ENV, git, new_repository, open_ledger, write, write_many

PACKAGE = Path(__file__).resolve().parents[2]
ASK = [sys.executable, "-m", "gitledger", "--json", "show", "#3"]


@pytest.fixture(params=["sha1", "sha256"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Make a repository with a ledger of 301 events, three to a publication."""
    path = new_repository(tmp_path / "repository.git", request.param, "--bare")
    with open_ledger(path) as ledger:
        init(ledger)
        write_many(ledger, 300, group=3)
    return path


def show(path: Path) -> "subprocess.Popen[bytes]":
    env = {**ENV, "PYTHONPATH": str(PACKAGE)}
    return subprocess.Popen(ASK, cwd=path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_a_question_makes_it_and_an_append_leaves_it_alone(path: Path) -> None:
    catalog = catalog_file(path)
    assert not catalog.exists()
    with open_ledger(path) as ledger:
        first = reads(ledger, "#3")
        assert reads(ledger, "#3") < 30 < first
        before = catalog.stat()
        write(ledger, new=1)
        after = catalog.stat()
        assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
        assert reads(ledger, "#3") < 40
        assert sorted(file.name for file in catalog.parent.glob("*.catalog*")) == ["main.catalog"]


def test_plain_git_moves_the_ref(path: Path) -> None:
    with open_ledger(path) as ledger:
        ask(ledger, "#3")
        newest = head_of(ledger).oid.hex()
        git(path, "update-ref", "refs/ledger/main", "refs/ledger/main~40")
        write_many(ledger, 90, "other", group=2)
        for rev in ("#3", "#150", "#200", "main~100"):
            ask(ledger, rev)
        git(path, "update-ref", "refs/ledger/main", newest)
        git(path, "gc", "--quiet", "--prune=now")
        for rev in ("#3", "#150", "#200", "main~100"):
            ask(ledger, rev)


def test_processes_that_ask_at_once(path: Path) -> None:
    asking = [show(path) for _ in range(3)]
    with open_ledger(path) as ledger:
        for number in range(5):
            write(ledger, beside=number)
    said = {process.communicate() for process in asking}
    assert [process.returncode for process in asking] == [0, 0, 0]
    assert len(said) == 1
    with open_ledger(path) as ledger:
        ask(ledger, "#3")
        assert reads(ledger, "#3") < 40


def test_a_shared_repository_shares_it(path: Path) -> None:
    git(path, "config", "core.sharedRepository", "group")
    before = os.umask(0o077)
    try:
        with open_ledger(path) as ledger:
            ask(ledger, "#3")
    finally:
        os.umask(before)
    assert catalog_file(path).stat().st_mode & 0o660 == 0o660


def test_a_python_without_sqlite(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    monkeypatch.delitem(sys.modules, "gitledger.store.catalog")
    ledger = open_as_a_library(path, env=ENV)
    try:
        assert resolve(ledger, "#3").seq == 3
    finally:
        ledger.objects.close()
        ledger.refs.close()
    assert not catalog_file(path).exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_where_nobody_may_write(path: Path) -> None:
    with open_ledger(path) as ledger:
        ask(ledger, "#3")
        write(ledger, new=1)
        catalog_file(path).chmod(0o444)
        catalog_file(path).parent.chmod(0o555)
        try:
            ask(ledger, "#3")
        finally:
            catalog_file(path).parent.chmod(0o755)
