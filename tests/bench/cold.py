"""``python -m tests.bench.cold [EVENTS]``: what a ledger weighs before and after its history leaves, and comes back.

Appends events one by one to 1,000 variables, makes a checkpoint, archives to a directory (and to an object store, where the
extra ``s3-test`` is installed), prunes, reads what is archived, and rehydrates. Every step is the program itself in a
process of its own. Prints a row for each step: seconds, and the repository's size on disk.
"""

import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from gitledger.ledger.append import append_batch
from gitledger.ledger.change import change
from tests.ledgers import ENV, git, new_repository, open_ledger
from tests.s3_server import BUCKET, reason_to_skip, serve_s3

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = 1_000
MAIN = "refs/ledger/main"


class Run:
    """One repository and the steps on it."""

    def __init__(self, path: Path, more: Mapping[str, str]) -> None:
        self.path = path
        self.env = {**ENV, "HOME": str(path), "PYTHONPATH": str(ROOT), **more}

    def step(self, what: str, *arguments: str) -> str:
        """Run the program, print a row, and return what it said."""
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "gitledger", "-C", self.path, *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        print(f"{what:<44} {time.monotonic() - start:>8.2f} s {size(self.path):>14,} bytes", flush=True)
        return done.stdout


def size(path: Path) -> int:
    """Return how many bytes the packs and loose objects of a repository take."""
    return sum(file.stat().st_size for file in (path / "objects").rglob("*") if file.is_file())


def history(path: Path) -> list[str]:
    """Return every object that the ledger reaches."""
    return sorted(git(path, "rev-list", "--objects", MAIN).splitlines())


def main(events: int, directory: Path) -> None:
    """Run all steps."""
    server = nullcontext({}) if reason_to_skip() else serve_s3(directory / "s3")
    if reason_to_skip():
        print(reason_to_skip())
    with server as more:
        places = [str(directory / "archive"), *([f"s3://{BUCKET}/{events}"] if more else [])]
        run = Run(new_repository(directory / "repository.git", "sha1", "--bare"), more)
        run.step("init", "init")
        fill(run.path, events)
        git(run.path, "gc", "--quiet", "--prune=now")
        run.step("checkpoint, after git gc", "checkpoint")
        before = history(run.path)
        for place in places:
            where = "s3" if place.startswith("s3:") else "a directory"
            print(run.step(f"archive to {where}", "archive", "--to", place), end="")
        archive = directory / "archive"
        held = sum(file.stat().st_size for file in archive.rglob("*") if file.is_file())
        print(f"{'the archive':<57} {held:>14,} bytes")
        for place in places:
            print(run.step("prune", "prune"), end="")
            middle = str(events // 2)
            run.step(f"show --deep #{middle}", "show", "--deep", f"#{middle}")
            run.step(f"state --deep --at #{middle}", "state", "--deep", "--at", f"#{middle}")
            run.step("vst --deep, one variable", "vst", "--deep", "v/7")
            run.step("append", "append", "--rule", "set", "--set", "more=1")
            run.step("verify, from the cut", "verify")
            print(run.step(f"rehydrate #{events * 3 // 4}", "rehydrate", f"#{events * 3 // 4}", "--from", place), end="")
            print(run.step("rehydrate", "rehydrate", "--from", place), end="")
            missing = {*before} - {*history(run.path)}
            print(f"objects that did not come back: {len(missing)}")
            git(run.path, "gc", "--quiet", "--prune=now")
        run.step("verify, all", "verify")


def fill(path: Path, events: int) -> None:
    """Append events, each in a publication of its own."""
    with open_ledger(path) as ledger:
        changes = (change("set", set={f"v/{n % VARIABLES}": n}) for n in range(events))
        for _ in append_batch(ledger, changes, group=1):
            pass


if __name__ == "__main__":
    with TemporaryDirectory() as made:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000, Path(made))
