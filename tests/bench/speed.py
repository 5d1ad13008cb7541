"""What an append and a verification cost, beside what Git takes for the same work: ``python tests/bench/speed.py``.

Everything is measured in one run on one machine; the figures that mean something elsewhere are the ratios. Nothing is
asserted. ``--events N`` sets the size of the batches (100,000 by default), ``--json FILE`` writes the rows.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from gitledger.cli.open import open_ledger
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import backwards
from gitledger.ledger.init import init
from gitledger.ledger.publication import head_of, read_delta, read_event
from gitledger.ledger.vst import vst
from gitledger.verify import verify

ENV = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
DIRECTORIES = 300
ROWS: list[dict[str, object]] = []


def row(work: str, ours: float, theirs: float | None = None, unit: str = "s", against: str = "") -> None:
    """Print one row: what we take, what it is held against, and the ratio."""
    ratio = ours / theirs if theirs else None
    ROWS.append({"work": work, "ours": ours, "theirs": theirs, "unit": unit, "against": against, "ratio": ratio})
    tail = f"  {against}: {theirs:,.4g} {unit}  ratio {ratio:.2f}" if ratio else ""
    print(f"{work:58} {ours:>12,.4g} {unit:10}{tail}", flush=True)


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def git(folder: Path, *arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run git on a repository."""
    return subprocess.run(["git", "-C", folder, *arguments], check=True, env=ENV, **options)  # type: ignore[call-overload,no-any-return]


def repository(path: Path) -> Path:
    """Return a new bare repository."""
    subprocess.run(["git", "init", "--quiet", "--bare", path], check=True, env=ENV)
    git(path, "config", "user.name", "Bench")
    git(path, "config", "user.email", "bench@example.org")
    git(path, "config", "gc.auto", "0")
    return path


def ledger_in(path: Path) -> Ledger:
    """Return a started ledger in a new repository."""
    ledger = open_ledger(repository(path), env=ENV)
    init(ledger)
    return ledger


def names(count: int) -> list[str]:
    """Return variables in 300 directories."""
    return [f"d{n % DIRECTORIES}/v{n // DIRECTORIES}" for n in range(count)]


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


def bulk(scratch: Path, count: int) -> Path:
    """Measure a batch against ``git fast-import`` of the same changes."""
    ledger = ledger_in(scratch / "batch.git")
    ours = timed(lambda: drain(append_batch(ledger, one_each(names(count), 1))))
    stream = scratch / "stream"
    write_stream(ledger, stream)
    other = repository(scratch / "fast-import.git")
    with stream.open("rb") as source:
        theirs = timed(lambda: git(other, "fast-import", "--quiet", stdin=source))
    row(f"batch of {count:,}: events per second", count / ours, count / theirs, "events/s", "fast-import")
    row("  bytes", size(scratch / "batch.git"), size(other), "bytes", "fast-import")
    check = timed(lambda: verify(ledger))
    fsck = timed(lambda: git(scratch / "batch.git", "fsck", "--full", capture_output=True))
    row("  verify, one process", check, fsck, "s", "git fsck --full")
    for path in (scratch / "batch.git", other):
        git(path, "gc", "--quiet")
    row("  bytes after git gc", size(scratch / "batch.git"), size(other), "bytes", "fast-import")
    return scratch / "batch.git"


def write_stream(ledger: Ledger, path: Path) -> None:
    """Write the ledger's changes for fast-import: a commit an event, with the changed file and a blob for the event."""
    places = list(backwards(ledger.objects, head_of(ledger)))
    with path.open("wb") as out:
        for place in reversed(places[:-1]):
            event = read_event(ledger.objects, place.event)
            data = ledger.objects.read(place.event).data  # type: ignore[arg-type]
            for name, value in read_delta(ledger.objects, event.delta).changes.items():
                message = f"ledger: set {name} (bench)\n".encode()
                out.write(b"commit refs/heads/main\ncommitter B <b@example.org> 1767268800 +0000\n")
                out.write(b"data %d\n%s\n" % (len(message), message))
                out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(value or b""), value))
                out.write(b"M 100644 inline event\ndata %d\n%s\n" % (len(data), data))


