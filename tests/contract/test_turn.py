"""The turn of the writers of one repository: who waits for whom, and what a killed one may leave."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import pytest

from gitledger.errors import StorageError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.store import refdir, turn
from gitledger.store.base import RefStore, RefUpdate
from gitledger.store.open import StoreKind, find_repository, open_refs
from tests.contract.matrix import ENVIRONMENT, Case, Ground, blob, on_each_disk_kind

MAIN = "refs/ledger/main"
on_git = pytest.mark.parametrize("case", [Case(kind="git")], ids=str)
Left = Literal["nothing", "empty lock", "half a lock", "whole lock"]


@pytest.fixture
def values(ground: Ground) -> list[Oid]:
    """Three blobs for a ref to point at."""
    new = [blob(ground.object_format, b"%d" % number) for number in range(3)]
    for one in new:
        ground.git("hash-object", "-w", "--stdin", data=one.data)
    return [one.oid for one in new]


@contextmanager
def other(ground: Ground, work: str, kind: StoreKind = "git") -> Iterator["subprocess.Popen[str]"]:
    """Run lines in another process that has the refs open as ``refs``; it says ``ready`` when it has the turn."""
    program = f"""
import os, signal, sys, time
from pathlib import Path
from gitledger.store.base import RefUpdate
from gitledger.store.open import find_repository, open_refs
repository = find_repository(Path(sys.argv[1]), os.environ)
refs = open_refs(repository, os.environ, sys.argv[2])
oid = lambda text: bytes.fromhex(text) if text else None
def ready(): print("ready", flush=True)
{work}
"""
    environment = {**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", program, str(ground.start), kind], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: "subprocess.Popen[str]") -> str:
    """Return the next line that the other process says."""
    assert process.stdout
    return process.stdout.readline().strip()


def killed_between(ground: Ground, old: Oid, new: Oid | None, left: Left) -> None:
    """Let another writer announce a move and die while it holds the lock in some state."""
    lock = ground.path(f"{MAIN}.lock")
    full = f"{new.hex()}\n" if new else ""
    content = {"nothing": None, "empty lock": "", "half a lock": full[:10], "whole lock": full}[left]
    work = f"""
def die():
    if {content!r} is not None:
        Path({str(lock)!r}).write_text({content!r})
    os.kill(os.getpid(), signal.SIGKILL)
with refs.turn():
    refs._turn.move([RefUpdate({MAIN!r}, oid({old.hex()!r}), oid({new.hex() if new else ""!r}))], die)
"""
    with other(ground, work) as process:
        assert process.wait(20) == -signal.SIGKILL
    assert lock.exists() == (left != "nothing")


@on_each_disk_kind
@pytest.mark.parametrize("left", ["nothing", "empty lock", "half a lock", "whole lock"])
def test_the_lock_of_a_killed_writer_heals_within_a_second(
    refs: RefStore, ground: Ground, values: list[Oid], left: Left
) -> None:
    """Whatever state it died in; afterwards nothing of it is left."""
    refs.update([RefUpdate(MAIN, None, values[0])])
    killed_between(ground, values[0], values[1], left)
    started = time.monotonic()
    refs.update([RefUpdate(MAIN, values[0], values[2])])
    assert time.monotonic() - started < 1
    assert refs.read(MAIN) == values[2]
    assert [path.name for path in ground.path("ledger").iterdir()] == ["turn"]


@on_each_disk_kind
def test_locks_of_a_killed_deletion_heal_too(refs: RefStore, ground: Ground, values: list[Oid]) -> None:
    """A deletion also locks the packed refs."""
    refs.update([RefUpdate(MAIN, None, values[0])])
    killed_between(ground, values[0], None, "empty lock")
    ground.path("packed-refs.lock").write_bytes(b"")
    refs.update([RefUpdate(MAIN, values[0], None)])
    assert refs.list("refs/ledger/") == {}
    assert not ground.path("packed-refs.lock").exists()


@on_git
@pytest.mark.parametrize("content", ["", "0x000000000001-0x000000000002-9a3c6c6e.ref\n"], ids=["empty", "filled"])
def test_the_locks_of_a_reftable_heal_once_nobody_is_at_work_there(
    ground: Ground, values: list[Oid], content: str
) -> None:
    """The list's, and those of tables that a killed git was compacting. No git that knows reftables is needed."""
    repository = replace(find_repository(ground.start, ENVIRONMENT), ref_format="reftable")
    killed_between(ground, values[0], values[1], "nothing")
    directory = ground.path("reftable")
    directory.mkdir()
    locks = [directory / "tables.list.lock", directory / "0x000000000001-0x000000000001-71a5ff83.ref.lock"]
    for lock in locks:
        lock.write_text(content)
    with closing(turn.Turn(repository)) as mine, mine.taken():
        mine.heal()
    assert list(directory.iterdir()) == []
    assert not ground.path("ledger/moving").is_symlink()


