"""Refs through the git program, the default: right in every repository that git itself can open.

They move through one ``git update-ref --stdin`` that stays, in Git's own transactions. Nothing that git says to people
decides anything here.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Final

from gitledger.errors import DamageError, StorageError
from gitledger.ids import ObjectFormat, Oid
from gitledger.store.base import RefUpdate
from gitledger.store.program import Children, Program
from gitledger.store.ref_file import is_absent, read_loose
from gitledger.store.repository import Repository, is_durable

if TYPE_CHECKING:
    from gitledger.store.turn import Turn

_WRITER: Final = ("update-ref", "--stdin", "-z")
# The lock file is synced before it takes the name of the ref, whatever the user's settings for speed are.
_DURABLE: Final = {"core.fsync": "reference", "core.fsyncMethod": "fsync"}
_RELAXED: Final = {"core.fsync": "none"}
# Refs under this prefix belong to all worktrees, so their files lie in the common directory.
_SHARED_REFS: Final = "refs/ledger"


class GitRefs:
    """The refs of a repository, in files or in a reftable; a `RefStore`."""

    def __init__(self, repository: Repository, env: Mapping[str, str]) -> None:
        self._repository = repository
        settings = _DURABLE if is_durable(repository.config) else _RELAXED
        self._git = Program.at(repository.git_path, env).with_settings(settings)
        self._writers = Children(self._git, *_WRITER, descriptors=lambda: self._turn.descriptors)
        self._closing = ExitStack()
        self._closing.callback(self._writers.close)

    @cached_property
    def _turn(self) -> "Turn":
        # Imported here, as all is that moves refs, because most processes only read them.
        from gitledger.store.turn import Turn

        turn = Turn(self._repository)
        self._closing.callback(turn.close)
        return turn

    def read(self, name: str) -> Oid | None:
        """Return what a ref points at, unpeeled, or None if it does not exist.

        Raises:
            DamageError: it is there and holds no object id.
        """
        if self._repository.ref_format == "files" and name.startswith(_SHARED_REFS):
            # A loose ref hides a packed one, so its file is the answer.
            # Git takes a damaged file for an absent ref; that would let an append begin anew.
            loose = read_loose(self._repository, name)
            if loose is not None or is_absent(self._repository, name):
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
        from gitledger.store.refdir import move_refs, ref_directories, sync_refs

        before = ref_directories(self._repository, updates)
        request = _format_swap(updates, self._repository.object_format)
        if not move_refs(self, self._turn, self._repository, updates, lambda: self._try_to_move(updates, request)):
            # Again, in a run that says what is wrong.
            refused = self._git.run(*_WRITER, data=request)
            if refused.status != 0:
                raise StorageError(f"git cannot move {updates[0].name}: {refused.reason}")
        sync_refs(self._repository, updates, before)

    @contextmanager
    def turn(self, lost: int = 0) -> Iterator[None]:
        """Wait for the turn of this process among the writers of this repository."""
        with self._turn.taken(lost):
            # It starts while what it is to publish is made.
            self._writers.warm()
            yield

    def close(self) -> None:
        """Let the children go."""
        self._closing.close()

    def _try_to_move(self, updates: Sequence[RefUpdate], request: bytes) -> bool:
        with self._writers.one() as child:
            child.ask(request)
            _start, prepare, commit = child.line(), child.line(), child.line()
            if commit == b"commit: ok\n":
                return True
            if child.end() < 0:
                self._turn.heal()
        from gitledger.store.swap import all_moved

        # A git that was killed after it had taken all locks may have moved the refs before it could say so.
        return prepare == b"prepare: ok\n" and all_moved(self, updates)


def _format_swap(updates: Sequence[RefUpdate], object_format: ObjectFormat) -> bytes:
    # An id of zeros says "absent". Symbolic refs are moved themselves, not what they point at.
    absent = bytes(object_format.size)
    moves = (
        b"option no-deref\0update %s\0%s\0%s\0"
        % (update.name.encode(), (update.new or absent).hex().encode(), (update.old or absent).hex().encode())
        for update in updates
    )
    return b"start\0" + b"".join(moves) + b"prepare\0commit\0"
