"""Moving the cut of a repository's history: as Git reads it, by compare-and-swap, under Git's lock."""

import os
from pathlib import Path

import pytest

from gitledger.errors import ConflictError, DamageError
from gitledger.ids import Oid, parse_oid
from gitledger.store.open import find_repository
from gitledger.store.repository import Repository
from gitledger.store.shallow import move_cut, read_cut
from tests.ledgers import ENV, git, new_repository

WHOLE: frozenset[Oid] = frozenset()


@pytest.fixture(params=["sha1", "sha256"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = new_repository(tmp_path / "repository", request.param)
    for number in range(3):
        git(path, "commit", "--quiet", "--allow-empty", "-m", str(number))
    return path


@pytest.fixture
def repository(path: Path) -> Repository:
    return find_repository(path, ENV)


def commit(path: Path, rev: str) -> Oid:
    return parse_oid(git(path, "rev-parse", rev))


def left(path: Path) -> list[str]:
    return [one.name for one in path.glob(".git/**/*shallow*")]


def test_git_stops_at_the_cut_and_goes_on_when_it_is_gone(path: Path, repository: Repository) -> None:
    cut = frozenset({commit(path, "HEAD~1")})
    move_cut(repository, WHOLE, cut)
    assert read_cut(repository) == cut
    assert git(path, "rev-list", "--count", "HEAD") == "2"
    assert git(path, "fsck", "--no-dangling") == ""
    move_cut(repository, cut, WHOLE)
    assert read_cut(repository) == WHOLE
    assert git(path, "rev-list", "--count", "HEAD") == "3"
    assert left(path) == []


def test_the_cut_moves_only_from_where_it_was_read(path: Path, repository: Repository) -> None:
    first, second = frozenset({commit(path, "HEAD~1")}), frozenset({commit(path, "HEAD")})
    move_cut(repository, WHOLE, first)
    with pytest.raises(ConflictError, match="has changed"):
        move_cut(repository, WHOLE, second)
    assert read_cut(repository) == first
    assert left(path) == ["shallow"]


def test_the_lock_of_a_git_is_respected_and_one_of_the_dead_is_not(path: Path, repository: Repository) -> None:
    cut = frozenset({commit(path, "HEAD")})
    lock = path / ".git" / "shallow.lock"
    lock.touch()
    with pytest.raises(ConflictError, match="expected no git"):
        move_cut(repository, WHOLE, cut)
    lock.unlink()
    own = path / ".git" / "ledger" / "shallow"
    own.write_text("what a process that was killed had written")
    os.link(own, lock)
    move_cut(repository, WHOLE, cut)
    assert read_cut(repository) == cut
    assert left(path) == ["shallow"]


def test_a_file_that_holds_something_else_is_damage(path: Path, repository: Repository) -> None:
    (path / ".git" / "shallow").write_text("no object id\n")
    with pytest.raises(DamageError):
        read_cut(repository)
