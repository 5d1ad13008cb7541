"""Many processes append to one ledger while somebody kills one of them every second, and it is started again.

Only one that has got something acknowledged is killed again, so that each comes to its end on a slow machine, too. Every
other kill takes the gits of the writer with it. A slice runs always; ``GIT_LEDGER_FULL=1`` runs 32 processes of 100
appends each, and prints the figures.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from gitledger.ledger.init import init
from gitledger.ledger.log import log
from tests.faults.walk import FULL, SEED
from tests.ledgers import ENV, assert_sound, open_ledger, write

WRITERS, APPENDS, PAUSE = (32, 100, 1.0) if FULL else (6, 10, 0.25)
ROOT: Final = Path(__file__).parents[2]


class Writer:
    """One that is started as often as it is killed, and goes on behind what it had said."""

    def __init__(self, repository: Path, name: str, said: Path) -> None:
        self._repository, self._name, self._said = repository, name, said
        said.touch()
        self._start()

    def _start(self) -> None:
        self._done = len(self.said())
        work = [self._repository, self._name, str(APPENDS), str(self._done)]
        with self._said.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.writing", *work], cwd=ROOT, env=ENV, stdout=out, start_new_session=True
            )

    def said(self) -> list[dict[str, Any]]:
        """Return what it has said of each event that was acknowledged."""
        return [json.loads(line) for line in self._said.read_text().splitlines()]

    def kill(self, *, with_its_gits: bool) -> None:
        """Kill it, and start it again."""
        (os.killpg if with_its_gits else os.kill)(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._start()

    def has_gone_on(self) -> bool:
        """Say whether it has got anything acknowledged since it was started."""
        return len(self.said()) > self._done

    def is_done(self) -> bool:
        """Say whether it has come to its end, which must be a good one."""
        if self.process.poll() is None:
            return False
        assert self.process.returncode == 0
        return True


def test_a_kill_every_second_loses_nothing(repository: Path, tmp_path: Path) -> None:
    with open_ledger(repository) as ledger:
        init(ledger)
    writers = [Writer(repository, f"w{number}", tmp_path / f"w{number}") for number in range(WRITERS)]
    try:
        ends, kills = run_to_the_end(writers)
    finally:
        for writer in writers:
            writer.process.kill()
    with open_ledger(repository) as ledger:
        write(ledger, one="more")  # The last to be killed may have had nothing left to write.
        said = [line for writer in writers for line in writer.said()]
        assert {line["event"] for line in said} < {one.id.hex() for one in log(ledger)}
        assert len({line["event"] for line in said}) == len(said) == WRITERS * APPENDS
        assert_sound(ledger, events=WRITERS * APPENDS + 2)
    assert list(left(repository)) == []
    attempts = sum(line["attempts"] for line in said) / len(said)
    print(
        f"\n{WRITERS} writers x {APPENDS}, {kills} kills, seed {SEED}: {attempts:.3f} attempts per append, "
        f"{len(said) / ends[-1]:.0f} appends/s, writers {ends[0]:.1f} / {median(ends):.1f} / {ends[-1]:.1f} s "
        f"(fastest, median, slowest), longest append {max(line['seconds'] for line in said):.2f} s"
    )
    assert kills > 0
    assert attempts <= 1.5
    assert ends[-1] <= 5 * median(ends)


def run_to_the_end(writers: Sequence[Writer]) -> tuple[list[float], int]:
    """Kill one of those that run every so often; return when each was done, in order, and how many kills there were."""
    dice = random.Random(SEED)
    ends: list[float] = []
    kills, start = 0, time.monotonic()
    killed_at = start - PAUSE
    running = list(writers)
    while running:
        time.sleep(0.01)
        now = time.monotonic()
        done = [writer for writer in running if writer.is_done()]
        ends += [now - start] * len(done)
        running = [writer for writer in running if writer not in done]
        if now - killed_at >= PAUSE:
            candidates = [writer for writer in running if writer.has_gone_on()]
            if candidates:
                dice.choice(candidates).kill(with_its_gits=kills % 2 == 1)
                kills, killed_at = kills + 1, now
    return ends, kills


def left(repository: Path) -> Iterator[Path]:
    """Yield each lock, lease or announcement that outlives its writer."""
    for pattern in ("*.lock", "*.keep", "moving"):
        yield from repository.rglob(pattern)
