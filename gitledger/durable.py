"""Names that survive power loss, and the one translation of an operating system's refusal into ours.

A file that was synced and renamed can still lose its name: the name is durable once its directory is.
"""

import os
from typing import TYPE_CHECKING

from gitledger.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path


def sync_directory(directory: "Path") -> None:
    """Make the names in one directory durable.

    Raises:
        OSError: the directory is not there, or the disk refuses.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def storage_error(what: str, error: OSError) -> StorageError:
    """Return the refusal of the operating system as one line: ``what`` could not be done, and why."""
    reason = error.strerror or str(error)
    return StorageError(f"{what}: {reason}", details={"errno": error.errno})
