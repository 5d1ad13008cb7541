"""One event at a time: rows of `speed`."""

import random
import subprocess
from pathlib import Path
from statistics import median

from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import change
from tests.bench.table import (
    ENV,
    drain,
    git,
    ledger_in,
    names,
    nothing,
    one_each,
    program,
    row,
    side_by_side,
    size,
    timed,
)  # fmt: skip

_TIMES = 40
_FEW = 1_000


def single(scratch: Path) -> None:
    """Measure durable appends through one handle, and whole processes, on a small ledger."""
    path = scratch / "single.git"
    ledger = ledger_in(path)
    known = names(_FEW)
    drain(append_batch(ledger, one_each(known, 3)))
    dice = random.Random(4)

    def once() -> None:
        append(ledger, change("bench", set={dice.choice(known): dice.random()}))

    for warm in (once, lambda: _commit(path)):
        warm()
    row(
        "one durable append from an open handle",
        *side_by_side(once, lambda: _commit(path), times=_TIMES),
        "s",
        "commit-tree + update-ref, core.fsync=all",
        "<= 1",
    )
    appending = program(path, "append", "--rule", "bench", "--set", "x=1")
    row("append as a process, durable", *side_by_side(appending, nothing), "s", "python -c pass", "<= 5")
    row("vst as a process", *side_by_side(program(path, "vst", known[0]), nothing), "s", "python -c pass", "<= 5")


def growth(scratch: Path, variables: int) -> None:
    """Measure an append to a large ledger against one to a small ledger, in many directories and in none."""
    for directories, shape in ((300, "in 300 directories"), (0, "all in one directory")):
        taken, grown = zip(*(_one_append(scratch, count, directories) for count in (_FEW, variables)), strict=True)
        row(f"append at {variables:,} variables, {shape}", taken[1], taken[0], "s", f"at {_FEW:,}", "<= 1.5")
        row("  bytes that it leaves", grown[1], grown[0], "bytes", f"at {_FEW:,}", "<= 2")


def _one_append(scratch: Path, variables: int, directories: int) -> tuple[float, float]:
    """Return the seconds and the bytes of one append."""
    path = scratch / f"growth-{variables}-{directories}.git"
    ledger = ledger_in(path)
    known = names(variables, directories)
    drain(append_batch(ledger, one_each(known, 3)))
    dice = random.Random(4)

    def once() -> None:
        append(ledger, change("bench", set={dice.choice(known): dice.random()}))

    once()
    before = size(path)
    taken = median(timed(once) for _ in range(_TIMES))
    return taken, (size(path) - before) / _TIMES


def _commit(path: Path) -> None:
    """Do what a script would: a commit and a ref, durable as far as Git goes."""
    tree = subprocess.run(["git", "-C", path, "mktree"], input=b"", check=True, capture_output=True, env=ENV).stdout
    durable = ("-c", "core.fsync=all")
    commit = git(path, *durable, "commit-tree", "-m", "x", tree.decode().strip(), capture_output=True)
    git(path, *durable, "update-ref", "refs/heads/plain", commit.stdout.decode().strip())
