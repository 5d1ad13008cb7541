"""Many events at once, and what is asked of them afterwards: rows of `speed`."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import backwards
from gitledger.ledger.publication import head_of, read_delta, read_event
from gitledger.ledger.state import get
from gitledger.ledger.vst import vst
from gitledger.verify import verify
from tests.bench.table import (
    ENV,
    drain,
    git,
    ledger_in,
    names,
    nothing,
    one_each,
    process,
    program,
    repository,
    row,
    side_by_side,
    size,
    timed,
)  # fmt: skip

_RARE = "d0/v0"
_RARELY = 10


def batch(scratch: Path, count: int) -> None:
    """Measure a batch against ``git fast-import`` of the same changes, and both when Git has collected garbage."""
    ours, theirs = scratch / "batch.git", repository(scratch / "fast-import.git")
    ledger = ledger_in(ours)
    taken = timed(lambda: drain(append_batch(ledger, _changes(count))))
    stream = scratch / "stream"
    _write_stream(ledger, stream)
    with stream.open("rb") as source:
        others = timed(lambda: git(theirs, "fast-import", "--quiet", stdin=source))
    stream.unlink()
    total = count + _RARELY - 1
    row(f"batch of {total:,} events", total / taken, total / others, "events/s", "fast-import", ">= 5")
    row("  bytes", size(ours), size(theirs), "bytes", "fast-import", "<= 0.5")
    _ask(ledger, ours, theirs, count)
    _verify(ledger, ours)
    for path in (ours, theirs):
        git(path, "gc", "--quiet")
    row("  bytes after git gc", size(ours), size(theirs), "bytes", "fast-import", "<= 0.5")


def publications(scratch: Path, count: int) -> None:
    """Measure one publication an event through one handle, against ``git fast-import`` of the same changes."""
    ledger, theirs = ledger_in(scratch / "publications.git"), repository(scratch / "fast-import-2.git")
    taken = timed(lambda: drain(append_batch(ledger, one_each(names(count), 2), group=1, at_once=2048)))
    stream = scratch / "stream"
    _write_stream(ledger, stream)
    with stream.open("rb") as source:
        others = timed(lambda: git(theirs, "fast-import", "--quiet", stdin=source))
    stream.unlink()
    row(f"{count:,} publications of one event", count / taken, count / others, "events/s", "fast-import", ">= 2")
    row("  bytes an event, without gc", size(scratch / "publications.git") / count, unit="bytes", goal="<= 3000")


def long_timeline(scratch: Path, count: int) -> None:
    """Measure the timeline of one variable that every event wrote."""
    path = scratch / "timeline.git"
    ledger = ledger_in(path)
    drain(append_batch(ledger, (change("bench", set={"x": number}) for number in range(count))))
    ids = "".join(f"{event.hex()}\n" for event in vst(ledger, "x")).encode()

    def theirs() -> None:
        git(path, "cat-file", "--batch", input=ids, stdout=subprocess.DEVNULL)

    ours, others = side_by_side(lambda: drain(vst(ledger, "x")), theirs, times=3)
    row(f"vst of a variable with {count:,} events", ours, others, "s", "cat-file --batch", "<= 3")
    ours, start = side_by_side(program(path, "vst", "x", "-n", "20"), nothing)
    row("  its first 20, as a process", ours, start, "s", "python -c pass")
    ours, others = side_by_side(program(path, "vst", "x"), theirs, times=3)
    row("  all of it printed, as a process", ours, others, "s", "cat-file --batch")


def import_history(scratch: Path) -> None:
    """Measure the import of a real history, which the variable ``GIT_LEDGER_CA_FIRES`` names."""
    bundle = os.environ.get("GIT_LEDGER_CA_FIRES")
    if bundle is None:
        print("import-git: not measured; GIT_LEDGER_CA_FIRES names no bundle")
        return
    path, other = scratch / "import.git", scratch / "export.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", bundle, path], check=True, env=ENV)
    for name, value in (("user.name", "Bench"), ("user.email", "bench@example.org")):
        git(path, "config", name, value)
    branch = git(path, "for-each-ref", "--count=1", "--format=%(refname)", "refs/heads", capture_output=True)
    rev = branch.stdout.decode().strip()
    program(path, "init")()
    ours = timed(program(path, "import-git", rev))
    repository(other)

    def theirs() -> None:
        export = subprocess.Popen(
            ["git", "-C", path, "fast-export", "--signed-tags=strip", rev], stdout=subprocess.PIPE, env=ENV
        )
        with export:
            git(other, "fast-import", "--quiet", stdin=export.stdout)

    row("import-git of a real history, as a process", ours, timed(theirs), "s", "fast-export | fast-import", "<= 2")


def _changes(count: int) -> Iterator[Change]:
    """Yield a change for each variable, and some more of one that is far apart."""
    every = max(1, count // _RARELY)
    for number, one in enumerate(one_each(names(count), 1), 1):
        yield one
        if number % every == 0 and number // every < _RARELY:
            yield change("bench", set={_RARE: -number})


def _ask(ledger: Ledger, ours: Path, theirs: Path, count: int) -> None:
    """Measure questions about one variable among all."""
    git(theirs, "commit-graph", "write", "--reachable", "--changed-paths")

    def log() -> None:
        git(theirs, "log", "--format=%H", "refs/heads/main", "--", _RARE, stdout=subprocess.DEVNULL)

    drain(vst(ledger, _RARE))
    row(
        f"vst of a variable with {_RARELY} events among {count:,}",
        *side_by_side(lambda: drain(vst(ledger, _RARE)), log),
        "s",
        "git log -- path, Bloom filters",
        "<= 0.05",
    )
    row("  as a process", *side_by_side(program(ours, "vst", _RARE), nothing), "s", "python -c pass", "<= 5")
    past = f"#{count // 2}"
    get(ledger, _RARE, at=past)
    row("value of a variable in the middle of the past", timed(lambda: get(ledger, _RARE, at=past)))


def _verify(ledger: Ledger, path: Path) -> None:
    fsck = timed(lambda: git(path, "fsck", "--full", capture_output=True))
    row("verify, one process", timed(lambda: verify(ledger)), fsck, "s", "git fsck --full")
    row("verify, two processes", timed(lambda: verify(ledger, jobs=2)), fsck, "s", "git fsck --full", "<= 2")
    head = head_of(ledger).events[-1].hex()
    append(ledger, change("bench", set={_RARE: 0.5}))
    since = program(path, "verify", "--since", head)
    since()
    row(
        "verify --since, after one append, as a process",
        *side_by_side(since, lambda: process("-m", "gitledger", "--version")),
        "s",
        "git ledger --version",
        "<= 2",
    )


def _write_stream(ledger: Ledger, path: Path) -> None:
    """Write the ledger's changes for fast-import: a commit an event, with the changed file and a blob for the event."""
    places = list(backwards(ledger.objects, head_of(ledger)))
    with path.open("wb") as out:
        for place in reversed(places[:-1]):
            event = read_event(ledger.objects, place.event)
            data = ledger.objects.read(place.event).data
            for name, value in read_delta(ledger.objects, event.delta).changes.items():
                message = f"ledger: set {name} (bench)\n".encode()
                out.write(b"commit refs/heads/main\ncommitter B <b@example.org> 1767268800 +0000\n")
                out.write(b"data %d\n%s\n" % (len(message), message))
                out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(value or b""), value))
                out.write(b"M 100644 inline event\ndata %d\n%s\n" % (len(data), data))
