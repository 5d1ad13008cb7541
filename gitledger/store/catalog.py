"""The catalog of a ledger: a file that says which publication carries which event of the log. Derived and disposable.

Its laws (ADR 0040):

- it is made of what Git holds and nothing else, so it may be deleted at any time;
- nobody believes it: who asks reads the publication that it names, and looks (`gitledger.ledger.locate`);
- so it is not synced. One that is broken, or that Git has refuted, is removed, and the next question makes it anew.

It is a SQLite file, which lets many read while one writes. `Run` says where some neighbours of the log stand; the table
``event`` has the number of each event by the first eight bytes of its id.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Final, NamedTuple, NoReturn
from zlib import crc32

from gitledger.errors import StorageError
from gitledger.ids import EventId, LedgerName, Oid
from gitledger.store.repository import Repository

_VERSION: Final = 1
# Who has to wait longer for a writer finds the answer in Git.
_PATIENCE: Final = 1.0
_SCHEMA: Final = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS run (last INTEGER PRIMARY KEY, publication, position, steps, is_line, sum);
CREATE INDEX IF NOT EXISTS run_of ON run (publication);
CREATE TABLE IF NOT EXISTS event (head INTEGER, number INTEGER, PRIMARY KEY (head, number)) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
COMMIT;
"""
_HEAD_BYTES: Final = 8
_LOCKED, _READ_ONLY, _IO, _FULL, _NO_FILE = 5, 8, 10, 13, 14
_NOT_ITS_FAULT: Final = frozenset((_LOCKED, _READ_ONLY, _IO, _FULL, _NO_FILE))
"""Result codes of SQLite that say nothing about what is in the file."""


class Run(NamedTuple):
    """Neighbours in the log that are neighbours in one publication.

    Attributes:
        last: the number of the last of them in the log, from 1.
        publication: what carries them.
        position: the place of the last one there, from 0.
        steps: how many events lie on the way from the beginning to the last one, along first parents, itself included;
            where a merge brought them in, how many lie before the merge.
        is_line: whether they lie on that way, as all do that no merge brought in.
    """

    last: int
    publication: Oid
    position: int
    steps: int
    is_line: bool


class _RefutedError(Exception):
    """What the file says is not so."""


class Catalog:
    """An open catalog. Its methods raise `StorageError` at the end of the block of `open_catalog`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def size_at(self, publication: Oid) -> int | None:
        """Return the size of the log that ends with a publication, or None if that is not on the way to the head."""
        rows = self._connection.execute("SELECT * FROM run WHERE publication = ?", (publication,))
        return next((run.last for run in map(_parse_run, rows) if run.is_line), None)

    def run_with(self, number: int) -> Run | None:
        """Return the run that an event of the log belongs to, or None if the log is not known so far."""
        query = "SELECT * FROM run WHERE last >= ? ORDER BY last LIMIT 1"
        return next(map(_parse_run, self._connection.execute(query, (number,))), None)

    def numbers(self, event: EventId) -> list[int]:
        """Return the numbers that an event may have in the log; nearly always one, or none."""
        query = "SELECT number FROM event WHERE head = ?"
        return [int(number) for (number,) in self._connection.execute(query, (_head(event),))]

    def extend(self, size: int, found: Iterable[tuple[Run, Sequence[EventId]]]) -> None:
        """Keep what is known up to ``size``, and go on with runs and their events; all of it or nothing.

        Numbers of events that are no longer in the log are left: whoever asks looks whether they are right.
        """
        execute, execute_many = self._connection.execute, self._connection.executemany
        with self._connection:
            execute("BEGIN IMMEDIATE")
            execute("DELETE FROM run WHERE last > ?", (size,))
            for run, events in found:
                execute("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?)", (*run, _sum(run)))
                first = run.last - len(events) + 1
                rows = sorted((_head(event), number) for number, event in enumerate(events, start=first))
                execute_many("INSERT OR IGNORE INTO event VALUES (?, ?)", rows)

    def refute(self) -> NoReturn:
        """Give the catalog up: Git says otherwise."""
        raise _RefutedError


def catalog_path(repository: Repository, name: LedgerName) -> str:
    """Return the file of a ledger's catalog."""
    # So that no file of SQLite's beside it, NAME.catalog-journal, is the catalog of another ledger.
    return f"{repository.common_path}/ledger/{name}.catalog"


@contextmanager
def open_catalog(repository: Repository, name: LedgerName) -> Iterator[Catalog]:
    """Open the catalog of a ledger, an empty one if there is none, until the block ends.

    Raises:
        StorageError: it cannot be read or written now, or was broken or refuted and is gone.
    """
    path = catalog_path(repository, name)
    try:
        if not os.path.exists(path):  # noqa: PTH110 - as in `Repository`
            # Imported here because it comes once for each ledger.
            from gitledger.store.turn import open_lock

            os.close(open_lock(repository, f"{name}.catalog"))
        with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                connection.executescript(_SCHEMA)
            elif version != _VERSION:
                raise _RefutedError
            yield Catalog(connection)
    except (OSError, sqlite3.Error, _RefutedError) as error:
        if not isinstance(error, OSError) and getattr(error, "sqlite_errorcode", 0) & 0xFF not in _NOT_ITS_FAULT:
            with suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108
        raise StorageError(f"the catalog {path} cannot be used: {error}") from error


def _parse_run(row: Sequence[object]) -> Run:
    last, publication, position, steps, is_line, checked = row
    match last, publication, position, steps, is_line:
        case int(), bytes(), int(), int(), int():
            run = Run(last, Oid(publication), position, steps, bool(is_line))
            if checked == _sum(run):
                return run
    raise _RefutedError


def _sum(run: Run) -> int:
    return crc32(repr(tuple(run)).encode())


def _head(event: EventId) -> int:
    return int.from_bytes(event[:_HEAD_BYTES], "big", signed=True)
