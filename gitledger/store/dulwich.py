"""The store through dulwich, Git in Python: a second opinion for whoever doubts the other two, and no process at all.

dulwich 1.2 moves one ref at a time, reads the first block of a reftable as if it were all (measured: 127 of 3,006
refs), takes every alternate for SHA-1, never fetches from a promisor remote and does not see the quarantine of a
pre-receive hook; each is refused. It is imported here and nowhere else.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final

from dulwich.errors import ChecksumMismatch, FileFormatException, RefFormatError
from dulwich.file import FileLocked
from dulwich.object_format import OBJECT_FORMATS
from dulwich.object_store import DiskObjectStore
from dulwich.objects import ObjectID, RawObjectID
from dulwich.refs import DiskRefsContainer, Ref, SymrefLoop

from gitledger.errors import CorruptObjectError, DamageError, MissingObjectError, StorageError
from gitledger.ids import Kind, ObjectFormat, Oid
from gitledger.store.base import GitObject, NewObject, RefUpdate
from gitledger.store.pack_writer import PackWriter
from gitledger.store.ref_file import read_loose
from gitledger.store.refdir import move_refs, ref_directories, sync_refs
from gitledger.store.repository import Repository
from gitledger.store.swap import refusal
from gitledger.store.turn import Turn

_KINDS: Final[Mapping[int, Kind]] = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
# What dulwich raises for flipped and truncated objects, packs and indexes (measured); KeyError says "missing".
_UNREADABLE: Final = (
    zlib.error, ChecksumMismatch, FileFormatException, struct.error, ValueError, TypeError, AssertionError, OSError,
)


class DulwichObjects:
    """The objects of a repository; an `ObjectStore`."""

    def __init__(self, repository: Repository) -> None:
        _refuse(repository)
        alternates = repository.objects_dir / "info" / "alternates"
        if repository.object_format.name != "sha1" and alternates.exists():
            raise StorageError("dulwich cannot read the alternates of a SHA-256 repository; use the git program here")
        self._repository = repository
        self._written = PackWriter(repository)
        self._objects = DiskObjectStore(
            str(repository.objects_dir), object_format=OBJECT_FORMATS[repository.object_format.name],
        )

    @property
    def format(self) -> ObjectFormat:
        """The hash function that names objects here."""
        return self._repository.object_format

    def read(self, oid: Oid) -> GitObject:
        """Return one object.

        Raises:
            MissingObjectError: it is not here.
            CorruptObjectError: it is here, and cannot be read or does not hash to its name.
        """
        try:
            number, data = self._objects.get_raw(RawObjectID(oid))
        except KeyError:
            raise MissingObjectError(oid.hex()) from None
        except _UNREADABLE as error:
            reason = f"dulwich reports {error}"
        else:
            kind = _KINDS[number]
            found = self.format.oid(kind, data)
            if found == oid:
                return GitObject(kind, data)
            reason = f"its bytes hash to {found.hex()}"
        # Not raised from dulwich's error, whose frames hold views of a pack that could not be closed then.
        raise CorruptObjectError(oid.hex(), reason)

    def read_many(self, oids: Iterable[Oid]) -> Iterator[GitObject]:
        """Yield the objects in the order asked for; raises as `read` does."""
        return map(self.read, oids)

    def missing(self, oids: Iterable[Oid]) -> list[Oid]:
        """Return those of ``oids`` that are not here, in the order asked for."""
        return [oid for oid in oids if ObjectID(oid.hex().encode()) not in self._objects]

    def write(self, objects: Iterable[NewObject]) -> None:
        """Store objects as one pack, durable when it returns.

        Raises:
            StorageError: the disk is full or refuses; nothing half-written is visible.
        """
        self._written.write(objects)

    def hold(self) -> AbstractContextManager[Callable[[], None]]:
        """Keep what is written in the block from `git gc` until it ends; yield what checks that it is still there."""
        return self._written.hold()

    def find(self, prefix: str) -> list[Oid]:
        """Return every object whose hexadecimal id starts with ``prefix``, sorted."""
        return sorted(Oid(bytes.fromhex(name.decode())) for name in self._objects.iter_prefix(prefix.encode()))

    def close(self) -> None:
        """Close the packs."""
        self._objects.close()


class DulwichRefs:
    """The refs of a repository, in files, one move at a time; a `RefStore`."""

    def __init__(self, repository: Repository) -> None:
        _refuse(repository)
        if repository.ref_format != "files":
            raise StorageError("dulwich cannot read reftables; use the git program here")
        self._repository = repository
        self._turn = Turn(repository)
        self._refs = DiskRefsContainer(repository.common_dir, worktree_path=repository.git_dir)
        self._complaint = ""

    def read(self, name: str) -> Oid | None:
        """Return what a ref points at, unpeeled, or None if it does not exist.

        Raises:
            DamageError: it is there and holds no object id.
        """
        loose = read_loose(self._repository, name)
        if loose is not None:
            return loose
        try:
            return Oid(bytes.fromhex(self._refs[Ref(name.encode())].decode()))
        except (KeyError, RefFormatError):
            return None
        except (ValueError, SymrefLoop) as error:
            raise DamageError(f"dulwich cannot read {name}: {error}") from error

    def list(self, prefix: str) -> Mapping[str, Oid]:
        """Return all refs whose name starts with ``prefix`` (which ends with a slash), sorted by name.

        Raises:
            DamageError: dulwich cannot read the refs.
        """
        try:
            keys = self._refs.subkeys(Ref(prefix.encode()))
        except (ValueError, FileFormatException) as error:
            raise DamageError(f"dulwich cannot read the refs: {error}") from error
        names = sorted(prefix + key.decode() for key in keys)
        found = ((name, self.read(name)) for name in names)
        return {name: oid for name, oid in found if oid is not None}

    def update(self, updates: Sequence[RefUpdate]) -> None:
        """Move at most one ref by compare-and-swap, durable when it returns.

        Raises:
            StaleRefError: the ref did not hold ``old``; nothing moved.
            ConflictError: the ref would be a directory of another; nothing moved.
            StorageError: there are several updates, dulwich refuses, or a lock stays held; nothing moved.
        """
        if len(updates) > 1:
            raise StorageError(f"dulwich moves one ref at a time, not {len(updates)}; use the git program here")
        before = ref_directories(self._repository, updates)
        if not move_refs(self, self._turn, self._repository, updates, lambda: all(map(self._try_to_move, updates))):
            raise StorageError(f"dulwich cannot move {updates[0].name}: {self._complaint}")
        sync_refs(self._repository, updates, before)

    def turn(self, lost: int = 0) -> AbstractContextManager[None]:
        """Wait for the turn of this process among the writers of this repository."""
        return self._turn.taken(lost)

    def close(self) -> None:
        """Close the file of the turn; dulwich keeps no file of refs open."""
        self._turn.close()

    def _try_to_move(self, update: RefUpdate) -> bool:
        # dulwich looks for a ref that would be a directory of this one in some cases only.
        if refusal(self, [update]):
            return False
        name = Ref(update.name.encode())
        old, new = (ObjectID(oid.hex().encode()) if oid else None for oid in (update.old, update.new))
        try:
            if new is None:
                return old is None or self._refs.remove_if_equals(name, old)
            # With None for the old value, set_if_equals overwrites whatever is there.
            return self._refs.add_if_new(name, new) if old is None else self._refs.set_if_equals(name, old, new)
        except (FileLocked, RefFormatError, ValueError, OSError) as error:
            self._complaint = str(error)
            return False


def _refuse(repository: Repository) -> None:
    reasons = {
        "partial clones": repository.promisor,
        "the quarantine of a hook": repository.objects_dir != repository.common_dir / "objects",
    }
    for reason, applies in reasons.items():
        if applies:
            raise StorageError(f"dulwich cannot read {reason}; use the git program here")
