"""``import-git`` run again: after new commits, a kill, appends by others, another import, and a rewritten history."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitledger.errors import ConflictError, DamageError, FormatError, NotFoundError, OverlapError
from gitledger.ids import Oid
from gitledger.ledger.append import append
from gitledger.ledger.change import Change, change
from gitledger.ledger.import_git import RULE, import_git, last_imported
from gitledger.ledger.log import log
from gitledger.store.gitlog import GitHistory, SourceCommit
from gitledger.store.open import find_repository
from tests.git_history import (
    ENV,
    Made,
    check_same_history,
    git,
    history,
    import_all,
    new_repository,
    open_ledger,
    write_history,
)

ROOT = Path(__file__).parents[2]
# Ends itself at its second swap of the ledger's ref: before it, or right after.
KILLED = """
import os, signal, sys
from gitledger.frozen import replace
from pathlib import Path
from gitledger.ledger.import_git import import_git
from tests.git_history import history, open_ledger

class Killer:
    swaps = 0

    def __init__(self, refs):
        self.read, self.turn, self.swap = refs.read, refs.turn, refs.update

    def update(self, updates):
        self.swaps += 1
        if (self.swaps, sys.argv[2]) == (2, "before"):
            os.kill(os.getpid(), signal.SIGKILL)
        self.swap(updates)
        if self.swaps == 2:
            os.kill(os.getpid(), signal.SIGKILL)

with open_ledger(Path(sys.argv[1])) as ledger:
    list(import_git(replace(ledger, refs=Killer(ledger.refs)), history(Path(sys.argv[1])), at_once=10))
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return new_repository(tmp_path / "repository")


def numbered(count: int) -> list[Made]:
    return [Made(tree={b"count": ("100644", str(number))}) for number in range(count)]


def head(repository: Path) -> bytes:
    return git(repository, "rev-parse", "refs/ledger/main")


def events(repository: Path) -> int:
    with open_ledger(repository) as ledger:
        return sum(one.rule.name == "import-git" for one in log(ledger))


def test_a_second_run_adds_nothing(repository: Path) -> None:
    write_history(repository, numbered(3))
    assert len(import_all(repository)) == 3
    before = head(repository)
    assert import_all(repository) == []
    assert head(repository) == before


def test_a_run_after_new_commits_adds_those(repository: Path) -> None:
    write_history(repository, numbered(3))
    imported = import_all(repository)
    write_history(repository, numbered(5))
    imported += import_all(repository)
    assert len(imported) == 5
    check_same_history(repository, imported)


def test_many_publications_hold_the_same_events_as_one(repository: Path, tmp_path: Path) -> None:
    other = new_repository(tmp_path / "other")
    for path in (repository, other):
        write_history(path, numbered(9))
    assert import_all(repository, at_once=2) == import_all(other)
    assert head(repository) != head(other)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_killed_run_is_continued(repository: Path, when: str) -> None:
    write_history(repository, numbered(35))
    killed = subprocess.run([sys.executable, "-c", KILLED, repository, when], cwd=ROOT, env=ENV, check=False)
    assert killed.returncode == -signal.SIGKILL
    done = events(repository)
    assert done == {"before": 10, "after": 20}[when]
    assert len(import_all(repository)) == 35 - done
    assert events(repository) == 35


def test_appends_by_others_in_between_are_passed_over(repository: Path) -> None:
    write_history(repository, numbered(2))
    imported = import_all(repository)
    with open_ledger(repository) as ledger:
        for number in range(3):
            append(ledger, change("train", set={"model/accuracy": number}))
        assert last_imported(ledger) == imported[-1].commit
    write_history(repository, numbered(4))
    assert len(import_all(repository)) == 2


def test_what_somebody_else_wrote_to_a_path_gives_way_to_the_next_commit(repository: Path) -> None:
    write_history(repository, numbered(2))
    import_all(repository)
    with open_ledger(repository) as ledger:
        append(ledger, change("by hand", delete=["count"]))
    write_history(repository, [*numbered(2), Made(tree={}), *numbered(1)])
    import_all(repository)
    with open_ledger(repository) as ledger:
        newest = [dict(one.delta.changes) for one, _ in zip(log(ledger), range(2), strict=False)]
        assert [len(delta) for delta in newest] == [1, 0]


