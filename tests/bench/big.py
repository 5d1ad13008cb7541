"""What a large ledger costs: ``python -m tests.bench.big --events 1000000``; rows as in `tests.bench.speed`.

One ledger is filled through the program, with as many variables in 300 directories, and asked and verified; then two are
compared with small ones. A million events take about an hour and 4 GB of disk, in the directory for temporary files.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gitledger.cli.open import open_ledger
from gitledger.ids import Variable
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.checkpoint import checkpoint, checkpoint_at
from gitledger.ledger.handle import Ledger
from gitledger.ledger.prove import prove_event, prove_extension, prove_timeline, prove_variable
from gitledger.ledger.publication import head_of
from gitledger.ledger.resolve import resolve
from gitledger.model.proof_file import Proof, format_proof
from tests.bench.single import growth
from tests.bench.table import ENV, ROOT, ledger_in, names, one_each, process, program, row, side_by_side, size, timed

_MEGABYTE = 1024
"""``ru_maxrss`` is in KiB."""


def peak(command: list[str | Path], source: Path | None = None) -> tuple[float, float]:
    """Return the seconds and the MB that a command takes, its largest child included."""
    with (source or Path(os.devnull)).open("rb") as stdin:
        start = time.perf_counter()
        running = subprocess.Popen(command, stdin=stdin, stdout=subprocess.DEVNULL, env=ENV, cwd=ROOT)
        _, status, usage = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0, command
    return time.perf_counter() - start, usage.ru_maxrss / _MEGABYTE


def ours(path: Path, *arguments: str) -> list[str | Path]:
    """Return the command line of the program."""
    return [sys.executable, "-m", "gitledger", "-C", path, *arguments]


def fill(scratch: Path, count: int) -> Path:
    """Append an event for each variable from a file of JSON lines."""
    path, lines = scratch / "big.git", scratch / "lines"
    ledger_in(path)
    with lines.open("w") as out:
        for one in one_each(names(count), 1):
            out.writelines(json.dumps({"rule": "bench", "set": {name: 1.5}}) + "\n" for name in one.writes)
    seconds, memory = peak(ours(path, "append", "--batch", "-"), lines)
    lines.unlink()
    row(f"append --batch of {count:,} lines", count / seconds, unit="events/s")
    row("  its memory", memory, unit="MB")
    row("  bytes an event", size(path) / count, unit="bytes")
    return path


def prove(ledger: Ledger, count: int) -> None:
    """Measure proofs, and what they have to look for."""
    middle = f"#{count // 2}"
    resolve(ledger, middle)
    place = []
    row(f"the publication of {middle}", timed(lambda: place.append(resolve(ledger, middle))))
    event = place[0].event
    row("the publication of an event id", timed(lambda: resolve(ledger, event.hex())))
    variable, kept = Variable("d0/v0"), checkpoint(ledger).checkpoint
    append(ledger, change("bench", set={variable: "later"}))
    newer = checkpoint_at(ledger, resolve(ledger, ledger.name))
    for what, make, goal in (
        ("an event", lambda: prove_event(ledger, event, kept), "<= 2048"),
        ("a variable", lambda: prove_variable(ledger, variable, kept), ""),
        ("a timeline", lambda: prove_timeline(ledger, variable, kept), ""),
        ("an extension", lambda: prove_extension(ledger, kept, newer), ""),
    ):
        made: list[Proof] = []
        row(f"proof of {what}", timed(lambda made=made, make=make: made.append(make())))
        row("  its size", len(format_proof(made[0])), unit="bytes", goal=goal)


def judge(path: Path, ledger: Ledger) -> None:
    """Measure a verification of everything, and of one event more."""
    fsck, memory = peak(["git", "-C", path, "fsck", "--full"])
    for jobs in ("2", "1"):
        seconds, taken = peak(ours(path, "verify", "--jobs", jobs))
        row(f"verify --jobs {jobs}", seconds, fsck, "s", "git fsck --full", "<= 2" if jobs == "2" else "")
        row("  memory of its largest process", taken, memory, "MB", "git fsck --full", "<= 300 MB")
    head = head_of(ledger).events[-1].hex()
    append(ledger, change("bench", set={"d0/v0": "later still"}))
    since = program(path, "verify", "--since", head)
    taken = side_by_side(since, lambda: process("-m", "gitledger", "--version"))
    row("verify --since, after one append", *taken, "s", "git ledger --version", "<= 2")


def main() -> None:
    """Print every row."""
    arguments = argparse.ArgumentParser(description="Print what a large ledger costs, beside what Git takes.")
    arguments.add_argument("--events", type=int, default=1_000_000, help="size of the large ledgers")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="git-ledger-big-") as scratch:
        path = fill(Path(scratch), given.events)
        ledger = open_ledger(path, env=ENV)
        prove(ledger, given.events)
        judge(path, ledger)
        growth(Path(scratch), given.events)


if __name__ == "__main__":
    main()