def publications(scratch: Path, count: int) -> None:
    """Measure one publication an event through one handle."""
    ledger = ledger_in(scratch / "publications.git")
    taken = timed(lambda: drain(append_batch(ledger, one_each(names(count), 2), group=1, at_once=2048)))
    row(f"{count:,} publications of one event: events per second", count / taken, unit="events/s")
    row("  bytes an event, without gc", size(scratch / "publications.git") / count, unit="bytes")


def single(scratch: Path, variables: int) -> None:
    """Measure durable appends one by one, and whole processes, on a ledger of some size."""
    path = scratch / f"single-{variables}.git"
    ledger = ledger_in(path)
    drain(append_batch(ledger, one_each(names(variables), 3)))
    dice = random.Random(4)
    known = names(variables)

    def once() -> None:
        append(ledger, change("bench", set={dice.choice(known): dice.random()}))

    once()
    before = size(path)
    ours = median(timed(once) for _ in range(40))
    grown = (size(path) - before) / 40
    theirs = median(timed(lambda: plain_commit(path)) for _ in range(40))
    row(f"one durable append, {variables:,} variables", ours, theirs, "s", "commit-tree + update-ref")
    row("  bytes it leaves", grown, unit="bytes")
    row(f"append as a process, {variables:,} variables", *processes(path, "append", "--rule", "b", "--set", "x=1"))
    row(f"vst as a process, {variables:,} variables", *processes(path, "vst", known[0]))
    library = median(timed(lambda: drain(vst(ledger, known[0]))) for _ in range(20))
    stock = timed(lambda: git(path, "log", "--format=%H", "refs/ledger/main", "--", "state/d0", capture_output=True))
    row("vst as a library call", library, stock, "s", "git log -- path")
    row("verify, events per second", (variables + 42) / timed(lambda: verify(ledger)), unit="events/s")


def plain_commit(path: Path) -> None:
    """Do what a script would: a commit and a ref, durable as far as Git goes."""
    tree = subprocess.run(["git", "-C", path, "mktree"], input=b"", check=True, capture_output=True, env=ENV).stdout
    durable = ("-c", "core.fsync=all")
    commit = git(path, *durable, "commit-tree", "-m", "x", tree.decode().strip(), capture_output=True)
    git(path, *durable, "update-ref", "refs/heads/plain", commit.stdout.decode().strip())


def processes(path: Path, *arguments: str) -> tuple[float, float, str, str]:
    """Return the median seconds of a command, and of a Python that does nothing."""
    command = [sys.executable, "-m", "gitledger", "-C", str(path), *arguments]
    env = {**ENV, "PYTHONPATH": str(Path(__file__).resolve().parent.parent.parent)}

    def seconds(line: list[str]) -> float:
        return timed(lambda: subprocess.run(line, check=True, env=env, capture_output=True))

    pairs = [(seconds(command), seconds([sys.executable, "-c", "pass"])) for _ in range(15)]
    return median(ours for ours, _ in pairs), median(theirs for _, theirs in pairs), "s", "python -c pass"


def main() -> None:
    """Print every row."""
    arguments = argparse.ArgumentParser(description="Print what things cost, beside what Git takes.")
    arguments.add_argument("--events", type=int, default=100_000, help="size of the large batches")
    arguments.add_argument("--json", type=Path, help="write the rows to this file as well")
    given = arguments.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="git-ledger-bench-"))
    try:
        for variables in (1_000, given.events):
            single(scratch, variables)
        ledger = ledger_in(scratch / "ten-thousand.git")
        taken = timed(lambda: drain(append_batch(ledger, one_each(names(10_000), 5))))
        row("batch of 10,000: events per second", 10_000 / taken, unit="events/s")
        publications(scratch, min(given.events, 20_000))
        bulk(scratch, given.events)
    finally:
        shutil.rmtree(scratch)
    if given.json:
        given.json.write_text(json.dumps(ROWS, indent=1) + "\n")


if __name__ == "__main__":
    main()
