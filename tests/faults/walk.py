"""How a suite walks the points at which something can fail: all of them, or a sample for each run.

``GIT_LEDGER_FULL=1`` walks all; else ``GIT_LEDGER_SEED`` chooses the sample, and a seed that was drawn is printed.
"""

import os
import random
import threading
from collections.abc import Callable, Iterable, Sequence
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


def sample(points: Sequence[T], count: int) -> list[T]:
    """Return all points in a full run, else ``count`` of them in any order, the same for the same seed."""
    return list(points) if FULL else random.Random(SEED).sample(list(points), min(count, len(points)))


@dataclass
class Walk:
    """Trials, what became of them, and each that broke a law.

    Attributes:
        name: of what is tried.
    """

    name: str
    outcomes: list[Outcome] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    missed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def all(
        self, points: Iterable[T], trial: Callable[[T, Path], Outcome | None], *, at_once: int | None = os.cpu_count()
    ) -> None:
        """Try every point, each in a directory of its own; a trial that returns None did not come to its fault.

        Raises:
            AssertionError: a law was broken, or no trial came to its fault.
        """
        with ThreadPoolExecutor(max_workers=at_once) as workers:
            list(workers.map(lambda point: self._one(point, trial), points))
        print(self.figures())
        assert not self.broken, "\n".join([self.figures(), *self.broken[:_SHOWN]])
        assert self.outcomes, self.figures()

    def figures(self) -> str:
        """Return one line for people."""
        slowest = max((one.seconds for one in self.outcomes), default=0)
        visible = sum(one.is_visible for one in self.outcomes)
        acknowledged = sum(one.acknowledged for one in self.outcomes)
        return (
            f"{self.name}: {len(self.outcomes) + len(self.broken)} faults ({self.missed} more did not come up), "
            f"{visible} with something published, {acknowledged} events acknowledged, slowest next run {slowest:.2f} s, "
            f"{len(self.broken)} broke a law; seed {SEED}"
        )

    def _one(self, point: T, trial: Callable[[T, Path], Outcome | None]) -> None:
        with TemporaryDirectory(prefix="fault-", ignore_cleanup_errors=True) as directory:
            try:
                outcome = trial(point, Path(directory))
            except (AssertionError, LedgerError, TimeoutExpired) as error:
                with self._lock:
                    self.broken.append(f"{_shown(point)}: {error}")
                return
        with self._lock:
            if outcome is None:
                self.missed += 1
            else:
                self.outcomes.append(outcome)


def _shown(point: object) -> str:
    return " ".join(map(str, point)) if isinstance(point, tuple) else str(point)
