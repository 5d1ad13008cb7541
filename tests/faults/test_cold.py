"""The program is killed while history leaves or comes back; the next run completes, and nothing is lost."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gitledger.artifacts.local import LocalArtifacts
from gitledger.errors import LedgerError
from gitledger.ledger.publication import head_of
from gitledger.retention.archives import archive_at
from gitledger.retention.contents import check_held
from tests.cold import MAIN, cut_off, history, opened
from tests.faults.laws import Outcome, left_behind
from tests.faults.program import PROGRAM, run
from tests.faults.scenes import Scene, ask, copy
from tests.faults.strace import Point, inject, needs_strace, points
from tests.faults.walk import FULL, Walk, sample
from tests.ledgers import assert_sound, git, new_repository, open_ledger

pytestmark = needs_strace

_KILL: Final = "signal=SIGKILL"
_COLD: Final = "cold"
"""Where the archive is: in the repository, so that it is copied with it."""
_QUICK: Final = 5


def with_checkpoint(path: Path) -> None:
    """Make a repository whose ledger has 13 events and a checkpoint."""
    new_repository(path, "sha1", "--bare", "--template=")
    ask(path, "init")
    for number in range(3):
        lines = "".join(f'{{"rule": "set", "set": {{"n{n}": {number}}}}}\n' for n in range(4))
        ask(path, "append", "--batch", "-", stdin=lines)
    ask(path, "checkpoint")


def without_history(path: Path) -> None:
    """Do the same, archive it, and cut its history off."""
    with_checkpoint(path)
    ask(path, "archive", "--to", _COLD)
    cut_off(path, MAIN)


ARCHIVE: Final = Scene(
    name="archive", prepare=with_checkpoint, command=(*PROGRAM, "archive", "--to", _COLD), ref=MAIN
)
REHYDRATE: Final = Scene(name="rehydrate", prepare=without_history, command=(*PROGRAM, "rehydrate"), ref=MAIN)


def test_kill_at_every_call_of_an_archive(tmp_path: Path) -> None:
    ready = tmp_path / "repository.git"
    ARCHIVE.prepare(ready)
    before = history(ready)

    def judge(repository: Path, directory: Path) -> float:
        assert history(repository) == before
        # Whatever can be found is whole, also before anybody runs it again.
        if _labels(repository):
            _check_archive(repository)
        seconds = _again(ARCHIVE, repository, directory)
        _check_archive(repository)
        assert len(_labels(repository)) == 1
        return seconds

    _walk(ARCHIVE, ready, tmp_path, judge)


def test_kill_at_every_call_of_a_rehydrate(tmp_path: Path) -> None:
    whole = tmp_path / "whole.git"
    with_checkpoint(whole)
    before = history(whole)
    ready = tmp_path / "repository.git"
    REHYDRATE.prepare(ready)
    away = history(ready)

    def judge(repository: Path, directory: Path) -> float:
        # All or nothing of the one bundle, and Git is content with either.
        assert len(history(repository)) in {len(before), len(away)}
        git(repository, "fsck", "--strict", "--full", "--no-dangling")
        seconds = _again(REHYDRATE, repository, directory)
        assert len(history(repository)) == len(before)
        assert not (repository / "shallow").exists()
        with open_ledger(repository) as ledger:
            assert_sound(ledger, 13)
        return seconds

    _walk(REHYDRATE, ready, tmp_path, judge)


def _walk(scene: Scene, ready: Path, tmp_path: Path, judge: Callable[[Path, Path], float]) -> None:
    def trial(point: Point, directory: Path) -> Outcome | None:
        repository = copy(ready, directory)
        _, has_come = inject(scene, repository, directory, point, _KILL, together=True)
        if not has_come:
            return None
        seconds = judge(repository, directory)
        left = sorted(left_behind(repository))
        assert not left, f"left behind: {left}"
        return Outcome(0, is_visible=False, seconds=seconds)

    found = points(scene, copy(ready, tmp_path / "clean"), tmp_path)
    found = [point for point in found if FULL or point.changes]
    Walk(scene.name).all(sample(found, _QUICK), trial, kind=lambda _: f"kill of {scene.name}")


def _again(scene: Scene, repository: Path, directory: Path) -> float:
    start = time.monotonic()
    again = run(scene.on(repository), directory)
    assert again.code == 0, f"the same command failed when run again: {again}"
    return time.monotonic() - start


def _labels(repository: Path) -> list[Path]:
    top = repository / _COLD / "label"
    return [path for path in top.rglob("*") if path.is_file() and not path.name.startswith("tmp-")]


def _check_archive(repository: Path) -> None:
    with opened(repository) as source:
        place = archive_at(LocalArtifacts(repository / _COLD), source)
        try:
            check_held(source, place, head_of(source.ledger))
        except LedgerError as error:
            raise AssertionError(f"what can be found is not whole: {error}") from error
