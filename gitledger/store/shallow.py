"""Where a repository's history is cut off: Git's file ``shallow``, read and moved.

A commit that the file lists counts as one without parents. Git then neither follows nor needs what lies before it
(Git's technical note "shallow"); the bytes of the commit, and so its id, stay as they are. The cut moves as a ref does:
by compare-and-swap, under Git's own lock ``shallow.lock``, durable when it returns.

The lock appears with all that it is to hold, as a second name of our own file ``ledger/shallow``. One that is still
there when nobody is at it was left by a death, and is known by that.
"""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from gitledger.durable import storage_error, sync_directory
from gitledger.errors import ConflictError, DamageError, FormatError
from gitledger.ids import Oid, parse_oid
from gitledger.store.repository import Repository, is_durable, shared_access

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = "shallow"


def read_cut(repository: Repository) -> frozenset[Oid]:
    """Return the commits behind which history is cut off now; none in a repository that has it all.

    Raises:
        DamageError: the file holds something else than object ids.
        StorageError: it cannot be read.
    """
    path = f"{repository.common_path}/{_NAME}"
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as in `Repository`
            return frozenset(map(parse_oid, file.read().split()))
    except FileNotFoundError:
        return frozenset()
    except (FormatError, UnicodeDecodeError) as error:
        raise DamageError(f"{path} holds something else than object ids; expected one a line") from error
    except OSError as error:
        raise storage_error(f"cannot read {path}", error) from error


def move_cut(repository: Repository, old: frozenset[Oid], new: frozenset[Oid]) -> None:
    """Move the cut from ``old`` to ``new``; both empty sets mean that nothing is cut off.

    To be called in the writer's turn (`RefStore.turn`), so that a lock of ours that is in the way has no owner.

    Raises:
        ConflictError: the cut is not ``old``, or a git holds the lock; nothing moved.
        StorageError: the disk refuses.
    """
    path = repository.common_dir / _NAME
    with _locked(repository, path, new) as lock:
        if read_cut(repository) != old:
            raise ConflictError(f"{path} has changed since it was read; expected nobody else to cut history off")
        try:
            drop_bitmaps(repository)
            if new:
                lock.rename(path)
            else:
                path.unlink(missing_ok=True)
            if is_durable(repository.config):
                sync_directory(repository.common_dir)
        except OSError as error:
            raise storage_error(f"cannot move the cut in {path}", error) from error


def drop_bitmaps(repository: Repository) -> None:
    """Remove the bitmaps of packs, which hold what each commit reaches as it was when they were written.

    Git writes them in a shallow repository, too, and believes them when history is back: `git gc` would then drop it,
    and with it the file that says where it is cut off.

    Raises:
        OSError: the disk refuses.
    """
    for bitmap in (repository.objects_dir / "pack").glob("*.bitmap"):
        bitmap.unlink(missing_ok=True)


@contextmanager
def _locked(repository: Repository, path: "Path", new: Collection[Oid]) -> Iterator["Path"]:
    """Hold Git's lock on the cut, with the new one in it, until the block ends."""
    lock, own = path.with_name("shallow.lock"), repository.common_dir / "ledger" / _NAME
    try:
        own.parent.mkdir(exist_ok=True)
        if _is_left(lock, own):
            lock.unlink()
        own.unlink(missing_ok=True)
        _write(repository, own, new)
        lock.hardlink_to(own)
    except FileExistsError as error:
        raise ConflictError(
            f"{lock} is there; expected no git to be cutting history off",
            hint="if no git runs on this repository, a killed one left the lock: remove it",
            details={"lock": str(lock)},
        ) from error
    except OSError as error:
        raise storage_error(f"cannot lock {path}", error) from error
    try:
        yield lock
    finally:
        # After the rename the lock is gone, and the file has another name.
        for name in (lock, own):
            name.unlink(missing_ok=True)


def _is_left(lock: "Path", own: "Path") -> bool:
    try:
        return lock.samefile(own)
    except FileNotFoundError:
        return False


def _write(repository: Repository, path: "Path", cut: Collection[Oid]) -> None:
    mode = shared_access(repository.config)
    with path.open("xb") as file:
        file.write(b"".join(sorted(b"%s\n" % oid.hex().encode() for oid in cut)))
        if mode:
            os.fchmod(file.fileno(), abs(mode) if mode < 0 else os.fstat(file.fileno()).st_mode | mode)
        file.flush()
        if is_durable(repository.config):
            os.fsync(file.fileno())
