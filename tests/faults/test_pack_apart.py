"""One of the two processes of a large batch is killed: nothing is published, nobody stays, and the next run succeeds."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from gitledger.store import pack_apart
from tests.faults.program import PROGRAM, environment, run
from tests.ledgers import assert_sound, git, new_repository, open_ledger

LINES = 6_000
_PATIENCE = 30.0
BATCH = "".join(f'{{"rule": "train", "set": {{"d{number % 70}/v{number}": {number}}}}}\n' for number in range(LINES))


@pytest.mark.skipif(not pack_apart.can_be_apart(), reason="this machine has one processor: no other process is started")
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the other process is looked for in /proc")
@pytest.mark.parametrize("killed", ["writer", "packer"])
def test_a_process_of_a_large_batch_is_killed(tmp_path: Path, killed: str) -> None:
    path = new_repository(tmp_path / "repository")
    command = [*PROGRAM, "-C", path, "append", "--batch", "-"]
    assert run([*PROGRAM, "-C", path, "init"], tmp_path).code == 0
    lines, errors = tmp_path / "lines", tmp_path / "errors"
    lines.write_text(BATCH)
    with lines.open("rb") as source, errors.open("wb") as said:
        writer = subprocess.Popen(
            command, stdin=source, stdout=subprocess.DEVNULL, stderr=said, env=environment(), start_new_session=True
        )
        packer = _packer_of(writer)
        os.kill(writer.pid if killed == "writer" else packer, signal.SIGKILL)
        code = writer.wait(timeout=_PATIENCE)
    if killed == "writer":
        assert code == -signal.SIGKILL
    else:
        assert code == 7
        assert "the process that was to make a pack ended with status -9" in errors.read_text()
    end = time.monotonic() + _PATIENCE
    while _is_there(packer):
        assert time.monotonic() < end, "the process that makes packs stays"
        time.sleep(0.01)
    with open_ledger(path) as ledger:
        assert_sound(ledger, events=1)
    assert len(run(command, tmp_path, stdin=BATCH).acknowledged) == LINES
    with open_ledger(path) as ledger:
        assert_sound(ledger, events=1 + LINES)
    git(path, "fsck", "--strict")


def _packer_of(writer: "subprocess.Popen[bytes]") -> int:
    """Return the process that makes the pack, as soon as it is there."""
    children = Path(f"/proc/{writer.pid}/task/{writer.pid}/children")
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and writer.poll() is None:
        for pid in children.read_text().split():
            if b"pack_apart" in _command(pid):
                return int(pid)
        time.sleep(0.002)
    raise AssertionError("a large batch started no process that makes packs")


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def _is_there(pid: int) -> bool:
    # Of a zombie that nobody waits for, only the command line is gone.
    return b"pack_apart" in _command(str(pid))
