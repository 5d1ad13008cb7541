"""The real program in a process of its own: what it is given, what it answers.

Everything that an answer promises is read from the streams, as a script would: an id on a complete line of standard
output is an acknowledged event.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.ledgers import ENV

ROOT: Final = Path(__file__).resolve().parents[2]
PROGRAM: Final = (sys.executable, "-m", "gitledger")
LIBRARY: Final = (sys.executable, "-m", "tests.faults.library")
"""What no verb does in small steps: a program over the library (`tests/faults/library.py`)."""
# Far above what any run takes, below the patience of whoever waits for the suite.
_HANGS: Final = 30
_ID = re.compile(r"\b[0-9a-f]{64}\b|\b[0-9a-f]{40}\b")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run said: its exit code (negative for a signal) and both streams."""

    code: int
    stdout: str
    stderr: str

    @property
    def acknowledged(self) -> list[str]:
        """The event ids on the complete lines of standard output; the last id of a line is the event's."""
        complete = self.stdout[: self.stdout.rfind("\n") + 1].splitlines()
        return [ids[-1] for line in complete if (ids := _ID.findall(line))]


def environment(**more: str) -> dict[str, str]:
    """Return an environment without settings of this machine in which the program can be imported."""
    return {**ENV, "PYTHONPATH": str(ROOT), **more}


def run(
    command: Sequence[str | Path],
    directory: Path,
    *,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
    together: bool = False,
) -> Answer:
    """Run a command to its end in a session of its own.

    Its streams are files in ``directory``: what it leaves running keeps no pipe open. ``together`` kills what it
    leaves running as soon as it is gone.

    Raises:
        subprocess.TimeoutExpired: it hangs.
    """
    given, out, err = (directory / name for name in ("stdin", "stdout", "stderr"))
    given.write_text(stdin)
    with given.open("rb") as stdin_file, out.open("wb") as out_file, err.open("wb") as err_file:
        process = subprocess.Popen(
            command,
            stdin=stdin_file,
            stdout=out_file,
            stderr=err_file,
            env=environment() if env is None else env,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout=_HANGS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            if together:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    return Answer(code, out.read_text(errors="replace"), err.read_text(errors="replace"))
