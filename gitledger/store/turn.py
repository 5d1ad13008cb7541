"""The turn: writers of one repository on one machine go one after another, and heal what a killed one left.

A courtesy and no lock on truth: what is published rests on the compare-and-swap alone, so where a file system has no
``flock``, or an owner stands still for too long, a writer goes on without. Specified in ``docs/reliability.md``.

1. The turn is ``flock`` on ``<common_dir>/ledger/turn``. The kernel ends it with its last owner, and the git that
   moves refs for a writer is one of them: who has the turn knows that the writer before and its git are gone.
2. Who has the turn and is about to move refs says which in the target of a symbolic link beside it, and takes the
   link away when they have moved. (A link, because that is metadata: after power loss it is there if the lock is.)
3. Who finds such a link has come after a death. A lock file of one of those refs that holds what was announced is
   removed at once, one that says nothing once it has not changed for a while. So are the locks of a reftable, whatever
   they hold, once nothing has changed beside them.
"""

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from gitledger.store.base import RefUpdate
from gitledger.store.repository import Repository, shared_access

_NAME: Final = "turn"
# An owner works for 10 ms, or for seconds on a large batch. One that was stopped must not stop everybody else.
_PATIENCE: Final = 10.0
# A waiter looks the more often the longer it has waited, so that none is passed over for long.
# With a shortest wait of 2 ms, 32 waiters spent most of a processor on looking.
_FIRST_WAIT: Final = 0.02
_SHORTEST_WAIT: Final = 0.008
_HURRY: Final = 0.95
# A git that lives fills a new lock within a millisecond, and writes packed-refs, which no lock shows, all the while.
_QUIET: Final = 0.4
_LOOK_AGAIN: Final = 0.05
_LONGEST_PAUSE_MS: Final = 256


class Turn:
    """The turn of one process at one repository; its threads take turns, too.

    Args:
        repository: whose refs are to be moved.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._directory = repository.common_dir / "ledger"
        self._mark = self._directory / "moving"
        self._thread = threading.RLock()
        self._depth = 0
        self._descriptor: int | None = None
        self._is_ours = False

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What a child that moves refs inherits, so that the turn lasts as long as it does."""
        return () if self._descriptor is None else (self._descriptor,)

    @contextlib.contextmanager
    def taken(self, lost: int = 0) -> Iterator[None]:
        """Wait for the turn and hold it; inside itself, do nothing.

        Args:
            lost: how many swaps the writer has lost in a row: to writers who take no turns, so it waits a little first.
        """
        if lost:
            pause(lost)
        with self._thread:
            if self._depth == 0:
                self._is_ours = self._wait()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0 and self._is_ours:
                    self._is_ours = False
                    self._let_go()

    def move(self, updates: Sequence[RefUpdate], try_to_move: Callable[[], bool]) -> bool:
        """Return what ``try_to_move`` returns; if this process dies in it, the next writer can heal what it leaves."""
        if not (self._is_ours and self._announce(updates)):
            return try_to_move()
        has_moved = try_to_move()
        # An announcement that stays costs the next writer a look; an error here would hide whether the refs moved.
        with contextlib.suppress(OSError):
            self._mark.unlink()
        return has_moved

    def _let_go(self) -> None:
        try:
            fcntl.flock(self.descriptors[0], fcntl.LOCK_UN)
        except OSError:
            self.close()  # Which ends it as well, once the git that inherited it is gone.

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _wait(self) -> bool:
        """Take the turn; return False if it cannot be had here, or not within ten seconds."""
        end, wait = time.monotonic() + _PATIENCE, _FIRST_WAIT
        while True:
            try:
                if self._descriptor is None:
                    self._descriptor = open_lock(self._repository, _NAME)
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self._has_the_name(self._descriptor):
                    return True
            except BlockingIOError:
                if time.monotonic() > end:
                    return False
                time.sleep(wait * _jitter())
                wait = max(wait * _HURRY, _SHORTEST_WAIT)
            except OSError:
                return False  # No flock, no place, no right: the swap alone decides.
            else:
                self.close()  # Somebody tidied up: who locks a file that was removed has no turn.

    def _has_the_name(self, descriptor: int) -> bool:
        try:
            return os.stat(self._directory / _NAME).st_ino == os.fstat(descriptor).st_ino  # noqa: PTH116 - beside fstat
        except FileNotFoundError:
            return False

    def _announce(self, updates: Sequence[RefUpdate]) -> bool:
        said = " ".join(f"{update.name}={update.new.hex() if update.new else ''}" for update in updates)
        try:
            self.heal()
            self._mark.symlink_to(said)
        except OSError:
            return False  # A file system without links, or a full one; then nobody can tell whose lock it was.
        return True

    def heal(self) -> None:
        """Remove the locks that somebody dead announced and left, then the announcement, if there is one."""
        if not self._is_ours or not self._mark.is_symlink():
            return
        common_dir = self._repository.common_dir
        announced = [one.rpartition("=")[::2] for one in str(self._mark.readlink()).split(" ")]
        if self._repository.ref_format == "reftable":
            _remove_table_locks(common_dir / "reftable")
        else:
            for name, new in announced:
                _remove_left(common_dir / f"{name}.lock", new)
            if not all(new for _, new in announced):
                # Git takes this one, too, when it deletes.
                _remove_left(common_dir / "packed-refs.lock", beside=common_dir / "packed-refs.new")
        self._mark.unlink(missing_ok=True)


