"""Consolidation in the background, as Git's own maintenance: when, one at a time, by a process that nobody waits for.

1. Who has published and finds more packs than ``gc.autoPackLimit`` takes a lock (``flock``) on the file
   ``ledger/consolidating`` of the repository; who does not get it goes on.
2. A Python in a session of its own inherits the lock, consolidates at low priority and says nothing.
3. What it could not do it writes down: how many packs there have to be before somebody tries again, twice as many.

Nothing here fails an append: it has been published.
"""

import contextlib
import fcntl
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gitledger.errors import LedgerError
from gitledger.store.consolidate import consolidate
from gitledger.store.packs import choose, list_packs
from gitledger.store.repository import Repository, is_apart
from gitledger.store.turn import open_lock

LOCK: Final = "consolidating"
"""The file that whoever consolidates has locked."""
_NICE: Final = 5
"""At 10, beside fourteen processes that computed, there were 91 packs at one time; a writer joins nothing itself."""
_CHILD: Final = "from gitledger.store.background import child; child()"


def consolidate_if_due(repository: Repository, env: Mapping[str, str], limit: int) -> None:
    """Have packs joined if there are more than ``limit`` that may be, and nobody is at it."""
    # A file system without locks keeps its packs until `git gc`.
    with contextlib.suppress(OSError), os.fdopen(open_lock(repository, LOCK), "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        said = lock.read()
        tried = int(said) if said.isdigit() else 0
        if not choose(list_packs(repository.objects_dir / "pack"), max(limit, tried)):
            return
        if not is_apart(repository.config):
            _consolidate(repository, env, limit)
        elif sys.executable:
            # Where this process has the package from, whatever its own search path is made of.
            path = os.pathsep.join([str(Path(__file__).parents[2]), env.get("PYTHONPATH", "")]).rstrip(os.pathsep)
            _start_apart(
                [sys.executable, "-P", "-c", _CHILD],
                {**env, "PYTHONPATH": path},
                data=pickle.dumps((repository, dict(env), limit)),
                output=lock.fileno(),
            )


def child() -> None:
    """Be the process that consolidates."""
    os.nice(_NICE)
    _consolidate(*pickle.load(sys.stdin.buffer))  # noqa: S301  # from our own process


def _start_apart(command: Sequence[str], environment: Mapping[str, str], *, data: bytes, output: int) -> None:
    """Start a command that nobody waits for, in a session of its own; ``output`` becomes its standard output."""
    # The shell is gone at once and its child with it to init, so there is never a zombie. A shell gives what it does
    # not wait for another standard input, so that goes by way of 3.
    subprocess.run(  # noqa: S603  # our own arguments
        ["sh", "-c", 'exec 3<&0; "$@" <&3 3<&- &', "sh", *command],  # noqa: S607  # POSIX has it on PATH
        input=data,
        stdout=output,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
        check=False,
    )


def _consolidate(repository: Repository, env: Mapping[str, str], limit: int) -> None:
    directory = repository.objects_dir / "pack"
    tried = b""
    try:
        consolidate(repository, env, limit)
    except LedgerError:
        tried = b"%d" % (2 * len(list_packs(directory)))
    # Where somebody else made the file, each append tries again.
    with contextlib.suppress(OSError):
        (repository.common_dir / "ledger" / LOCK).write_bytes(tried)