@on_git
def test_the_locks_of_a_reftable_that_grows_belong_to_somebody_alive(ground: Ground, values: list[Oid]) -> None:
    """A compaction writes for long, and its lock does not change."""
    repository = replace(find_repository(ground.start, ENVIRONMENT), ref_format="reftable")
    killed_between(ground, values[0], values[1], "nothing")
    lock = ground.path("reftable/tables.list.lock")
    lock.parent.mkdir()
    lock.touch()
    over = threading.Event()

    def compact() -> None:
        with (lock.parent / "0x000000000001-0x000000000002-5e1f0a11.temp.x").open("ab", buffering=0) as table:
            while not over.wait(0.02):
                table.write(b"x")

    compaction = threading.Thread(target=compact)
    compaction.start()
    try:
        with closing(turn.Turn(repository)) as mine, mine.taken():
            mine.heal()
    finally:
        over.set()
        compaction.join()
    assert lock.exists()


@on_each_disk_kind
def test_a_lock_of_another_git_is_never_removed(
    refs: RefStore, ground: Ground, values: list[Oid], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither after a death, if it holds what nobody announced, nor without one."""
    refs.update([RefUpdate(MAIN, None, values[0])])
    killed_between(ground, values[0], values[1], "nothing")
    lock = ground.path(f"{MAIN}.lock")
    monkeypatch.setattr(refdir, "_TRIES", 3)
    for content in (values[2].hex() + "\n", ""):
        lock.write_text(content)
        with pytest.raises(StorageError, match="stayed locked"):
            refs.update([RefUpdate(MAIN, values[0], values[1])])
        assert lock.read_text() == content


@on_each_disk_kind
def test_an_empty_lock_that_changes_belongs_to_somebody_alive(
    refs: RefStore, ground: Ground, values: list[Oid], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for."""
    refs.update([RefUpdate(MAIN, None, values[0])])
    killed_between(ground, values[0], values[1], "empty lock")
    lock = ground.path(f"{MAIN}.lock")
    touching = threading.Event()

    def touch() -> None:
        while not touching.wait(0.02):
            os.utime(lock)
        lock.unlink()

    toucher = threading.Thread(target=touch)
    toucher.start()
    monkeypatch.setattr(refdir, "_TRIES", 3)
    with pytest.raises(StorageError, match="stayed locked"):
        refs.update([RefUpdate(MAIN, values[0], values[1])])
    touching.set()
    toucher.join()
    refs.update([RefUpdate(MAIN, values[0], values[1])])


@on_git
def test_writers_go_one_after_another(ground: Ground, refs: RefStore) -> None:
    """The second waits until the first has let go, or is dead."""
    work = "with refs.turn():\n    ready()\n    time.sleep(0.3)\n    print(time.monotonic(), flush=True)"
    with other(ground, work) as first:
        assert said(first) == "ready"
        with refs.turn():
            taken = time.monotonic()
        assert taken > float(said(first))
    with other(ground, "with refs.turn():\n    ready()\n    time.sleep(60)") as second:
        assert said(second) == "ready"
        threading.Timer(0.3, second.kill).start()
        started = time.monotonic()
        with refs.turn():
            assert 0.2 < time.monotonic() - started < 1


@on_git
def test_the_git_of_a_dead_writer_keeps_its_turn(ground: Ground, refs: RefStore, values: list[Oid]) -> None:
    """Until it, too, is gone: it may be about to move a ref."""
    work = f"""
with refs.turn():
    refs.update([RefUpdate({MAIN!r}, None, oid({values[0].hex()!r}))])
    child = refs._writers._idle[0]._pid
    os.kill(child, signal.SIGSTOP)
    print(child, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    with other(ground, work) as writer:
        child = int(said(writer))
        writer.wait()
        resume = threading.Timer(0.4, os.kill, (child, signal.SIGCONT))
        resume.start()
        started = time.monotonic()
        with refs.turn():
            assert 0.3 < time.monotonic() - started < 2
        resume.join()


@on_git
def test_an_owner_that_stands_still_is_not_waited_for_for_ever(
    ground: Ground, refs: RefStore, values: list[Oid], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the swap alone decides, and its announcement is not touched."""
    monkeypatch.setattr(turn, "_PATIENCE", 0.2)
    with other(ground, "with refs.turn():\n    ready()\n    time.sleep(60)") as owner:
        assert said(owner) == "ready"
        refs.update([RefUpdate(MAIN, None, values[0])])
        assert refs.read(MAIN) == values[0]
        assert [path.name for path in ground.path("ledger").iterdir()] == ["turn"]


@on_git
def test_a_file_that_was_removed_is_no_turn(ground: Ground, refs: RefStore) -> None:
    """Whoever tidies up does not let two writers in."""
    with refs.turn():
        pass
    ground.path("ledger/turn").unlink()
    with other(ground, "with refs.turn():\n    ready()\n    time.sleep(0.3)\n    print(time.monotonic(), flush=True)") as one:
        assert said(one) == "ready"
        with refs.turn():
            taken = time.monotonic()
        assert taken > float(said(one))


@on_git
def test_threads_take_turns_and_a_turn_within_a_turn_is_the_same(refs: RefStore) -> None:
    """One file is one lock to the kernel, whoever of a process asks."""
    inside: list[int] = []

    def work() -> None:
        for _ in range(20):
            with refs.turn(), refs.turn():
                inside.append(1)
                assert len(inside) == 1
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside == []


@on_git
def test_without_flock_the_swap_decides(
    ground: Ground, refs: RefStore, values: list[Oid], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on some network file systems."""

    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(turn.fcntl, "flock", refuse)
    refs.update([RefUpdate(MAIN, None, values[0])])
    assert refs.read(MAIN) == values[0]
    assert not ground.path("ledger/moving").is_symlink()


@on_git
@pytest.mark.parametrize(("setting", "directory", "file"), [("group", 0o2770, 0o660), ("0640", 0o2750, 0o640)])
def test_a_shared_repository_shares_its_turn(
    case: Case, ground: Ground, values: list[Oid], setting: str, directory: int, file: int
) -> None:
    """As git would have made the file, whatever the umask."""
    ground.git("config", "core.sharedRepository", setting)
    before = os.umask(0o077)
    try:
        with closing(open_refs(find_repository(ground.start, ENVIRONMENT), ENVIRONMENT, case.kind)) as refs:  # type: ignore[arg-type]
            refs.update([RefUpdate(MAIN, None, values[0])])
    finally:
        os.umask(before)
    assert ground.path("ledger").stat().st_mode & 0o7777 == directory
    assert ground.path("ledger/turn").stat().st_mode & 0o7777 == file


@on_git
def test_a_git_that_is_killed_alone_leaves_nothing(refs: RefStore, ground: Ground, values: list[Oid]) -> None:
    """Its writer lives, heals and moves the ref with another git."""
    refs.update([RefUpdate(MAIN, None, values[0])])
    lock = ground.path(f"{MAIN}.lock")
    inner, killed = refs._writers, []

    class Killed:
        """A git that takes the lock and dies of a signal."""

        ended = True

        def ask(self, _data: bytes) -> None:
            lock.touch()

        def line(self) -> bytes:
            return b""

        def end(self) -> int:
            return -signal.SIGKILL

    @contextmanager
    def one() -> Iterator[object]:
        if killed:
            with inner.one() as child:
                yield child
        else:
            killed.append(True)
            yield Killed()

    refs._writers = SimpleNamespace(one=one, close=inner.close)
    refs.update([RefUpdate(MAIN, values[0], values[1])])
    assert killed
    assert refs.read(MAIN) == values[1]
