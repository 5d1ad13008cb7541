"""The store through libgit2: a read that needs the one before it takes 6 µs here, 70 µs with the git program.

libgit2 1.9 opens neither SHA-256 repositories nor reftables, never fetches from a promisor remote and does not see
the quarantine of a pre-receive hook; each is refused when a port is opened. It is imported here and nowhere else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final

import pygit2

from gitledger.errors import CorruptObjectError, DamageError, MissingObjectError, StorageError
from gitledger.ids import Kind, ObjectFormat, Oid
from gitledger.store.base import GitObject, NewObject, RefUpdate
from gitledger.store.loose import find_loose_objects, has_loose_object, object_directories, read_loose_object
from gitledger.store.pack_writer import PackWriter
from gitledger.store.ref_file import read_loose
from gitledger.store.refdir import move_refs, ref_directories, sync_refs
from gitledger.store.repository import Repository, is_durable
from gitledger.store.swap import refusal
from gitledger.store.turn import Turn

_KINDS: Final[Mapping[int, Kind]] = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}


class Libgit2Objects:
    """The objects of a repository, packs through libgit2 and loose ones without it; an `ObjectStore`."""

    def __init__(self, repository: Repository) -> None:
        _refuse(repository)
        self._repository = repository
        self._written = PackWriter(repository)
        self._directories = object_directories(repository.objects_dir)
        self._packs = pygit2.Odb()
        for directory in self._directories:
            self._packs.add_backend(pygit2.OdbBackendPack(str(directory)), 1)

    @property
    def format(self) -> ObjectFormat:
        """The hash function that names objects here."""
        return self._repository.object_format

    def read(self, oid: Oid) -> GitObject:
        """Return one object.

        Raises:
            MissingObjectError: it is not here, or in a pack that libgit2 refuses to open.
            CorruptObjectError: it is here, and cannot be read or does not hash to its name.
        """
        try:
            number, data = self._packs.read(pygit2.Oid(raw=oid))
        except KeyError:
            return self._read_loose(oid)
        except pygit2.GitError as error:
            raise CorruptObjectError(oid.hex(), f"libgit2 reports {error}") from error
        kind = _KINDS[number]
        found = self.format.oid(kind, data)
        if found != oid:
            raise CorruptObjectError(oid.hex(), f"its bytes hash to {found.hex()}")
        return GitObject(kind, data)

    def read_many(self, oids: Iterable[Oid]) -> Iterator[GitObject]:
        """Yield the objects in the order asked for; raises as `read` does."""
        return map(self.read, oids)

    def missing(self, oids: Iterable[Oid]) -> list[Oid]:
        """Return those of ``oids`` that are not here, in the order asked for."""
        return [oid for oid in oids if not self._has(oid)]

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
        """Return every object whose hexadecimal id starts with ``prefix``, sorted; looks at every packed object."""
        found = {Oid(name.raw) for name in self._packs if str(name).startswith(prefix)}
        for directory in self._directories:
            found.update(find_loose_objects(directory, prefix))
        return sorted(found)

    def close(self) -> None:
        """Close the packs."""
        self._packs = pygit2.Odb()

    def _has(self, oid: Oid) -> bool:
        return pygit2.Oid(raw=oid) in self._packs or any(has_loose_object(path, oid) for path in self._directories)

    def _read_loose(self, oid: Oid) -> GitObject:
        for directory in self._directories:
            found = read_loose_object(directory, oid, self.format)
            if found:
                return found
        raise MissingObjectError(oid.hex())


class Libgit2Refs:
    """The refs of a repository, in files; a `RefStore`."""

    def __init__(self, repository: Repository) -> None:
        # Without this a ref takes its name before its bytes are on the disk. The setting is one of the process.
        pygit2.settings.enable_fsync_gitdir(is_durable(repository.config))
        _refuse(repository)
        if repository.ref_format != "files":
            raise StorageError("libgit2 cannot read reftables; use the git program here")
        self._repository = repository
        self._turn = Turn(repository)
        self._opened = _open(repository)
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
            return Oid(bytes.fromhex(str(self._opened.lookup_reference(name).resolve().target)))
        except (KeyError, pygit2.InvalidSpecError):
            return None
        except pygit2.GitError as error:
            raise DamageError(f"libgit2 cannot read {name}: {error}") from error

    def list(self, prefix: str) -> Mapping[str, Oid]:
        """Return all refs whose name starts with ``prefix`` (which ends with a slash), sorted by name.

        Raises:
            DamageError: libgit2 cannot read the refs.
        """
        try:
            names = sorted(name for name in self._opened.references if name.startswith(prefix))
        except pygit2.GitError as error:
            raise DamageError(f"libgit2 cannot read the refs: {error}") from error
        found = ((name, self.read(name)) for name in names)
        return {name: oid for name, oid in found if oid is not None}

    def update(self, updates: Sequence[RefUpdate]) -> None:
        """Move refs by compare-and-swap, all or none, durable when it returns.

        Raises:
            StaleRefError: a ref did not hold ``old``; nothing moved.
            ConflictError: a ref would be a directory of another; nothing moved.
            StorageError: libgit2 refuses, or a lock stays held; nothing moved.
        """
        before = ref_directories(self._repository, updates)
        if not move_refs(self, self._turn, self._repository, updates, lambda: self._try_to_move(updates)):
            raise StorageError(f"libgit2 cannot move {updates[0].name}: {self._complaint}")
        sync_refs(self._repository, updates, before)

    def turn(self, lost: int = 0) -> AbstractContextManager[None]:
        """Wait for the turn of this process among the writers of this repository."""
        return self._turn.taken(lost)

    def close(self) -> None:
        """Close the repository."""
        self._turn.close()
        self._opened.free()

    def _try_to_move(self, updates: Sequence[RefUpdate]) -> bool:
        for update in updates:
            # A transaction would make the file of any name.
            if not pygit2.reference_is_valid_name(update.name):
                self._complaint = "the name is not valid"
                return False
        # A lost swap is a GitError, a held lock an OSError; which it is, reading tells.
        try:
            with self._opened.transaction() as transaction:
                for update in updates:
                    transaction.lock_ref(update.name)
                if refusal(self, updates):
                    return False
                for update in updates:
                    if update.new is not None:
                        transaction.set_target(update.name, pygit2.Oid(raw=update.new))
                    elif update.old is not None:
                        transaction.remove(update.name)
        except (pygit2.GitError, OSError) as error:
            self._complaint = str(error)
            return False
        return True


def _refuse(repository: Repository) -> None:
    reasons = {
        "SHA-256 repositories": repository.object_format.name != "sha1",
        "partial clones": repository.promisor,
        "the quarantine of a hook": repository.objects_dir != repository.common_dir / "objects",
    }
    for reason, applies in reasons.items():
        if applies:
            raise StorageError(f"libgit2 cannot read {reason}; use the git program here")


def _open(repository: Repository) -> pygit2.Repository:
    try:
        return pygit2.Repository(str(repository.git_dir))
    except pygit2.GitError as error:
        raise StorageError(f"libgit2 cannot open {repository.git_dir}: {error}; use the git program here") from error
