"""Rows of a table: what we take for a piece of work, and what Git takes for the same, measured in one run.

A ratio means something on another machine, a figure does not. Nothing is asserted here.
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from gitledger.cli.open import open_ledger
from gitledger.ledger.change import Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.init import init

ROOT = Path(__file__).resolve().parent.parent.parent
ENV = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "PYTHONPATH": str(ROOT)}
ROWS: list[dict[str, object]] = []
_TIMES = 15


def row(
    work: str, ours: float, theirs: float | None = None, unit: str = "s", against: str = "", goal: str = ""
) -> None:
    """Print one row: what we take, what it is held against, their ratio, and the goal for the ratio."""
    ratio = ours / theirs if theirs else None
    ROWS.append(
        {"work": work, "ours": ours, "theirs": theirs, "unit": unit, "against": against, "ratio": ratio, "goal": goal}
    )
    tail = f"  {against}: {theirs:,.4g}  ratio {ratio:.2f}" if ratio else ""
    print(f"{work:62} {ours:>12,.4g} {unit:8}{tail}{f'  goal {goal}' if goal else ''}", flush=True)


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def side_by_side(ours: Callable[[], object], theirs: Callable[[], object], times: int = _TIMES) -> tuple[float, float]:
    """Return the median seconds of two pieces of work that take turns."""
    pairs = [(timed(ours), timed(theirs)) for _ in range(times)]
    return median(one for one, _ in pairs), median(other for _, other in pairs)


def git(folder: Path, *arguments: str, **options: Any) -> "subprocess.CompletedProcess[bytes]":
    """Run git on a repository."""
    return subprocess.run(["git", "-C", folder, *arguments], check=True, env=ENV, **options)


def process(*arguments: str | Path) -> None:
    """Run Python to its end; what it prints is thrown away."""
    subprocess.run([sys.executable, *arguments], check=True, env=ENV, stdout=subprocess.DEVNULL)


def program(path: Path, *arguments: str) -> Callable[[], None]:
    """Return what runs ``git ledger`` on a repository as a process."""
    return lambda: process("-m", "gitledger", "-C", path, *arguments)


def nothing() -> None:
    """Start a Python that does nothing."""
    process("-c", "pass")


def repository(path: Path) -> Path:
    """Return a new bare repository, which nobody packs but who is measured."""
    subprocess.run(["git", "init", "--quiet", "--bare", path], check=True, env=ENV)
    for name, value in (("user.name", "Bench"), ("user.email", "bench@example.org"), ("gc.auto", "0")):
        git(path, "config", name, value)
    return path


def ledger_in(path: Path) -> Ledger:
    """Return a started ledger in a new repository."""
    ledger = open_ledger(repository(path), env=ENV)
    init(ledger)
    return ledger


def names(count: int, directories: int = 300) -> list[str]:
    """Return variables in some directories; with 0, all at the top."""
    return [f"d{n % directories}/v{n // directories}" if directories else f"v{n}" for n in range(count)]


def one_each(variables: list[str], seed: int) -> Iterator[Change]:
    """Yield one change a variable, in an order of chance."""
    order = variables[:]
    random.Random(seed).shuffle(order)
    for number, name in enumerate(order):
        yield change("bench", set={name: number})


def drain(items: Iterator[object]) -> None:
    """Take everything."""
    for _ in items:
        pass


def size(path: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
