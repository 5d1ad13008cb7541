"""How a suite walks the points at which something can fail: all of them, or a sample for each run.

``GIT_LEDGER_FULL=1`` walks all; else ``GIT_LEDGER_SEED`` chooses the sample, and a seed that was drawn is printed.
A worker runs for each processor that this process may use, so ``taskset`` says how many there are.
"""

import os
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

from gitledger.errors import LedgerError
from tests.faults.laws import Outcome

FULL: Final = os.environ.get("GIT_LEDGER_FULL") == "1"
SEED: Final = int(os.environ.get("GIT_LEDGER_SEED") or random.randrange(10**6))
_SHOWN: Final = 20
T = TypeVar("T")


@dataclass
class Tally:
    """What became of all trials of one kind of fault, whichever suite made them."""

    faults: int = 0
    visible: int = 0
    acknowledged: int = 0
    broken: int = 0
    slowest: float = 0

    def add(self, outcome: Outcome | None) -> None:
        """Count a trial; None is one after which a law did not hold."""
        self.faults += 1
        if outcome is None:
            self.broken += 1
            return
        self.visible += outcome.is_visible
        self.acknowledged += outcome.acknowledged
        self.slowest = max(self.slowest, outcome.seconds)


TALLIES: Final[defaultdict[str, Tally]] = defaultdict(Tally)
"""By kind of fault, for the table at the end of a run."""


def sample(points: Sequence[T], count: int) -> list[T]:
    """Return all points in a full run, else ``count`` of them in any order, the same for the same seed."""
    return list(points) if FULL else random.Random(SEED).sample(list(points), min(count, len(points)))


@dataclass
class Walk:
    """Trials on one thing that is run.

    Attributes:
        name: what is run.
        faults: how many trials came to their fault.
        missed: how many did not.
        broken: what is to be said of each that broke a law.
    """

    name: str
    faults: int = 0
    missed: int = 0
    broken: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def all(
        self,
        points: Iterable[T],
        trial: Callable[[T, Path], Outcome | None],
        *,
        kind: Callable[[T], str],
        at_once: int | None = None,
    ) -> None:
        """Try every point, each in a directory of its own; a trial that returns None did not come to its fault.

        Args:
            points: where to break it.
            trial: breaks it there.
            kind: under which name a point is counted.
            at_once: how many at a time; one for each processor if it is not said.

        Raises:
            AssertionError: a law was broken, or no trial came to its fault.
        """
        with ThreadPoolExecutor(max_workers=at_once or len(os.sched_getaffinity(0))) as workers:
            list(workers.map(lambda point: self._one(point, trial, kind(point)), points))
        figures = f"{self.name}: {self.faults} faults, {self.missed} did not come up, {len(self.broken)} broke a law"
        print(f"{figures}; seed {SEED}", flush=True)
        assert not self.broken, "\n".join([figures, *self.broken[:_SHOWN]])
        assert self.faults, figures

    def _one(self, point: T, trial: Callable[[T, Path], Outcome | None], kind: str) -> None:
        with TemporaryDirectory(prefix="fault-", ignore_cleanup_errors=True) as directory:
            try:
                outcome, complaint = trial(point, Path(directory)), ""
            except (AssertionError, LedgerError, TimeoutExpired) as error:
                outcome, complaint = None, f"{_shown(point)}: {error}"
        with self._lock:
            if complaint:
                self.broken.append(complaint)
                print(f"{self.name}, {kind}: {complaint}", flush=True)
            if outcome is None and not complaint:
                self.missed += 1
            else:
                self.faults += 1
                TALLIES[kind].add(outcome)


def table(tallies: Mapping[str, Tally]) -> Iterator[str]:
    """Yield the lines of a table of tallies, with their sum."""
    total = Tally(
        faults=sum(one.faults for one in tallies.values()),
        visible=sum(one.visible for one in tallies.values()),
        acknowledged=sum(one.acknowledged for one in tallies.values()),
        broken=sum(one.broken for one in tallies.values()),
        slowest=max((one.slowest for one in tallies.values()), default=0),
    )
    yield f"{'fault':<36} {'trials':>7} {'published':>9} {'acknowledged':>12} {'laws broken':>11} {'slowest next run':>16}"
    for kind, one in [*tallies.items(), ("all", total)]:
        counts = f"{one.faults:>7,} {one.visible:>9,} {one.acknowledged:>12,} {one.broken:>11,}"
        yield f"{kind:<36} {counts} {one.slowest:>14.2f} s"


def _shown(point: object) -> str:
    return " ".join(map(str, point)) if isinstance(point, tuple) else str(point)
