"""What must hold after any fault, without anybody repairing anything.

1. Every event that was there or was acknowledged is there.
2. No event is there that was answered with an error, unless the error names it: what became of it is unknown, or its
   id could not be printed. Of events that were published together, it names the first or the last.
3. The same command, run again, succeeds; so does the next append, within seconds.
4. ``git fsck --strict`` and ``verify`` find nothing.
5. Nothing is left but what ``git gc`` removes.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gitledger.errors import NotFoundError
from gitledger.ledger.log import log
from tests.faults.program import Answer, run
from tests.faults.scenes import Scene
from tests.ledgers import assert_sound, git, open_ledger, write

# The next append needs a fifth of a second, and may have to see for half a second that nobody holds what it finds. The
# rest is what a machine may take that does other things as well.
SLOWEST: Final = 5.0
_BUG: Final = 70


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one trial.

    Attributes:
        acknowledged: how many events were acknowledged.
        is_visible: whether anything was published.
        seconds: what running the command again took.
    """

    acknowledged: int
    is_visible: bool
    seconds: float


def events(repository: Path) -> list[str]:
    """Return the ids of all events of the ledger, oldest first; none if it has not been started."""
    with open_ledger(repository) as ledger:
        try:
            return [one.id.hex() for one in log(ledger)][::-1]
        except NotFoundError:
            return []


def judge(scene: Scene, repository: Path, directory: Path, before: list[str], answer: Answer) -> Outcome:
    """Hold the laws against a repository after a fault.

    Args:
        scene: what was run.
        repository: where.
        directory: for the streams of what is run now.
        before: the events that were there before.
        answer: what the run with the fault answered.

    Raises:
        AssertionError: a law is broken.
    """
    acknowledged, found = [] if scene.ref else answer.acknowledged, events(repository)
    lost = {*before, *acknowledged} - {*found}
    assert not lost, f"lost: {lost}"
    new = [event for event in found if event not in before and event not in acknowledged]
    if answer.code > 0:
        judge_error(answer, new)
    elif answer.code == 0:
        assert acknowledged or scene.ref, "it said that all is well, and nothing else"
    if scene.ref and (answer.stdout or answer.code == 0):
        git(repository, "rev-parse", "--verify", "--quiet", scene.ref)
    seconds = _again(scene, repository, directory)
    git(repository, "fsck", "--strict", "--full", "--no-dangling")
    with open_ledger(repository) as ledger:
        write(ledger, after="the fault")
        assert_sound(ledger)
    left = sorted(left_behind(repository))
    assert not left, f"left behind: {left}"
    return Outcome(len(acknowledged), len(found) > len(before), seconds)


def judge_error(answer: Answer, visible: list[str]) -> None:
    """Demand that an error is one line for people, and admits whatever is visible without being acknowledged."""
    assert answer.stderr.startswith("git-ledger: "), f"no error, and exit code {answer.code}: {answer.stderr}"
    assert answer.code != _BUG, answer.stderr
    if visible:
        is_named = visible[0] in answer.stderr or visible[-1] in answer.stderr
        assert is_named, f"{visible} published, and answered with an error: {answer.stderr}"


def left_behind(repository: Path) -> Iterator[str]:
    """Yield what is neither part of a repository nor removed by ``git gc``: locks, files of our own."""
    git(repository, "gc", "--quiet", "--prune=now")
    for path in repository.rglob("*"):
        name = path.relative_to(repository).as_posix()
        is_blind_pack = path.suffix == ".pack" and not path.with_suffix(".idx").exists()
        is_ours = name == "ledger/moving" or path.suffix == ".keep"
        if is_blind_pack or is_ours or path.suffix in {".lock", ".new"} or "tmp_" in path.name:
            yield name


def _again(scene: Scene, repository: Path, directory: Path) -> float:
    start = time.monotonic()
    again = run(scene.on(repository), directory, stdin=scene.stdin, env=None)
    seconds = time.monotonic() - start
    assert again.code == 0, f"the same command failed when run again: {again}"
    assert seconds < SLOWEST, f"the same command took {seconds:.1f} s when run again"
    return seconds