def test_a_ledger_without_an_import_has_no_last_commit(repository: Path) -> None:
    with open_ledger(repository) as ledger:
        append(ledger, change("train", set={"a": 1}))
        assert last_imported(ledger) is None


def test_an_event_of_our_rule_that_names_no_commit_is_damage(repository: Path) -> None:
    with open_ledger(repository) as ledger:
        forged = append(ledger, Change(rule=RULE, writes={}, meta={"git": {"commit": 7}}))
        with pytest.raises(DamageError, match=f"{forged.event.hex()} .*its meta names no commit"):
            last_imported(ledger)


@pytest.mark.parametrize("gone", [False, True])
def test_a_rewritten_history_is_a_conflict(repository: Path, gone: bool) -> None:
    last = write_history(repository, numbered(3))[-1]
    import_all(repository)
    before = head(repository)
    write_history(repository, [*numbered(2), Made(tree={b"count": ("100644", "amended")}), *numbered(2)])
    if gone:
        git(repository, "prune", "--expire=now")
        assert git(repository, "cat-file", "--batch-check", data=last.encode()).endswith(b"missing\n")
    with pytest.raises(ConflictError, match=f"commit {last} is not among the first parents of 'main'") as caught:
        import_all(repository)
    assert caught.value.details["commit"] == last
    assert caught.value.exit_code == 4
    assert head(repository) == before


def test_a_revision_behind_the_last_import_is_a_conflict(repository: Path) -> None:
    write_history(repository, numbered(3))
    import_all(repository)
    with pytest.raises(ConflictError, match="is not among the first parents of 'main~1'"):
        import_all(repository, "main~1")


def test_a_last_import_that_is_a_second_parent_now_is_a_conflict(repository: Path) -> None:
    commits = [*numbered(3), Made(tree={b"other": ("100644", "x")}, parents=[0]), Made(tree={}, parents=[3, 2])]
    write_history(repository, commits)
    import_all(repository, "main^2")
    with pytest.raises(ConflictError, match="is not among the first parents"):
        import_all(repository)


class Raced(GitHistory):
    """A history; while it is told, somebody else does something."""

    def __init__(self, repository: Path, meanwhile: Callable[[], object]) -> None:
        super().__init__(find_repository(repository, ENV), ENV, "main")
        self.meanwhile = meanwhile

    def commits(self, after: Oid | None) -> Iterator[SourceCommit]:
        found = list(super().commits(after))
        self.meanwhile()
        yield from found


def test_another_import_at_the_same_time_is_a_conflict(repository: Path) -> None:
    write_history(repository, [Made(tree={}, message=b"%d" % number) for number in range(3)])
    with open_ledger(repository) as ledger, pytest.raises(ConflictError, match="another import-git published since"):
        list(import_git(ledger, Raced(repository, lambda: import_all(repository))))
    assert events(repository) == 3
    assert import_all(repository) == []


def append_elsewhere(repository: Path, variable: str) -> None:
    with open_ledger(repository) as ledger:
        append(ledger, change("train", set={variable: 1}))


def test_an_append_at_the_same_time_is_no_conflict_unless_it_overlaps(repository: Path) -> None:
    write_history(repository, numbered(2))
    with open_ledger(repository) as ledger:
        found = list(import_git(ledger, Raced(repository, lambda: append_elsewhere(repository, "apart"))))
        assert len(found) == events(repository) == 2
        write_history(repository, numbered(3))
        with pytest.raises(OverlapError):
            list(import_git(ledger, Raced(repository, lambda: append_elsewhere(repository, "count"))))


def test_a_path_that_is_too_long_is_refused_and_the_commits_before_it_stay(repository: Path) -> None:
    made = write_history(repository, [*numbered(2), Made(tree={b"\xff" * 400: ("100644", "x")}), *numbered(1)])
    with pytest.raises(FormatError, match=rf"commit {made[2]}: path '.*' takes .* bytes as a variable"):
        import_all(repository)
    assert events(repository) == 2


def test_a_ledger_that_is_not_there_is_not_made(repository: Path) -> None:
    write_history(repository, numbered(1))
    with open_ledger(repository) as ledger:
        git(repository, "update-ref", "-d", "refs/ledger/main")
        with pytest.raises(NotFoundError, match="there is no ledger main"):
            list(import_git(ledger, history(repository)))
