"""The store through the git program, the default: right in every repository that git itself can open.

Objects are read through ``git cat-file --batch-command`` and written as packs; refs move through
``git update-ref --stdin``. Both children stay. Nothing that git says to people decides anything here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Final

from gitledger.errors import CorruptObjectError, DamageError, LedgerError, MissingObjectError, StorageError
from gitledger.ids import Kind, ObjectFormat, Oid
from gitledger.store.base import GitObject, NewObject, RefUpdate
from gitledger.store.pack_writer import PackWriter
from gitledger.store.program import Child, Children, Program, killed
from gitledger.store.refdir import move_refs, read_loose, ref_directories, sync_refs
from gitledger.store.repository import Repository, is_durable
from gitledger.store.swap import all_moved
from gitledger.store.turn import Turn

# Questions in one breath. From 256 on, more of them make no object faster (3 µs each).
_WINDOW: Final = 256
_KINDS: Final[Mapping[bytes, Kind]] = {b"blob": "blob", b"tree": "tree", b"commit": "commit", b"tag": "tag"}
_SHORTEST_PREFIX: Final = 4
_READER: Final = ("cat-file", "--batch-command", "--buffer")
_WRITER: Final = ("update-ref", "--stdin", "-z")
# The lock file is synced before it takes the name of the ref, whatever the user's settings for speed are.
_DURABLE: Final = {"core.fsync": "reference", "core.fsyncMethod": "fsync"}
_RELAXED: Final = {"core.fsync": "none"}
# Refs under this prefix belong to all worktrees, so their files lie in the common directory.
_SHARED_REFS: Final = "refs/ledger"


class GitObjects:
    """The objects of a repository; an `ObjectStore`."""

    def __init__(self, repository: Repository, env: Mapping[str, str]) -> None:
        self._repository = repository
        self._packs = PackWriter(repository)
        self._git = Program.at(repository.git_dir, env)
        self._readers = Children(self._git, *_READER)
        self._checkers = self._readers
        if repository.promisor:
            self._checkers = Children(self._git.with_settings({}, GIT_NO_LAZY_FETCH="1"), *_READER)

    @property
    def format(self) -> ObjectFormat:
        """The hash function that names objects here."""
        return self._repository.object_format

    def read(self, oid: Oid) -> GitObject:
        """Return one object.

        Raises:
            MissingObjectError: it is not here, and no promisor remote has it.
            CorruptObjectError: it is here, and git cannot read it or it does not hash to its name.
            StorageError: git cannot be run, or was killed.
        """
        with self._readers.one() as child:
            child.ask(_format_questions(b"contents", [oid]))
            return self._parse_contents(child, oid)

    def read_many(self, oids: Iterable[Oid]) -> Iterator[GitObject]:
        """Yield the objects in the order asked for, 256 questions at a time; raises as `read` does."""
        remaining = iter(oids)
        while window := list(islice(remaining, _WINDOW)):
            with self._readers.one() as child:
                child.ask(_format_questions(b"contents", window))
                for oid in window:
                    yield self._parse_contents(child, oid)

    def missing(self, oids: Iterable[Oid]) -> list[Oid]:
        """Return those of ``oids`` that are not here, in the order asked for; fetches nothing.

        An object whose very header is damaged counts as missing.
        """
        absent: list[Oid] = []
        remaining = iter(oids)
        window: list[Oid] = []
        while window := window or list(islice(remaining, _WINDOW)):
            found, window = self._look_for(window)
            absent += found
        return absent

    def write(self, objects: Sequence[NewObject]) -> None:
        """Store objects as one pack, durable when it returns.

        Raises:
            StorageError: the disk is full or refuses; nothing half-written is visible.
        """
        self._packs.write(objects)

    def hold(self) -> AbstractContextManager[Callable[[], None]]:
        """Keep what is written in the block from `git gc` until it ends; yield what checks that it is still there."""
        return self._packs.hold()

    def find(self, prefix: str) -> list[Oid]:
        """Return every object whose hexadecimal id starts with ``prefix`` (at least 4 digits), sorted."""
        if len(prefix) < _SHORTEST_PREFIX:
            raise AssertionError(f"{prefix!r} is too short; git expands {_SHORTEST_PREFIX} digits or more")
        found = self._git.run("rev-parse", f"--disambiguate={prefix}")
        if found.status != 0:
            raise StorageError(f"git cannot look for {prefix}: {found.reason}")
        return sorted(Oid(bytes.fromhex(line)) for line in found.output.decode().splitlines())

    def close(self) -> None:
        """Let the children go."""
        self._readers.close()
        self._checkers.close()

    def _look_for(self, window: Sequence[Oid]) -> tuple[list[Oid], list[Oid]]:
        """Return those of ``window`` that are missing, and the rest of it that was not looked for."""
        absent: list[Oid] = []
        with self._checkers.one() as child:
            child.ask(_format_questions(b"info", window))
            for at, oid in enumerate(window, start=1):
                answer = child.line()
                if answer.endswith(b" missing\n"):
                    absent.append(oid)
                elif not answer.endswith(b"\n"):
                    if self._repository.promisor and child.end() > 0:
                        # Before 2.45 git dies of a promise that it must not redeem.
                        return [*absent, oid], list(window[at:])
                    raise self._unreadable(child, oid)
        return absent, []

    def _parse_contents(self, child: Child, oid: Oid) -> GitObject:
        header = child.line().split()
        if len(header) == 3:  # noqa: PLR2004 - id, kind, size
            kind, size = _KINDS[header[1]], int(header[2])
            data = child.exactly(size)
            if child.exactly(1) == b"\n":
                found = self.format.oid(kind, data)
                if found != oid:
                    raise CorruptObjectError(oid.hex(), f"its bytes hash to {found.hex()}")
                return GitObject(kind, data)
        raise self._unreadable(child, oid, answered=len(header) == 2)  # noqa: PLR2004 - id, "missing"

    def _unreadable(self, child: Child, oid: Oid, *, answered: bool = False) -> LedgerError:
        # Git dies of some corrupt objects and calls others missing. A second git says why, a third whether the name
        # is there at all: it looks names up in directories and indexes, and opens no object.
        status = 0 if answered else child.end()
        if status < 0:
            return killed(status)
        reason = self._git.run("cat-file", "--batch", data=oid.hex().encode()).reason
        if oid in self.find(oid.hex()):
            return CorruptObjectError(oid.hex(), reason or "git cannot read it")
        return MissingObjectError(oid.hex(), reason)


class GitRefs:
    """The refs of a repository, in files or in a reftable; a `RefStore`."""

    def __init__(self, repository: Repository, env: Mapping[str, str]) -> None:
        self._repository = repository
        settings = _DURABLE if is_durable(repository.config) else _RELAXED
        self._git = Program.at(repository.git_dir, env).with_settings(settings)
        self._turn = Turn(repository)
        self._writers = Children(self._git, *_WRITER, descriptors=lambda: self._turn.descriptors)

    def read(self, name: str) -> Oid | None:
        """Return what a ref points at, unpeeled, or None if it does not exist.

        Raises:
            DamageError: it is there and holds no object id.
        """
        if self._repository.ref_format == "files" and name.startswith(_SHARED_REFS):
            # A loose ref hides a packed one, so its file is the answer, at a fiftieth of the price of asking git.
            # Git takes a damaged file for an absent ref; that would let an append begin anew.
            loose = read_loose(self._repository, name)
            if loose is not None:
                return loose
        return self.list(name).get(name)

    def list(self, prefix: str) -> Mapping[str, Oid]:
        """Return all refs whose name starts with ``prefix`` (which ends with a slash), sorted by name.

        Raises:
            DamageError: git cannot read the refs.
        """
        found = self._git.run("for-each-ref", "--format=%(objectname) %(refname)", prefix)
        if found.status != 0:
            raise DamageError(f"git cannot read the refs: {found.reason}")
        pairs = (line.split(" ", 1) for line in found.output.decode(errors="surrogateescape").splitlines())
        return {name: Oid(bytes.fromhex(oid)) for oid, name in pairs}

    def update(self, updates: Sequence[RefUpdate]) -> None:
        """Move refs by compare-and-swap, all or none, durable when it returns.

        Raises:
            StaleRefError: a ref did not hold ``old``; nothing moved.
            ConflictError: a ref would be a directory of another; nothing moved.
            StorageError: git refuses, or a lock stays held; nothing moved.
        """
        before = ref_directories(self._repository, updates)
        request = _format_swap(updates, self._repository.object_format)
        if not move_refs(self, self._turn, self._repository, updates, lambda: self._try_to_move(updates, request)):
            # Again, in a run that says what is wrong.
            refused = self._git.run(*_WRITER, data=request)
            if refused.status != 0:
                raise StorageError(f"git cannot move {updates[0].name}: {refused.reason}")
        sync_refs(self._repository, updates, before)

    def turn(self, lost: int = 0) -> AbstractContextManager[None]:
        """Wait for the turn of this process among the writers of this repository."""
        return self._turn.taken(lost)

    def close(self) -> None:
        """Let the children go."""
        self._writers.close()
        self._turn.close()

    def _try_to_move(self, updates: Sequence[RefUpdate], request: bytes) -> bool:
        with self._writers.one() as child:
            child.ask(request)
            _start, prepare, commit = child.line(), child.line(), child.line()
            if commit == b"commit: ok\n":
                return True
            if child.end() < 0:
                self._turn.heal()
        # A git that was killed after it had taken all locks may have moved the refs before it could say so.
        return prepare == b"prepare: ok\n" and all_moved(self, updates)


def _format_questions(command: bytes, oids: Iterable[Oid]) -> bytes:
    return b"".join(b"%s %s\n" % (command, oid.hex().encode()) for oid in oids) + b"flush\n"


def _format_swap(updates: Sequence[RefUpdate], object_format: ObjectFormat) -> bytes:
    # An id of zeros says "absent". Symbolic refs are moved themselves, not what they point at.
    absent = bytes(object_format.size)
    moves = (
        b"option no-deref\0update %s\0%s\0%s\0"
        % (update.name.encode(), (update.new or absent).hex().encode(), (update.old or absent).hex().encode())
        for update in updates
    )
    return b"start\0" + b"".join(moves) + b"prepare\0commit\0"
