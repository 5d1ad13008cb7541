"""kill -9 at every system call of every verb that writes, and again while the next run recovers."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.faults.laws import Outcome, events, judge
from tests.faults.scenes import APPEND, IN_A_REFTABLE, SCENES, Scene, copy
from tests.faults.strace import PROGRAM, Point, inject, needs_strace, points
from tests.faults.walk import FULL, Walk, sample
from tests.ledgers import git

pytestmark = needs_strace

Stage = Callable[[Scene], tuple[Path, list[str]]]
Calls = Callable[[Scene], list[Point]]

_KILL = "signal=SIGKILL"
_VERSION = git(Path(), "version").split()[2]
_SCENES = [
    *SCENES,
    pytest.param(
        IN_A_REFTABLE,
        marks=pytest.mark.skipif(
            tuple(map(int, _VERSION.split(".")[:2])) < (2, 45),
            reason=f"git {_VERSION} has no reftable; PATH may begin with a git that has",
        ),
    ),
]
_DIGITS = re.compile(r"[0-9a-f]{16,}")


@pytest.mark.parametrize("together", [False, True], ids=["alone", "with its gits"])
@pytest.mark.parametrize("scene", _SCENES, ids=lambda scene: scene.name)
def test_kill_at_every_call(scene: Scene, stage: Stage, calls: Calls, *, together: bool) -> None:
    ready, before = stage(scene)

    def trial(point: Point, directory: Path) -> Outcome | None:
        repository = copy(ready, directory)
        answer, has_come = inject(scene, repository, directory, point, _KILL, together=together)
        return judge(scene, repository, directory, before, answer) if has_come else None

    # A git that is killed leaves nothing running but the program, which is what is to answer.
    found = [point for point in calls(scene) if point.process == PROGRAM or not together]
    found = [point for point in found if FULL or point.changes]
    Walk(scene.name).all(sample(found, 3), trial, kind=lambda point: _kind(point, together=together))


def test_kill_of_the_run_that_recovers(stage: Stage, tmp_path: Path) -> None:
    ready, _ = stage(APPEND)

    def trial(at: tuple[Path, Point], directory: Path) -> Outcome | None:
        broken, point = at
        repository = copy(broken, directory)
        # What the first run had published when it was killed is there for the second one.
        before = events(repository)
        answer, has_come = inject(APPEND, repository, directory, point, _KILL)
        return judge(APPEND, repository, directory, before, answer) if has_come else None

    recoveries = [
        (broken, point)
        for broken in islice(_broken(ready, tmp_path), None if FULL else 2)
        for point in points(APPEND, copy(broken, tmp_path / f"clean-{broken.parent.name}"), broken.parent)
        if point.changes
    ]
    Walk("append after a kill").all(sample(recoveries, 6), trial, kind=lambda _: "kill of the run that recovers")


def _kind(point: Point, *, together: bool) -> str:
    at = "a change" if point.changes else "a look"
    return f"kill at {at}{', with its gits' if together else ''}"


def _broken(ready: Path, tmp_path: Path) -> Iterator[Path]:
    """Yield repositories in which a kill left something, each kind of remains once."""
    clean = tmp_path / "clean"
    found = [point for point in points(APPEND, copy(ready, clean), tmp_path) if point.changes]
    seen = {_remains(ready), _remains(clean / ready.name)}
    for number, point in enumerate(sample(found, len(found))):
        repository = copy(ready, tmp_path / str(number))
        inject(APPEND, repository, repository.parent, point, _KILL, together=True)
        if _remains(repository) not in seen:
            seen.add(_remains(repository))
            yield repository


def _remains(repository: Path) -> frozenset[str]:
    """Return the names of all files below a repository, without what differs from run to run."""
    names = (path.relative_to(repository).as_posix() for path in repository.rglob("*"))
    return frozenset(_DIGITS.sub("x", name) for name in names)
