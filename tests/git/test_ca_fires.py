"""``import-git`` of real data: the history of https://github.com/simonw/ca-fires-history, 3,705 commits.

Its bundle is not part of the project: ``GIT_LEDGER_CA_FIRES`` names the file, or it lies beside the checkout in
``shared/data``. The normal run takes the first 400 commits; ``GIT_LEDGER_FULL=1`` takes all.
"""

import os
from pathlib import Path

import pytest

from tests.git_history import check_same_history, git, import_all

BESIDE = Path(__file__).parents[3] / "shared" / "data" / "ca-fires-history.bundle"
BUNDLE = Path(os.environ.get("GIT_LEDGER_CA_FIRES", BESIDE))
COMMITS = 3705
SLICE = COMMITS if os.environ.get("GIT_LEDGER_FULL") == "1" else 400

pytestmark = pytest.mark.skipif(
    not BUNDLE.is_file(), reason="no ca-fires-history.bundle; expected it at GIT_LEDGER_CA_FIRES or in ../shared/data"
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "fires"
    git(tmp_path, "clone", "-q", "--bare", "--branch=main", str(BUNDLE.absolute()), str(path))
    assert git(path, "rev-list", "--count", "--first-parent", "main").decode().strip() == str(COMMITS)
    git(path, "branch", "slice", f"main~{COMMITS - SLICE}")
    return path


def test_every_timeline_and_state_is_what_git_says(repository: Path) -> None:
    imported = import_all(repository, "slice")
    assert len(imported) == SLICE
    check_same_history(repository, imported, "slice")
    assert import_all(repository, "slice") == []


def test_two_runs_make_the_events_of_one(repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", "--bare", str(repository), str(other))
    git(other, "branch", "half", "slice~150")
    halves = import_all(other, "half", at_once=100) + import_all(other, "slice", at_once=64)
    assert halves == import_all(repository, "slice")
