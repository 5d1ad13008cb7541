"""No room, no inode, no descriptor, no right to write: one line, exit code 7, nothing half visible, and then it works.

Quotas have no disk of their own here: the error that they give is injected in `test_errno`.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from gitledger.errors import StorageError
from tests.faults.disks import read_only, tmpfs
from tests.faults.laws import Outcome, judge
from tests.faults.program import Answer, run
from tests.faults.scenes import APPEND, BATCH, SCENES, Scene, copy
from tests.faults.walk import Walk, sample

Stage = Callable[[Scene], tuple[Path, list[str]]]
_PAGE: Final = 4096
"""What a tmpfs gives at once."""
_IDENTIFIER: Final = 64
"""Bytes of a file that holds an id: standard output, a lock. Smaller limits are about those who read the answer."""


@pytest.fixture(params=[APPEND, BATCH], ids=lambda scene: scene.name)
def scene(request: pytest.FixtureRequest) -> Scene:
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize("scarce", ["bytes", "inodes"])
def test_a_disk_that_is_nearly_full(scene: Scene, stage: Stage, scarce: str) -> None:
    ready, before = stage(scene)

    def trial(left: int, directory: Path) -> Outcome:
        with tmpfs(directory / "disk", "size=2m,nr_inodes=1000") as disk:
            repository = copy(ready, disk)
            with _filled(disk, left * _PAGE) if scarce == "bytes" else _without_inodes(disk, left):
                answer = _ask(scene, repository, directory)
            return judge(scene, repository, directory, before, answer)

    Walk(scene.name).all(sample(range(16), 3), trial, kind=lambda _: f"few {scarce}")


@pytest.mark.parametrize(
    ("limit", "values"),
    [("--fsize", range(_IDENTIFIER, 4096, 128)), ("--nofile", range(8, 24))],
    ids=["file size", "descriptors"],
)
def test_a_process_with_a_limit(scene: Scene, stage: Stage, limit: str, values: range) -> None:
    ready, before = stage(scene)

    def trial(value: int, directory: Path) -> Outcome:
        repository = copy(ready, directory)
        answer = _ask(scene, repository, directory, "prlimit", f"{limit}={value}")
        return judge(scene, repository, directory, before, answer)

    Walk(scene.name).all(sample(values, 3), trial, kind=lambda _: f"limit {limit}")


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_disk_that_is_read_only(scene: Scene, stage: Stage, tmp_path: Path) -> None:
    ready, before = stage(scene)
    repository = copy(ready, tmp_path)
    with read_only(repository):
        answer = _ask(scene, repository, tmp_path)
    assert answer.code == StorageError.exit_code
    judge(scene, repository, tmp_path, before, answer)


def _ask(scene: Scene, repository: Path, directory: Path, *limited: str) -> Answer:
    answer = run([*limited, *scene.on(repository)], directory, stdin=scene.stdin)
    assert answer.code in {0, StorageError.exit_code}, answer
    return answer


@contextlib.contextmanager
def _filled(disk: Path, left: int) -> Iterator[None]:
    filler = disk / "filler"
    with filler.open("wb") as file:
        file.write(bytes(os.statvfs(disk).f_bavail * _PAGE - left))
    yield
    filler.unlink()


@contextlib.contextmanager
def _without_inodes(disk: Path, left: int) -> Iterator[None]:
    fillers = [disk / f"filler-{number}" for number in range(os.statvfs(disk).f_favail - left)]
    for filler in fillers:
        filler.touch()
    yield
    for filler in fillers:
        filler.unlink()
