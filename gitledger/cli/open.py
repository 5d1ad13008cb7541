"""What enters from outside: environment, clock, randomness, streams, terminal. Nowhere else does any of them enter.

`open_ledger` is also the door of the library, ``gitledger.open``.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import IO, TYPE_CHECKING, Final

from gitledger.cli.identity import Identity
from gitledger.errors import StorageError
from gitledger.frozen import frozen
from gitledger.ids import LedgerName, Oid, parse_ledger_name
from gitledger.ledger.handle import Ledger
from gitledger.store.base import Checked, ObjectStore, Signed
from gitledger.store.open import find_repository, open_objects, open_refs
from gitledger.store.repository import Repository, is_true

if TYPE_CHECKING:
    from gitledger.store.catalog import Catalog

DEFAULT_LEDGER: Final = "main"
_STDIN, _STDOUT, _STDERR = range(3)
_WIDTH: Final = 80
"""Columns of a terminal that does not say how many it has."""


@frozen
class Outside:
    """What a command is surrounded by.

    Attributes:
        env: the environment.
        stdin: standard input, in bytes.
        stdout: standard output, unbuffered.
        stderr: standard error, unbuffered.
        elapsed: returns the seconds since some moment.
        stdout_width: columns of the terminal behind standard output, or None if there is none.
        stderr_width: the same of standard error.
    """

    env: Mapping[str, str]
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]
    elapsed: Callable[[], float] = time.monotonic
    stdout_width: int | None = None
    stderr_width: int | None = None


def open_ledger(
    path: str | os.PathLike[str] = ".", *, name: str | None = None, env: Mapping[str, str] = os.environ
) -> Ledger:
    """Return a ledger of the repository that git finds from ``path``; it need not have been started.

    It may be shared by threads. The git processes that it keeps end with this process, or when ``objects`` and
    ``refs`` of the ledger are closed.

    Args:
        path: a directory in the repository, which ``GIT_DIR`` overrides.
        name: which ledger; else ``GIT_LEDGER``, the setting ``ledger.name``, ``main``.
        env: the environment: git's variables, and who writes.

    Raises:
        NotFoundError: there is no repository.
        FormatError: not the name of a ledger.
        StorageError: git cannot be run, or this repository cannot be used.
    """
    return ledger_of(find_repository(path, env), name, env)


def ledger_of(
    repository: Repository,
    name: str | None,
    env: Mapping[str, str],
    *,
    signs: bool = False,
    objects: ObjectStore | None = None,
) -> Ledger:
    """Return a ledger of a repository that was found.

    Args:
        repository: where it is.
        name: which; None for the usual one.
        env: the environment.
        signs: whether what is published is signed also where ``ledger.sign`` does not say so.
        objects: the repository's; None to open them.
    """
    identity = Identity(repository, env)
    usual = env.get("GIT_LEDGER") or repository.config.get("ledger.name") or DEFAULT_LEDGER
    return Ledger(
        name=parse_ledger_name(usual if name is None else name),
        objects=open_objects(repository, env) if objects is None else objects,
        refs=open_refs(repository, env),
        people=identity.people,
        clock=lambda: _now(identity),
        entropy=os.urandom,
        cut=lambda: _cut(repository),
        catalog=lambda name: _catalog(repository, name),
        reopen=partial(open_objects, repository, dict(env)),
        sign=partial(_sign, repository, env) if signs or is_true(repository.config, "ledger.sign") else None,
        check_signatures=partial(_check_signatures, repository, dict(env)),
    )


def outside() -> Outside:
    """Return what surrounds this process."""
    _open_missing_streams()
    return Outside(
        env=os.environ,
        stdin=open(_STDIN, "rb", closefd=False),
        stdout=open(_STDOUT, "wb", buffering=0, closefd=False),
        stderr=open(_STDERR, "wb", buffering=0, closefd=False),
        stdout_width=_terminal_width(_STDOUT),
        stderr_width=_terminal_width(_STDERR),
    )


def _cut(repository: Repository) -> frozenset[Oid]:
    # Imported here because an append does without.
    from gitledger.store.shallow import read_cut

    return read_cut(repository)


def _sign(repository: Repository, env: Mapping[str, str], data: bytes) -> Signed:
    # Imported here because most ledgers have no signatures.
    from gitledger.store.signing import sign_commit

    return sign_commit(repository, env, data)


def _check_signatures(repository: Repository, env: Mapping[str, str], oids: Sequence[Oid]) -> Mapping[Oid, Checked]:
    from gitledger.store.signing import check_signatures

    return check_signatures(repository, env, oids)


def _catalog(repository: Repository, name: LedgerName) -> "AbstractContextManager[Catalog]":
    # Imported here because few questions need SQLite, and few Pythons are built without.
    try:
        from gitledger.store.catalog import open_catalog
    except ModuleNotFoundError as error:
        raise StorageError(f"there is no catalog: {error}; expected a Python with SQLite") from error
    return open_catalog(repository, name)


def _now(identity: Identity) -> int:
    fixed = identity.fixed_time()
    return int(time.time()) if fixed is None else fixed


def _open_missing_streams() -> None:
    # A pipe to git that took the number of a closed standard stream would get what is meant for the stream.
    descriptor = os.open(os.devnull, os.O_RDWR)
    while descriptor <= _STDERR:
        descriptor = os.dup(descriptor)
    os.close(descriptor)


def _terminal_width(descriptor: int) -> int | None:
    if not os.isatty(descriptor):
        return None
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() and int(columns) else os.get_terminal_size(descriptor).columns or _WIDTH
