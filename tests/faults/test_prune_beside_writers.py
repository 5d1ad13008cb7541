"""Prune and gc beside a writer that knows nothing of them: nothing that was acknowledged is lost, and it is not stopped."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gitledger.ledger.checkpoint import checkpoint
from gitledger.ledger.init import init
from gitledger.ledger.log import log
from gitledger.ledger.publication import head_of
from gitledger.retention.gc import gc
from gitledger.retention.prune import plan_prune, prune
from gitledger.store.housekeeping import Housekeeping
from gitledger.store.open import find_repository
from tests.faults.program import LIBRARY, environment
from tests.ledgers import ENV, assert_sound, git, open_ledger, write_many

SIZES = (301, 601, 901)


def test_a_writer_goes_on_while_history_goes(repository: Path, tmp_path: Path) -> None:
    with open_ledger(repository) as ledger:
        init(ledger)
        for number in range(3):
            write_many(ledger, 300, prefix=f"b{number}/")
            checkpoint(ledger)
    house = Housekeeping(find_repository(repository, ENV), ENV)
    answer = tmp_path / "acknowledged"
    dropped = 0
    with writing(repository, answer), open_ledger(repository) as ledger:
        for size in SIZES:
            before = answer.stat().st_size
            plan = plan_prune(ledger, house, before=size)
            prune(ledger, house, plan)
            dropped += plan.publications
            gc(ledger, house)
            until(lambda before=before: answer.stat().st_size > before)
    acknowledged = set(answer.read_text().split("\n")[:-1])
    assert dropped == 3
    with open_ledger(repository) as ledger:
        assert_sound(ledger)
        here = [one.id.hex() for one in log(ledger)]
        assert head_of(ledger).log.size >= 901 + len(acknowledged)
        assert acknowledged <= set(here)
    git(repository, "fsck", "--strict", "--full", "--no-dangling")


@contextmanager
def writing(repository: Path, answer: Path) -> Iterator[None]:
    """Run a process that appends until the block ends, and writes to a file what was acknowledged."""
    with answer.open("wb") as file:
        running = subprocess.Popen([*LIBRARY, str(repository), "stream"], stdout=file, env=environment())
    try:
        until(lambda: answer.stat().st_size > 0)
        yield
        assert running.poll() is None, "the writer was stopped"
    finally:
        running.kill()
        running.wait()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; half a minute is far more than it takes."""
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
