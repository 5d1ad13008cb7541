"""kill -9 at every system call of a prune or a gc: nothing that was to stay is gone, and the next run completes it."""

import json
import time
from pathlib import Path

import pytest

from tests.faults.laws import Outcome, left_behind
from tests.faults.program import PROGRAM, run
from tests.faults.scenes import Scene, ask, copy
from tests.faults.strace import PROGRAM as THE_PROGRAM
from tests.faults.strace import Point, inject, needs_strace, points
from tests.faults.walk import FULL, Walk, sample
from tests.ledgers import assert_sound, git, new_repository, open_ledger, write

pytestmark = needs_strace

MAIN = "refs/ledger/main"
SLOWEST = 5.0


def prepare(path: Path) -> None:
    """Make a bare repository with code and a ledger of 601 events in three publications, and a checkpoint."""
    new_repository(path, "sha1", "--bare", "--template=")
    tree = git(path, "mktree")
    git(path, "update-ref", "refs/heads/main", git(path, "commit-tree", tree, "-m", "code"))
    ask(path, "init")
    for start in (0, 300):
        lines = (json.dumps({"rule": "set", "set": {f"v{n % 9}": n}}) + "\n" for n in range(start, start + 300))
        ask(path, "append", "--batch", "-", stdin="".join(lines))
    ask(path, "checkpoint")


PRUNE = Scene(name="prune", prepare=prepare, command=(*PROGRAM, "prune", "--discard", "--discard"))


def reached(repository: Path) -> str:
    """Return every object that refs reach, in a repository that is not shallow or is by now."""
    return git(repository, "rev-list", "--objects", "--all")


GC = Scene(name="gc", prepare=prepare, command=(*PROGRAM, "gc"))


@pytest.mark.parametrize("together", [False, True], ids=["alone", "with its gits"])
@pytest.mark.parametrize("scene", [PRUNE, GC], ids=lambda scene: scene.name)
def test_kill_at_every_call(scene: Scene, tmp_path: Path, *, together: bool) -> None:
    ready, clean = tmp_path / "repository.git", tmp_path / "clean"
    prepare(ready)
    found = points(scene, copy(ready, clean), tmp_path)
    before, after, packed = reached(ready), reached(clean / ready.name), objects(clean / ready.name)
    assert (len(after) < len(before)) == (scene is PRUNE)

    def trial(point: Point, directory: Path) -> Outcome | None:
        repository = copy(ready, directory)
        _, has_come = inject(scene, repository, directory, point, "signal=SIGKILL", together=together)
        if not has_come:
            return None
        assert reached(repository) in (before, after), "the cut is neither where it was nor where it was to be"
        git(repository, "fsck", "--strict", "--full", "--no-dangling")
        with open_ledger(repository) as ledger:
            assert_sound(ledger)
        start = time.monotonic()
        again = run(scene.on(repository), directory)
        seconds = time.monotonic() - start
        assert again.code == 0, again
        assert reached(repository) == after
        assert objects(repository) == packed, "the next run left what was to go"
        assert seconds < SLOWEST, f"the next run took {seconds:.1f} s"
        with open_ledger(repository) as ledger:
            write(ledger, after="the fault")
            assert_sound(ledger)
        left = sorted(left_behind(repository))
        assert not left, f"left behind: {left}"
        return Outcome(acknowledged=0, is_visible=True, seconds=seconds)

    found = [point for point in found if point.process == THE_PROGRAM or not together]
    found = [point for point in found if FULL or point.changes]
    kind = f"kill of a {scene.name}{', with its gits' if together else ''}"
    Walk(scene.name).all(sample(found, 4), trial, kind=lambda _: kind)


def objects(repository: Path) -> list[str]:
    """Return the ids of all objects that are there, reached or not."""
    return sorted(git(repository, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split())
