"""Where the refs of a repository lie on disk: loose files, locks, and what power loss would take.

Git's own formats: ``gitrepository-layout`` for files, ``reftable`` for tables. Only what no library and no plumbing
command of Git offers is done here: telling a damaged ref from an absent one, waiting for the lock in the way, and
syncing directories, which neither Git nor dulwich does, nor libgit2 unless told (measured: without it ext4 loses the
last move of a ref with the power).
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from gitledger.durable import storage_error, sync_directory
from gitledger.errors import StorageError
from gitledger.store.base import RefStore, RefUpdate
from gitledger.store.repository import Repository, is_durable
from gitledger.store.swap import refusal
from gitledger.store.turn import Turn, pause

# Waits double from 1 ms to 256 ms, so these many tries last seven seconds, ten where git itself waits 0.1 s for a lock.
_TRIES: Final = 36
# A lock may be let go between a try and the look at it; many times in a row, something else is wrong.
_TRIES_WITHOUT_LOCK: Final = 8


def held_lock(repository: Repository, updates: Sequence[RefUpdate]) -> Path | None:
    """Return the lock file that somebody, alive or dead, holds in the way of ``updates``, or None."""
    if repository.ref_format == "reftable":
        locks = [repository.common_dir / "reftable" / "tables.list.lock"]
    else:
        locks = [repository.common_dir / f"{update.name}.lock" for update in updates]
        locks.append(repository.common_dir / "packed-refs.lock")
    return next((lock for lock in locks if lock.exists()), None)


def ref_directories(repository: Repository, updates: Sequence[RefUpdate]) -> dict[Path, int]:
    """Return the directories between refs and the common directory that are there, with their inode numbers."""
    found = {}
    for directory in _directories(repository, updates):
        # A ref may stand where a directory of another would have to be; whoever moves refs finds out.
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            found[directory] = directory.stat().st_ino
    return found


def sync_refs(repository: Repository, updates: Sequence[RefUpdate], before: Mapping[Path, int]) -> None:
    """Make refs that have just moved durable, unless ``ledger.durability`` is ``relaxed``.

    With files, the directory of a ref; those above it only if one of them is new, or the ref was deleted: that changes
    ``packed-refs``, which lies in the last of them.

    Args:
        repository: where.
        updates: what moved.
        before: what `ref_directories` returned before it moved.

    Raises:
        StorageError: the disk refuses; the refs have moved, and power loss may undo it.
    """
    if not is_durable(repository.config):
        return
    directories = _directories(repository, updates)
    if ref_directories(repository, updates) == before and all(update.new for update in updates):
        own = {(repository.common_dir / update.name).parent for update in updates}
        directories = own if repository.ref_format == "files" else directories
    for directory in sorted(directories, reverse=True):
        try:
            sync_directory(directory)
        except FileNotFoundError:
            continue  # A deletion or `git pack-refs` left it empty and took it away.
        except OSError as error:
            names = ", ".join(update.name for update in updates)
            raise storage_error(f"{names} moved, but {directory} cannot be synced", error) from error


def _directories(repository: Repository, updates: Sequence[RefUpdate]) -> set[Path]:
    if repository.ref_format == "reftable":
        return {repository.common_dir / "reftable"}
    return {repository.common_dir / parent for update in updates for parent in Path(update.name).parents}


def move_refs(
    refs: RefStore, turn: Turn, repository: Repository, updates: Sequence[RefUpdate], try_to_move: Callable[[], bool],
) -> bool:
    """Call ``try_to_move`` in our turn until it returns True; wait while somebody holds a lock.

    Returns:
        Whether the refs moved. If not, the reason is neither a lost swap, nor other refs, nor a lock.

    Raises:
        StaleRefError: a ref does not hold ``old``.
        ConflictError: a ref would be a directory of another.
        StorageError: a lock stays held.
    """
    without_lock = 0
    with turn.taken():
        for attempt in range(_TRIES):
            if turn.move(updates, try_to_move):
                return True
            error = refusal(refs, updates)
            if error:
                raise error
            lock = held_lock(repository, updates)
            without_lock += lock is None
            if without_lock == _TRIES_WITHOUT_LOCK:
                return False
            pause(attempt)
    raise StorageError(
        f"{updates[0].name} stayed locked; expected {lock} to go away within seconds",
        hint=f"if no git runs on this repository, a killed one left the lock: remove {lock}",
        details={"ref": updates[0].name, "lock": str(lock)},
    )
