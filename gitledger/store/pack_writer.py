"""What writes packs into a repository, and keeps ``git gc`` away from them until a ref reaches them.

``git gc --prune=now`` drops what no ref reaches, also what was written a moment ago and is about to be published. It
leaves a pack alone that has a ``.keep`` beside it, so that is a lease: made before the pack has its name, locked while
its owner lives, gone when the block that holds it ends. One whose lock is free belongs to a dead owner.

Before its name, not just before its index: ``git repack`` notes which packs to drop by their ``.pack`` files, and drops
them when it is done, published meanwhile or not.
"""

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gitledger.durable import storage_error
from gitledger.errors import MissingObjectError, StorageError
from gitledger.frozen import frozen
from gitledger.store.base import NewObject
from gitledger.store.repository import Repository, is_durable, shared_access

if TYPE_CHECKING:
    from gitledger.store.pack import Pack

MANY: Final = 4_096
"""Objects from which on another process makes the pack: it takes 50 ms to start, they take 80 ms to deflate."""

_SAYS: Final = b"git-ledger: written and about to be published; whoever holds a lock on this file is at it\n"
_MARK: Final = 0
"""The time of modification of a lease: unlike words, it gets to the disk together with the name."""

_TRIES: Final = 8
"""A collection has to come between two system calls each time."""


@frozen(kw_only=False)
class _Lease:
    """A pack with its ``.keep``, open and locked; None if the file system has no locks, or somebody keeps it anyway."""

    pack: Path
    descriptor: int | None


class PackWriter:
    """Writes packs into one repository.

    Args:
        repository: where to.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._directory = repository.objects_dir / "pack"
        self._shared = shared_access(repository.config)
        self._durable = is_durable(repository.config)
        self._has_written = False
        self._held = 0
        self._leases: list[_Lease] = []

    def write(self, objects: Iterable[NewObject]) -> None:
        """Store objects as one pack, durable when it returns; leased inside `hold`.

        All of it is held in memory, deflated, before the first byte is written. Objects that the repository has already
        are written again.

        Raises:
            StorageError: the disk is full or refuses; nothing half-written is visible.
        """
        remaining = iter(objects)
        first = list(islice(remaining, MANY))
        if not first:
            return
        pack = self._format(first, remaining)
        if not self._has_written:
            drop_stale_leases(self._directory)
            self._has_written = True
        self._write(pack)

    def _format(self, first: list[NewObject], remaining: Iterator[NewObject]) -> "Pack":
        # Imported here because who only reads does without.
        from gitledger.store.pack import format_pack

        if len(first) == MANY:
            from gitledger.store.pack_apart import can_be_apart, format_pack_apart

            if can_be_apart():
                return format_pack_apart(chain(first, remaining), self._repository.object_format)
        return format_pack(chain(first, remaining), self._repository.object_format)

    def _write(self, pack: "Pack") -> None:
        from gitledger.store.pack_files import write_pack

        for tries_left in reversed(range(_TRIES)):
            try:
                write_pack(
                    self._directory,
                    pack,
                    shared=self._shared,
                    durable=self._durable,
                    before_named=self._take_lease if self._held else None,
                )
            except StorageError as error:
                # To `git prune --expire=now` a file that is being written is garbage, for it has no name yet.
                if error.details.get("errno") != errno.ENOENT or not self._directory.is_dir() or not tries_left:
                    raise
            else:
                return

    def admit(self, pack: Path) -> None:
        """Take in a pack that is whole and has its index beside it, from the same disk; leased inside `hold`.

        Raises:
            StorageError: the disk refuses; nothing half-moved is visible.
        """
        from gitledger.store.pack_files import admit_pack

        admit_pack(
            pack,
            self._directory,
            shared=self._shared,
            durable=self._durable,
            before_named=self._take_lease if self._held else None,
        )

    @contextlib.contextmanager
    def hold(self) -> Iterator[Callable[[], None]]:
        """Keep what is written in the block from `git gc`, until the block ends.

        Yields:
            What raises `MissingObjectError` if a pack of the block is gone all the same.
        """
        self._held += 1
        try:
            yield self._check
        finally:
            self._held -= 1
            while self._leases and not self._held:
                _release(self._leases.pop())

    def _check(self) -> None:
        for lease in self._leases:
            if not (lease.pack.exists() and lease.pack.with_suffix(".idx").exists()):
                digits = lease.pack.stem.removeprefix("pack-")
                raise MissingObjectError(digits, "the pack just written; somebody removed it")

    def _take_lease(self, pack: Path) -> None:
        self._leases.append(_Lease(pack, _take_lease(pack.with_suffix(".keep"))))


@contextlib.contextmanager
def leased(pack: Path) -> Iterator[None]:
    """Keep a pack that gets its name in the block; if this process dies in it, the next writer tidies up.

    Raises:
        StorageError: the disk refuses.
    """
    lease = _Lease(pack, _take_lease(pack.with_suffix(".keep")))
    try:
        yield
    finally:
        _release(lease)


def drop_stale_leases(directory: Path) -> list[Path]:
    """Remove the leases in an ``objects/pack`` directory whose owners are gone; return their packs.

    A pack whose owner did not come to give it its index goes, too: nobody can read it, and newer gits leave it there.

    Raises:
        StorageError: the directory cannot be read.
    """
    dropped = []
    for keep in stale_leases(directory):
        pack = keep.with_suffix(".pack")
        with contextlib.suppress(OSError):
            if not pack.with_suffix(".idx").exists():
                pack.unlink(missing_ok=True)
            keep.unlink()
            dropped.append(pack)
    return dropped


def stale_leases(directory: Path) -> Iterator[Path]:
    """Yield the leases in an ``objects/pack`` directory whose owners are gone, each locked until the next.

    Raises:
        StorageError: the directory cannot be read.
    """
    try:
        keeps = list(directory.glob("pack-*.keep"))
    except OSError as error:
        raise storage_error(f"cannot read {directory}", error) from error
    for keep in keeps:
        with contextlib.suppress(OSError), keep.open("rb") as file:
            is_mark = os.fstat(file.fileno()).st_mtime == _MARK
            # Power loss takes the words and leaves the mark. Other words, or none without the mark: other owners.
            if (file.read() or (_SAYS if is_mark else b"")) == _SAYS:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield keep


def _take_lease(keep: Path) -> int | None:
    """Make a lease that has its words, its mark and its lock as soon as it has its name; return its descriptor."""
    if keep.exists():
        return None
    # A name that `git gc` removes, should its owner die here.
    unnamed = keep.with_name(f"tmp_keep_{os.urandom(8).hex()}")
    descriptor = None
    try:
        descriptor = os.open(unnamed, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        os.write(descriptor, _SAYS)
        os.utime(descriptor, (_MARK, _MARK))
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unnamed.rename(keep)
    except OSError as error:
        if descriptor is not None:
            os.close(descriptor)
        with contextlib.suppress(OSError):
            unnamed.unlink()
        raise storage_error(f"cannot make {keep}", error) from error
    return descriptor


def _release(lease: _Lease) -> None:
    if lease.descriptor is not None:
        # One that stays has no owner, and the next writer drops it; an error here would hide what was published.
        with contextlib.suppress(OSError):
            lease.pack.with_suffix(".keep").unlink()
        os.close(lease.descriptor)
