"""Loose objects and alternates, as ``gitrepository-layout`` describes them.

Read here and not by libgit2, which never returns from a loose object that was cut short (measured with 1.9.7), and a
cut is what power loss leaves.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast, get_args

from gitledger.errors import CorruptObjectError, StorageError
from gitledger.ids import Kind, ObjectFormat, Oid
from gitledger.store.base import GitObject

# Git follows alternates of alternates this far.
_DEEPEST_ALTERNATE: Final = 5


def object_directories(objects_dir: Path, depth: int = 0) -> list[Path]:
    """Return ``objects_dir`` and every directory that it and its alternates name in ``info/alternates``."""
    found = [objects_dir]
    try:
        text = (objects_dir / "info" / "alternates").read_text(errors="surrogateescape")
    except FileNotFoundError:
        return found
    if depth < _DEEPEST_ALTERNATE:
        for line in text.splitlines():
            if line and not line.startswith("#"):
                found += object_directories(objects_dir / line, depth + 1)
    return list(dict.fromkeys(found))


def read_loose_object(directory: Path, oid: Oid, object_format: ObjectFormat) -> GitObject | None:
    """Return a loose object of one object directory, or None if it is not there.

    Raises:
        CorruptObjectError: it cannot be inflated, or does not hash to its name.
        StorageError: the disk refuses.
    """
    try:
        deflated = _loose_path(directory, oid.hex()).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"object {oid.hex()} cannot be read: {error.strerror}") from error
    try:
        header, _, data = zlib.decompress(deflated).partition(b"\0")
    except zlib.error as error:
        raise CorruptObjectError(oid.hex(), str(error)) from error
    kind = header.split(b" ")[0].decode(errors="replace")
    if kind not in get_args(Kind) or object_format.oid(cast("Kind", kind), data) != oid:
        raise CorruptObjectError(oid.hex(), "its bytes do not hash to its name")
    return GitObject(cast("Kind", kind), data)


def has_loose_object(directory: Path, oid: Oid) -> bool:
    """Return whether a loose object is in one object directory; does not open it."""
    return _loose_path(directory, oid.hex()).exists()


def find_loose_objects(directory: Path, prefix: str) -> Iterator[Oid]:
    """Yield the loose objects of one object directory whose hexadecimal id starts with ``prefix``."""
    for path in (directory / prefix[:2]).glob(f"{prefix[2:]}*"):
        # Files that a crash left beside the objects have other names.
        if not path.name.strip("0123456789abcdef"):
            yield Oid(bytes.fromhex(prefix[:2] + path.name))


def _loose_path(directory: Path, digits: str) -> Path:
    return directory / digits[:2] / digits[2:]