def open_lock(repository: Repository, name: str) -> int:
    """Return a descriptor to lock a file by that whoever shares the repository can lock.

    Args:
        repository: whose; the file is in its directory ``ledger``, which is made if it is not there.
        name: of the file.

    Raises:
        OSError: no place, no right.
    """
    mode, directory = shared_access(repository.config), repository.common_dir / "ledger"
    with contextlib.suppress(FileExistsError):
        directory.mkdir()
        if mode:
            # Whoever may write must be able to enter and to make files.
            bits = abs(mode) | (abs(mode) & 0o444) >> 2
            directory.chmod((0o700 if mode < 0 else directory.stat().st_mode) | bits | 0o2000)
    # To lock a file it is enough to be able to read it.
    descriptor = os.open(directory / name, os.O_RDONLY | os.O_CREAT, 0o666)
    if mode and os.fstat(descriptor).st_uid == os.geteuid():
        os.fchmod(descriptor, 0o600 | abs(mode) & 0o666)
    return descriptor


def pause(attempt: int) -> None:
    """Wait after this many tries: from 1 ms on twice as long each time, a quarter of a second at most."""
    time.sleep(min(2**attempt, _LONGEST_PAUSE_MS) / 1000 * _jitter())


def _jitter() -> float:
    # Half to one and a half times the nominal wait, so that writers who met once do not meet again.
    return 0.5 + os.urandom(1)[0] / 255


def _remove_left(lock: Path, new: str = "", *, beside: Path | None = None) -> None:
    """Remove a lock that holds what was announced, or that says nothing and stays as it is."""
    before, end = _looks(lock, beside), time.monotonic() + _QUIET
    while before is not None:
        text = _text(lock)
        if not f"{new}\n".startswith(text):
            return  # A foreign git's: it waits for a hook, or died. Whoever comes later waits and names it.
        if text or time.monotonic() > end:
            lock.unlink(missing_ok=True)
            return
        time.sleep(_LOOK_AGAIN)
        if _looks(lock, beside) != before:
            return  # Somebody is alive, and will let go.


def _remove_table_locks(directory: Path) -> None:
    """Remove the locks of a reftable, on its list and on tables that were being compacted, if nobody is at work there.

    A compaction holds them for as long as it writes. But then its new table grows, in the same directory.
    """
    locks = list(directory.glob("*.lock"))
    before, end = _listing(directory), time.monotonic() + _QUIET
    while locks and time.monotonic() < end:
        time.sleep(_LOOK_AGAIN)
        if _listing(directory) != before:
            return  # Somebody is alive, and will let go.
    for lock in locks:
        lock.unlink(missing_ok=True)


def _listing(directory: Path) -> set[tuple[str, int, int]]:
    found = set()
    for path in directory.iterdir():
        with contextlib.suppress(FileNotFoundError):
            stat = path.stat()
            found.add((path.name, stat.st_size, stat.st_mtime_ns))
    return found


def _looks(lock: Path, beside: Path | None) -> tuple[float, ...] | None:
    """Return what changes about a lock while its owner lives, or None if it is gone."""
    try:
        stats = [path.stat() for path in (lock, beside) if path is not None and (path is lock or path.exists())]
    except FileNotFoundError:
        return None
    return tuple(part for stat in stats for part in (stat.st_ino, stat.st_size, stat.st_mtime_ns))


def _text(lock: Path) -> str:
    try:
        return lock.read_text(errors="replace")
    except FileNotFoundError:
        return ""
