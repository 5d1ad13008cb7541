"""Reading one setting, and writing one so that a death in the middle of it blocks nobody.

A git that is killed while it writes settings leaves their lock behind, and every later one refuses. So what is about
to happen is announced by a file: who finds one has come after a death, and removes a lock that nobody lets go.
"""

import contextlib
from pathlib import Path
from typing import Final

from gitledger.durable import storage_error
from gitledger.errors import StorageError
from gitledger.store.program import Program
from gitledger.store.repository import Repository
from gitledger.store.turn import pause

# Waits up to a fifth of a second, where git holds the lock for a millisecond.
_LONG: Final = 8


def read_setting(git: Program, name: str) -> list[str]:
    """Return the values of a setting, in the order of git's files; none if it is not set."""
    return git.run("config", "-z", "--get-all", name).output.decode(errors="surrogateescape").split("\0")[:-1]


def add_setting(repository: Repository, git: Program, name: str, value: str) -> None:
    """Add one value to a setting, as ``git config --add`` does.

    Raises:
        StorageError: git cannot write its settings.
    """
    _write(repository, git, name, "--add", name, value)


def remove_setting(repository: Repository, git: Program, name: str, value: str) -> None:
    """Take one value away from a setting.

    Raises:
        StorageError: git cannot write its settings, or the setting is not in those of the repository.
    """
    _write(repository, git, name, "--fixed-value", "--unset", name, value)


def _write(repository: Repository, git: Program, name: str, *arguments: str) -> None:
    announced = repository.common_dir / "ledger-setting"
    try:
        if announced.exists():
            remove_left_lock(repository.common_dir / "config.lock")
        announced.touch()
        done = git.run("config", *arguments)
        announced.unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(f"cannot announce a setting in {announced}", error) from error
    if done.status != 0:
        raise StorageError(f"git cannot set {name}: {done.reason}; expected to write its settings")


def remove_left_lock(lock: Path) -> None:
    """Remove a lock that nobody lets go; for those who know that its owner may be dead."""
    with contextlib.suppress(FileNotFoundError):
        before = lock.stat()
        pause(_LONG)
        after = lock.stat()
        if (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns):
            lock.unlink()
