"""Objects through the git program, the default: right in every repository that git itself can open.

They are read through one ``git cat-file --batch-command`` that stays, and written as packs. Nothing that git says to
people decides anything here.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

from gitledger.errors import CorruptObjectError, LedgerError, MissingObjectError, PolicyError, StorageError
from gitledger.ids import Kind, ObjectFormat, Oid
from gitledger.store.base import GitObject, NewObject
from gitledger.store.program import Child, Children, Program, killed
from gitledger.store.repository import Repository, is_durable, pack_limit, shared_access

if TYPE_CHECKING:
    from gitledger.store.pack_writer import PackWriter

# Questions in one breath. From 256 on, more of them make no object faster (3 µs each).
_WINDOW: Final = 256
_KINDS: Final[Mapping[bytes, Kind]] = {b"blob": "blob", b"tree": "tree", b"commit": "commit", b"tag": "tag"}
# From here on (core.bigFileThreshold) git announces a size before it has looked at the content: for a damaged object it
# would never send as much. No object of a ledger comes near.
_STREAMED: Final = 1 << 29
_SHORTEST_PREFIX: Final = 4
_READER: Final = ("cat-file", "--batch-command", "--buffer")
# Else git keeps every pack in memory that it has read from, 0.9 GB at a million events, and 96 MB of bases of deltas.
_FRUGAL: Final = {
    "core.packedGitWindowSize": "16m",
    "core.packedGitLimit": "64m",
    "core.deltaBaseCacheLimit": "32m",
}
_CUT_OFF: Final = "history is cut off here: git ledger rehydrate, or git fetch --unshallow, brings the rest back"


class GitObjects:
    """The objects of a repository; an `ObjectStore`.

    Args:
        repository: where they are.
        env: the environment for git.
        largest: bytes of the largest object that is read; a larger one is refused before its bytes are here.
    """

    def __init__(self, repository: Repository, env: Mapping[str, str], *, largest: int = sys.maxsize) -> None:
        self._largest = largest
        self._repository = repository
        self._env = env
        # What is wrong with a setting is said now, not by the first write.
        for check in (is_durable, shared_access):
            check(repository.config)
        self._pack_limit = pack_limit(repository.config)
        self._git = Program.at(repository.git_path, env)
        self._readers = Children(self._git.with_settings(_FRUGAL), *_READER)
        self._readers.warm()
        self._checkers = self._readers
        if repository.promisor:
            self._checkers = Children(self._git.with_settings(_FRUGAL, GIT_NO_LAZY_FETCH="1"), *_READER)

    @cached_property
    def _packs(self) -> "PackWriter":
        # Imported here because most processes only read.
        from gitledger.store.pack_writer import PackWriter

        return PackWriter(self._repository)

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
                for oid in window[:-1]:
                    yield self._parse_contents(child, oid)
                last = self._parse_contents(child, window[-1])
            # The child is free before the last answer is handed out: not every caller asks for one more.
            yield last

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

    def write(self, objects: Iterable[NewObject]) -> None:
        """Store objects as one pack, durable when it returns.

        Raises:
            StorageError: the disk is full or refuses; nothing half-written is visible.
        """
        self._packs.write(objects)

    @contextmanager
    def hold(self) -> Iterator[Callable[[], None]]:
        """Keep what is written in the block from `git gc` until it ends; yield what checks that it is still there.

        If there are many packs when the block has ended well, their consolidation begins (`background`).
        """
        with self._packs.hold() as check:
            yield check
        from gitledger.store.packs import count_packs

        if self._pack_limit and count_packs(self._repository.objects_dir / "pack") > self._pack_limit:
            # Imported here because it comes once in fifty appends.
            from gitledger.store.background import consolidate_if_due

            consolidate_if_due(self._repository, self._env, self._pack_limit)

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
            if size >= _STREAMED:
                child.end()
                raise CorruptObjectError(oid.hex(), f"it claims to have {size:,} bytes")
            if size > self._largest:
                raise PolicyError(f"object {oid.hex()} has {size:,} bytes; expected at most {self._largest:,}")
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
        missing = MissingObjectError(oid.hex(), reason)
        if self._repository.shallow:
            missing.hint = _CUT_OFF
        return missing


def _format_questions(command: bytes, oids: Sequence[Oid]) -> bytes:
    names = b"".join(oids).hex("\n", len(oids[0])).encode()
    return b"%b %b\nflush\n" % (command, names.replace(b"\n", b"\n%b " % command))
