"""An error at every system call by which something changes: never an answer without the event, nor an event beside one.

The errors are those that the manual page of each call names; EINTR is there because a file system in the network
gives it where a disk does not. ``close`` is missing: strace would not make the call, and Linux closes the descriptor
whatever it answers. So are writes into pipes, which no disk refuses.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.faults.laws import Outcome, judge
from tests.faults.scenes import SCENES, Scene, copy
from tests.faults.strace import Point, inject, needs_strace
from tests.faults.walk import Walk, sample

pytestmark = needs_strace

_NAMES: Final = frozenset("openat rename renameat2 link linkat symlink unlink unlinkat rmdir mkdir mkdirat".split())
_BYTES: Final = frozenset("write pwrite64 ftruncate fsync fdatasync syncfs".split())
_ERRORS: Final = {
    "EIO": _NAMES | _BYTES | {"chmod", "fchmod"},
    "ENOSPC": _NAMES | _BYTES,
    "EDQUOT": _NAMES | _BYTES,
    "EINTR": _BYTES | {"openat", "flock"},
    "EROFS": _NAMES | {"chmod", "fchmod", "utimensat"},
    "ENOMEM": _NAMES | {"vfork", "chmod", "fchmod"},
    "EMFILE": {"openat", "pipe2", "dup2"},
}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_error_at_every_call(
    scene: Scene, stage: Callable[[Scene], tuple[Path, list[str]]], calls: Callable[[Scene], list[Point]]
) -> None:
    ready, before = stage(scene)

    def trial(at: tuple[Point, str], directory: Path) -> Outcome | None:
        point, error = at
        repository = copy(ready, directory)
        answer, has_come = inject(scene, repository, directory, point, f"error={error}")
        return judge(scene, repository, directory, before, answer) if has_come else None

    found = [point for point in calls(scene) if not (point.syscall == "write" and point.is_on_pipe)]
    pairs = [(point, error) for point in found for error, syscalls in _ERRORS.items() if point.syscall in syscalls]
    Walk(scene.name).all(sample(pairs, 5), trial, kind=lambda at: at[1])
