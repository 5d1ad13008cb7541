"""Faults at a system call of the program or of a git that it runs, by strace.

Counters of strace count by process. So each process is traced alone: the program by the strace that starts it, and the
n-th git of each command by a ``git`` that comes first on PATH: gits of several commands may run at once. ``-D`` makes the
tracer the grandchild: the traced process stays the child of whoever started it, and nobody's exit status changes.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.faults.program import Answer, environment, run
from tests.faults.scenes import Scene

PROGRAM: Final = "program"
_CHANGES: Final = frozenset(
    "openat write pwrite64 fsync fdatasync syncfs rename renameat2 link linkat symlink unlink unlinkat rmdir mkdir "
    "mkdirat ftruncate chmod fchmod flock utimensat vfork".split()
)
"""The system calls by which something changes; what a kill leaves is the same from one of them to the next."""
_ONLY_READS = re.compile(r"openat\(.*, O_RDONLY(?!.*O_CREAT)")
_CALL_SHOWN: Final = 100
_CALL = re.compile(r"(\w+)\(")
_DOOR: Final = """#!/bin/sh
value=
for command; do
  case "$value$command" in
    -[Cc]) value=yes ;;
    yes*) value= ;;
    -*) ;;
    *) break ;;
  esac
done
echo >>"{directory}/gits.$command"
name=git-$command-$(wc -l <"{directory}/gits.$command")
case "{at}" in
  "*") exec {strace} -D -y -o "{directory}/trace.$name" {git} "$@" ;;
  "$name") exec {strace} {options} {git} "$@" ;;
  *) exec {git} "$@" ;;
esac
"""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """The k-th call of one system call by one process: the program, or the n-th git of a command that it runs.

    Attributes:
        call: as strace showed it in a run without a fault.
        changes: whether something changes by it.
    """

    process: str
    syscall: str
    k: int
    call: str = field(default="", compare=False)
    changes: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.process} {self.syscall} {self.k} ({self.call})"

    @property
    def is_on_pipe(self) -> bool:
        """Whether its first argument is a pipe."""
        return "<pipe:" in self.call.partition(",")[0]


@cache
def reason_to_skip() -> str:
    """Return why nothing can be traced on this machine, or an empty string."""
    if shutil.which("strace") is None:
        return "no strace on PATH"
    tried = subprocess.run(["strace", "-D", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    return f"strace cannot trace: {tried.stderr.strip()}" if tried.returncode else ""


needs_strace = pytest.mark.skipif(bool(reason_to_skip()), reason=reason_to_skip())


def points(scene: Scene, repository: Path, directory: Path) -> list[Point]:
    """Run a scene without a fault; return every system call from the moment that its process touches the repository."""
    answer = _run(scene, repository, directory, "*", f"-y -o {directory}/trace.{PROGRAM}")
    assert answer.code == 0, answer
    traces = sorted(directory.glob("trace.*"))
    return [point for trace in traces for point in _points_of(trace, repository)]


def inject(
    scene: Scene, repository: Path, directory: Path, point: Point, fault: str, *, together: bool = False
) -> tuple[Answer, bool]:
    """Run a scene with one fault; return its answer, and whether it came to the fault.

    Args:
        scene: what to run.
        repository: on what.
        directory: for traces and streams.
        point: where.
        fault: as strace names it, ``signal=SIGKILL`` or ``error=EIO``.
        together: whether all that the program leaves running is killed, too.
    """
    trace = directory / "injected"
    injection = f"inject={point.syscall}:{fault}:when={point.k}"
    options = f"-e trace={point.syscall} -e {injection} -o {trace}"
    answer = _run(scene, repository, directory, point.process, options, together=together)
    text = trace.read_text() if trace.exists() else ""
    return answer, "INJECTED" in text or "killed by SIGKILL" in text


def _run(
    scene: Scene, repository: Path, directory: Path, at: str, options: str, *, together: bool = False
) -> Answer:
    strace, git = shutil.which("strace"), shutil.which("git")
    path = directory / "path"
    path.mkdir()
    door = path / "git"
    door.write_text(_DOOR.format(directory=directory, at=at, strace=strace, git=git, options=f"-D {options}"))
    door.chmod(0o755)
    env = environment()
    env["PATH"] = f"{path}:{env['PATH']}"
    traced = [str(strace), "-D", *options.split()] if at in {PROGRAM, "*"} else []
    answer = run([*traced, *scene.on(repository)], directory, stdin=scene.stdin, env=env, together=together)
    shutil.rmtree(path)
    for counter in directory.glob("gits.*"):
        counter.unlink()
    return answer


def _points_of(trace: Path, repository: Path) -> Iterator[Point]:
    process = trace.name.removeprefix("trace.")
    counts: dict[str, int] = {}
    touched = False
    for line in trace.read_text(errors="replace").splitlines():
        found = _CALL.match(line)
        if found is None:
            continue  # a signal, or the end
        syscall = found[1]
        counts[syscall] = counts.get(syscall, 0) + 1
        touched = touched or (syscall != "execve" and str(repository) in line)
        if touched:
            changes = syscall in _CHANGES and not _ONLY_READS.match(line)
            yield Point(process, syscall, counts[syscall], line[:_CALL_SHOWN], changes)
