"""What `GitHistory` tells does not depend on settings, replacements, grafts or a shallow boundary, nor on luck."""

import shutil
from pathlib import Path

import pytest

from gitledger.errors import DamageError, FormatError, NotFoundError
from gitledger.store.gitlog import SourceCommit
from tests.git_history import (
    ENV,
    Made,
    check_same_history,
    git,
    history,
    import_all,
    new_repository,
    put,
    write_history,
)

FILE, OTHER = ("100644", "one"), ("100644", "two")
SUBMODULE, NEWER = ("160000", "1" * 40), ("160000", "2" * 40)
MODULES = ("100644", '[submodule "s"]\n\tpath = s\n\turl = ./s\n\tignore = all\n')
HOSTILE = {
    "color.ui": "always",
    "core.abbrev": "7",
    "core.quotePath": "false",
    "diff.ignoreSubmodules": "all",
    "diff.noPrefix": "true",
    "diff.orderFile": "nowhere",
    "diff.renames": "copies",
    "diff.submodule": "log",
    "format.pretty": "oneline",
    "i18n.logOutputEncoding": "ISO-8859-1",
    "log.date": "relative",
    "log.diffMerges": "combined",
    "log.follow": "true",
    "log.showRoot": "false",
    "log.showSignature": "true",
    "log.abbrevCommit": "true",
    "submodule.s.ignore": "all",
}

# A git whose log ends after so many bytes.
DYING = """#!/bin/sh
case "$*" in *" log "*) {git} "$@" | head -c {size}; echo "fatal: it was too much" >&2; exit 128 ;; esac
exec {git} "$@"
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = new_repository(tmp_path / "repository")
    trees = [
        {b"a": FILE, b"s": SUBMODULE, b".gitmodules": MODULES},
        {b"b": FILE, b"s": NEWER, b".gitmodules": MODULES},
        {b"b": FILE, b"c": FILE, b"s": NEWER, b".gitmodules": MODULES},
        {b"b": OTHER, b"c": FILE, b"s": NEWER, b".gitmodules": MODULES},
    ]
    commits = [Made(tree=tree, message="é".encode(), header=b"gpgsig no signature\n") for tree in trees]
    write_history(path, [*commits, Made(tree=trees[2], parents=[3, 1])])
    return path


def told(repository: Path, **env: str) -> list[SourceCommit]:
    return list(history(repository, **env).commits(None))


def test_settings_change_nothing(repository: Path) -> None:
    check_same_history(repository, import_all(repository))
    before = told(repository)
    for name, value in HOSTILE.items():
        git(repository, "config", name, value)
    assert told(repository) == before


def test_the_directory_one_is_in_changes_nothing(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told(repository)
    below = tmp_path / "work" / "below"
    below.mkdir(parents=True)
    for name, value in (("core.bare", "false"), ("core.worktree", str(below.parent)), ("diff.relative", "true")):
        git(repository, "config", name, value)
    monkeypatch.chdir(below)
    assert told(repository) == before


def test_replacements_and_grafts_change_nothing(repository: Path) -> None:
    before = told(repository)
    newest, second, oldest = (before[number].oid.hex() for number in (-1, 1, 0))
    git(repository, "replace", second, oldest)
    (repository / "info" / "grafts").write_text(f"{newest} {second}\n")
    assert git(repository, "rev-list", "--count", "--first-parent", "main").strip() == b"2"
    assert told(repository) == before


def test_a_shallow_clone_tells_nothing_that_is_cut_off(repository: Path, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--bare", "--depth=2", repository.as_uri(), str(shallow))
    with pytest.raises(
        NotFoundError, match=r"cannot tell the history of 'main': .*; expected a history that is not cut off"
    ):
        told(shallow)
    known = told(repository)
    assert list(history(shallow).commits(known[-2].oid)) == known[-1:]


def test_a_history_that_git_cannot_read_is_told_up_to_there(repository: Path) -> None:
    known = told(repository)
    tree = git(repository, "rev-parse", "main~2^{tree}").decode().strip()
    (repository / "objects" / tree[:2] / tree[2:]).unlink()
    told_before = []
    with pytest.raises(DamageError, match=f"cannot tell the history of 'main': .*{tree}"):
        for commit in history(repository).commits(None):
            told_before.append(commit)  # noqa: PERF402 - what came before the error counts
    assert told_before in (known[:1], known[:2])


@pytest.mark.parametrize("size", [40, 400, 100_000, 200_000])
def test_a_git_that_dies_leaves_no_half_commit(tmp_path: Path, size: int) -> None:
    path = new_repository(tmp_path / "large")
    write_history(path, [Made(tree={b"a/%04d" % number: file for number in range(1500)}) for file in (FILE, OTHER)])
    known = told(path)
    assert [len(commit.changes) for commit in known] == [1500, 1500]
    dying = tmp_path / "bin" / "git"
    dying.parent.mkdir()
    dying.write_text(DYING.format(git=shutil.which("git", path=ENV["PATH"]), size=size), encoding="utf-8")
    dying.chmod(0o700)
    told_before = []
    with pytest.raises(DamageError, match="cannot tell the history of 'main': it was too much"):
        for commit in history(path, PATH=f"{dying.parent}:{ENV['PATH']}").commits(None):
            told_before.append(commit)  # noqa: PERF402
    assert told_before == known[: size // 150_000]


def test_a_tree_that_names_a_path_twice_is_refused(repository: Path) -> None:
    blob = bytes.fromhex(git(repository, "rev-parse", "main:b").decode())
    tree = put(repository, "tree", b"".join([b"100644 a\0" + blob] * 2))
    commit = put(repository, "commit", b"tree %s\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n" % tree.encode())
    with pytest.raises(FormatError, match=f"commit {commit} names b'a' twice"):
        list(history(repository, commit).commits(None))


def test_a_sha256_repository(tmp_path: Path) -> None:
    path = new_repository(tmp_path / "sha256", "--object-format=sha256")
    write_history(path, [Made(tree={b"a": FILE}), Made(tree={b"a": OTHER, b"s": ("160000", "3" * 64)})])
    check_same_history(path, import_all(path))


@pytest.mark.parametrize("rev", ["nothing", "--all", "", "main:b", "main~9", "HEAD^{tree}", "0" * 40])
def test_what_names_no_commit_is_not_found(repository: Path, rev: str) -> None:
    with pytest.raises(NotFoundError, match="names no commit"):
        history(repository, rev)


def test_a_tag_names_the_commit_below_it(repository: Path) -> None:
    git(repository, "-c", "user.name=A", "-c", "user.email=a", "tag", "-a", "-m", "x", "v1", "main~1")
    assert history(repository, "v1").tip.hex() == git(repository, "rev-parse", "main~1").decode().strip()


def test_a_history_may_be_left_half_told(repository: Path) -> None:
    commits = history(repository).commits(None)
    assert next(commits).changes.keys() == {b"a", b"s", b".gitmodules"}
    commits.close()  # type: ignore[attr-defined]  # an iterator in the promise, a generator in fact
