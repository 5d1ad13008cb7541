"""Power loss at a random moment of a stream of appends: what was acknowledged is on the disk, and the rest is sound.

The shutdown of ext4 stands for it: whatever no fsync has asked for is gone. (The program's own appends run on until
the disk refuses them, as they would until the light goes out.)
"""

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from gitledger.store.pack_writer import drop_stale_leases
from tests.faults.disks import PowerSupply
from tests.faults.laws import Outcome, events, judge
from tests.faults.program import LIBRARY, Answer, environment
from tests.faults.scenes import APPEND, Scene, copy, started
from tests.faults.walk import FULL, SEED, Walk

_STREAM: Final = Scene(name="stream", prepare=started, command=(*LIBRARY, "stream"))
_TRIALS: Final = 200 if FULL else 5
_MOST_ANSWERS: Final = 8
_LONGEST: Final = 0.03
"""Seconds between an answer and the end; an append takes about as long."""


@pytest.fixture
def power(tmp_path: Path) -> Iterator[PowerSupply]:
    supply = PowerSupply(tmp_path)
    yield supply
    supply.close()


def test_power_loss_in_a_stream_of_appends(power: PowerSupply, tmp_path: Path) -> None:
    ready = tmp_path / "repository.git"
    _STREAM.prepare(ready)
    before = events(ready)

    def trial(moment: tuple[int, float], directory: Path) -> Outcome:
        place = power.path / directory.name
        place.mkdir()
        repository = copy(ready, place)
        subprocess.run(["sync", "--file-system", power.path], check=True)
        answer = _until_power_loss(power, repository, moment, directory)
        outcome = judge(APPEND, repository, directory, before, answer)
        shutil.rmtree(place)
        return outcome

    dice = random.Random(SEED)
    # Every other time at once: what was acknowledged last has had the least time to get to the disk.
    moments = [(dice.randint(1, _MOST_ANSWERS), number % 2 * dice.uniform(0, _LONGEST)) for number in range(_TRIALS)]
    Walk("a stream of appends").all(moments, trial, kind=lambda _: "power loss", at_once=1)


def test_of_a_lease_the_words_may_be_lost_and_not_the_mark(tmp_path: Path) -> None:
    wordless, foreign = tmp_path / "pack-1.keep", tmp_path / "pack-2.keep"
    for keep in (wordless, foreign):
        keep.touch()
    os.utime(wordless, (0, 0))
    assert drop_stale_leases(tmp_path) == [tmp_path / "pack-1.pack"]
    assert [foreign] == list(tmp_path.iterdir())


def _until_power_loss(power: PowerSupply, repository: Path, moment: tuple[int, float], directory: Path) -> Answer:
    """Run the stream until it has given some answers and a while has passed; return what it had answered by then."""
    answers, delay = moment
    out = directory / "acknowledged"
    with out.open("wb") as file:
        stream = subprocess.Popen(
            _STREAM.on(repository), stdout=file, stderr=subprocess.DEVNULL, env=environment()
        )
        while out.read_text().count("\n") < answers and stream.poll() is None:
            pass  # A sleep would give the disk time.
        time.sleep(delay)
        acknowledged = out.read_text()
        power.cut()
        stream.wait()
    power.restore()
    return Answer(-9, acknowledged, "")
