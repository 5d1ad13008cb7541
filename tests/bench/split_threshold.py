"""What one append of one variable writes, by the number of children above which a directory is split.

Builds the state tree and the index tree of a ledger in memory, changes one random variable at a time, and counts the
trees that each change makes and their bytes: deflated at level 1, and 32 bytes an object for its header and its place
in a pack index. ``docs/adr/0004-state-as-a-git-tree.md`` holds the figures. Run from the top of the source tree:

    python -m tests.bench.split_threshold [--full]
"""

import random
import sys
import zlib
from collections.abc import Sequence

from gitledger.ids import SHA1, Oid
from gitledger.store.layout import TIMELINE_MARK
from gitledger.store.pathmap import PathMap

THRESHOLDS = (16, 32, 64, 128, 256)
INDEX_BYTES = 32
APPENDS = 300
SEED = 20_240_501


def flat(count: int) -> list[str]:
    """Return the names of so many variables in one directory."""
    return [f"measurement-{number:07}" for number in range(count)]


def nested(count: int, directories: int) -> list[str]:
    """Return the names of so many variables, spread over so many directories."""
    return [f"station-{number % directories:04}/measurement-{number // directories:05}" for number in range(count)]


def value(number: int) -> Oid:
    """Return the id of some blob."""
    return SHA1.oid("blob", b"%d" % number)


def written(names: Sequence[str], mark: bytes, split_above: int) -> tuple[float, float]:
    """Return the bytes and the trees that one change of one random variable writes, on average."""
    stored: dict[Oid, bytes] = {}
    tree = PathMap(stored.__getitem__, SHA1, None, mark=mark, split_above=split_above)
    for number, name in enumerate(names):
        tree.set(name, value(number))
    tree.take_new()
    chosen = random.Random(SEED).choices(names, k=APPENDS)
    written_bytes = written_trees = 0
    for number, name in enumerate(chosen, start=len(names)):
        tree.set(name, value(number))
        new = tree.take_new()
        written_bytes += sum(len(zlib.compress(one.data, 1)) + INDEX_BYTES for one in new)
        written_trees += len(new)
    return written_bytes / APPENDS, written_trees / APPENDS


def main(*, full: bool) -> None:
    """Print a table; ``full`` adds the million, which takes minutes and 300 MB."""
    layouts = {
        "1,000 flat": flat(1_000),
        "100,000 flat": flat(100_000),
        "100,000 in 300": nested(100_000, 300),
    }
    if full:
        # 61 names in a bucket of the third level: the most that a threshold of 64 can cost between these sizes.
        layouts["250,000 flat"] = flat(250_000)
        layouts["1,000,000 flat"] = flat(1_000_000)
    sys.stdout.write(f"{'variables':<16}{'split above':>12}{'bytes':>8}{'trees':>7}\n")
    for label, names in layouts.items():
        for split_above in THRESHOLDS:
            state, index = (written(names, mark, split_above) for mark in (b"", TIMELINE_MARK))
            sys.stdout.write(f"{label:<16}{split_above:>12}{state[0] + index[0]:>8.0f}{state[1] + index[1]:>7.1f}\n")


if __name__ == "__main__":
    main(full="--full" in sys.argv[1:])
