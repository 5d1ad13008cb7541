"""Names that survive power loss, and the one translation of an operating system's refusal into ours.

Neither Git nor libgit2 nor dulwich syncs the directory after it renamed a file into it, so on ext4 the last name
that was acknowledged is lost with the power (measured). Whoever makes a name here calls `sync_directory` before he
says that it is made.
"""

import os
from pathlib import Path

from gitledger.errors import StorageError


def sync_directory(directory: Path) -> None:
    """Make the names in one directory durable.

    Raises:
        OSError: the directory is not there, or the disk refuses.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_ref(common_dir: Path, name: str) -> None:
    """Make a loose ref that was just moved, made or deleted durable: every directory between it and ``common_dir``.

    All of them, because directories may be new; ``common_dir`` itself, because ``packed-refs`` lies there. A clean
    directory costs 0.05 ms.

    Raises:
        StorageError: the disk refuses; the ref has moved, and power loss may undo it.
    """
    directory = (common_dir / name).parent
    while True:
        try:
            sync_directory(directory)
        except FileNotFoundError:
            pass  # Git removes directories that a deletion or `git pack-refs` left empty.
        except OSError as error:
            raise storage_error(f"{name} has moved, but {directory} cannot be synced", error) from error
        if directory == common_dir:
            return
        directory = directory.parent


def storage_error(what: str, error: OSError) -> StorageError:
    """Return the refusal of the operating system as one line: ``what`` could not be done, and why."""
    reason = error.strerror or str(error)
    return StorageError(f"{what}: {reason}", details={"errno": error.errno})
