"""Histories of Git as the git program tells them: commits along first parents, oldest first, each with what it changed.

One child tells all of it while it is read, so that memory holds one commit at a time. Neither the user's settings nor
a replacement, a graft or a shallow boundary changes what is told.
"""

import os
import tempfile
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from typing import Final, NamedTuple

from gitledger.errors import ConflictError, DamageError, FormatError, LedgerError, NotFoundError
from gitledger.frozen import frozen
from gitledger.ids import Oid, parse_oid, shown
from gitledger.store.program import Finished, Program, killed
from gitledger.store.repository import Repository

_CHUNK: Final = 64 * 1024
_FIELDS: Final = "%H%x00%P%x00%an <%ae> %ad%x00%cn <%ce> %cd%x00%B"
_LOG: Final = (
    "log", "--first-parent", "--reverse", f"--format={_FIELDS}", "--date=raw", "--encoding=UTF-8",
    # A commit to go on behind that is gone leaves the whole chain, which does not go on behind it.
    "--ignore-missing",
    "--raw", "-z", "--root", "--no-renames", "--no-abbrev",
    # Settings that plumbing would not read: log.showSignature, diff.relative, diff.orderFile, diff.ignoreSubmodules,
    # and submodule.<name>.ignore, which a history can bring along in .gitmodules.
    "--no-show-signature", "--no-relative", f"-O{os.devnull}", "--ignore-submodules=none",
)  # fmt: skip
# A commit where history was cut off would look like a first one that made everything.
_UNCUT: Final = {"GIT_GRAFT_FILE": os.devnull, "GIT_SHALLOW_FILE": os.devnull}
_NO_MODE: Final = b"000000"


class GitFile(NamedTuple):
    """What a tree of Git holds at a path: a mode, and the object's id in hexadecimal digits, a commit's for 160000."""

    mode: str
    oid: str


@frozen
class SourceCommit:
    """One commit of a history.

    Attributes:
        oid: its id.
        parents: its parents.
        author: ``Name <address> seconds zone``, as the header has it.
        committer: the same.
        message: all of it; in UTF-8, if the commit says which other encoding it had.
        changes: what differs from the first parent, or from nothing: the new file of each path, None if it is gone.
    """

    oid: Oid
    parents: tuple[Oid, ...]
    author: bytes
    committer: bytes
    message: bytes
    changes: Mapping[bytes, GitFile | None]


class GitHistory:
    """The first-parent chain of one commit.

    Args:
        repository: where it is.
        env: the environment for git.
        rev: the newest commit, by any name that git knows.

    Raises:
        NotFoundError: ``rev`` names no commit.
        StorageError: git cannot be run.
    """

    def __init__(self, repository: Repository, env: Mapping[str, str], rev: str) -> None:
        self._git = Program.at(repository.git_dir, env).with_settings({}, **_UNCUT)
        self._shallow = repository.shallow
        found = self._git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
        if found.status != 0:
            raise NotFoundError(f"{shown(rev)} names no commit; expected a branch, a tag or a commit id of Git")
        self._rev = rev
        self.tip = parse_oid(found.output.decode().strip())

    def commits(self, after: Oid | None) -> Iterator[SourceCommit]:
        """Yield the commits of the chain, oldest first: those behind ``after``, or all.

        Raises:
            ConflictError: ``after`` is not on the chain.
            NotFoundError: the history is cut off, in a shallow clone.
            FormatError: a tree that names a path twice.
            DamageError: git cannot read the history.
            StorageError: git cannot be run, or was killed.
        """
        with closing(self._fields(after)) as fields:
            commits = _parse_log(fields)
            first = next(commits, None)
            before = first.parents[:1] if first else (self.tip,)
            if after is not None and before != (after,):
                raise ConflictError(
                    f"commit {after.hex()} is not among the first parents of {shown(self._rev)}, which is "
                    f"{self.tip.hex()}; expected the history to go on behind it",
                    hint="a rewritten history can be imported into a ledger of its own",
                    details={"commit": after.hex(), "tip": self.tip.hex()},
                )
            if first:
                yield first
                yield from commits

    def _fields(self, after: Oid | None) -> Generator[bytes, None, None]:
        excluded = [f"^{after.hex()}"] if after else []
        with tempfile.TemporaryFile() as errors:
            child = self._git.start(*_LOG, self.tip.hex(), *excluded, errors=errors)
            try:
                rest = b""
                while chunk := child.exactly(_CHUNK):
                    *fields, rest = (rest + chunk).split(b"\0")
                    yield from fields
            finally:
                status = child.end()
            # Before the end of the fields is seen: what a git that failed told last may be half a commit.
            if status:
                errors.seek(0)
                raise self._refusal(Finished(status, b"", errors.read()))

    def _refusal(self, finished: Finished) -> LedgerError:
        if finished.status < 0:
            return killed(finished.status)
        message = f"git cannot tell the history of {shown(self._rev)}: {finished.reason}"
        if self._shallow:
            return NotFoundError(f"{message}; expected a history that is not cut off", hint="git fetch --unshallow")
        return DamageError(message, hint="git fsck says more")


def _parse_log(fields: Iterator[bytes]) -> Iterator[SourceCommit]:
    # Git sets a line feed before the first change of each commit, and nothing before the next commit.
    field = next(fields, None)
    while field is not None:
        oid, parents, author, committer, message = field, *(next(fields) for _ in range(4))
        changes: dict[bytes, GitFile | None] = {}
        while (field := next(fields, None)) is not None and field.startswith((b"\n:", b":")):
            path = next(fields)
            if path in changes:
                raise FormatError(f"commit {oid.decode()} names {path!r} twice; expected a tree that git fsck accepts")
            changes[path] = _parse_change(field)
        yield SourceCommit(
            oid=_oid(oid),
            parents=tuple(map(_oid, parents.split())),
            author=author,
            committer=committer,
            message=message,
            changes=changes,
        )


def _parse_change(field: bytes) -> GitFile | None:
    # :<old mode> <new mode> <old id> <new id> <letter>
    _, mode, _, oid, _ = field.split(b" ")
    return None if mode == _NO_MODE else GitFile(mode.decode(), oid.decode())


def _oid(digits: bytes) -> Oid:
    return Oid(bytes.fromhex(digits.decode()))
