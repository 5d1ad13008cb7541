"""Packs are joined in the background: few stay, nothing is lost, and nobody who reads or writes meanwhile notices.

``GIT_LEDGER_FULL=1`` makes the long test one of 10,000 appends.
"""

import fcntl
import io
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from gitledger.errors import CorruptObjectError, LedgerError, StorageError
from gitledger.ids import Oid
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.init import init
from gitledger.store import background
from gitledger.store import consolidate as module
from gitledger.store.base import NewObject
from gitledger.store.consolidate import consolidate
from gitledger.store.open import find_repository, open_objects
from tests.ledgers import ENV, assert_sound, git, new_repository, open_ledger, values, write

APPENDS = 10_000 if os.environ.get("GIT_LEDGER_FULL") else 220


def settings(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with settings of git."""
    pairs = {}
    for number, (name, value) in enumerate(given.items()):
        pairs |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return {**ENV, "GIT_CONFIG_COUNT": str(len(given)), **pairs}


@contextmanager
def opened(path: Path, **given: str) -> Iterator[Ledger]:
    """Open the ledger of a repository under settings of git, started."""
    with open_ledger(path, env=settings({name.replace("__", "."): value for name, value in given.items()})) as ledger:
        init(ledger)
        yield ledger


def packs(path: Path, suffix: str = ".pack") -> set[str]:
    """Return the names of the packs, or of what lies beside them."""
    return {found.name for found in (path / "objects" / "pack").glob(f"*{suffix}")}


def wait_for_the_end(path: Path) -> None:
    """Wait until no consolidation is at work."""
    with (path / "ledger" / "consolidating").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def run(path: Path, limit: int = 1) -> int:
    """Consolidate here and now."""
    return consolidate(find_repository(path, ENV), ENV, limit)


def filled(path: Path, appends: int) -> Path:
    """Return a repository with a ledger of this many packs, besides the first."""
    with opened(path, gc__auto="0") as ledger:
        for number in range(appends):
            write(ledger, **{f"d{number % 3}/v": number})
    return path


def objects_of(path: Path) -> list[Oid]:
    """Return everything in a repository."""
    listed = git(path, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    return [Oid(bytes.fromhex(line)) for line in listed.splitlines()]


def test_many_appends_leave_few_packs_and_few_bytes(repository: Path) -> None:
    """With consolidation at once no append leaves more than the limit; what is left is near the best that git can."""
    with opened(repository, gc__autoDetach="false", ledger__durability="relaxed") as ledger:
        for number in range(APPENDS):
            append(ledger, change("count", set={f"d{number % 7}/v{number % 97}": number}))
            assert len(packs(repository)) <= 50
        assert_sound(ledger, APPENDS + 1)
    git(repository, "fsck", "--strict", "--full")
    ours = sum(file.stat().st_size for file in (repository / "objects/pack").iterdir())
    git(repository, "repack", "-adfq", "--no-write-bitmap-index")
    best = sum(file.stat().st_size for file in (repository / "objects/pack").iterdir())
    print(f"{APPENDS} appends: {ours:,} bytes, after git repack -adf {best:,}")
    assert ours <= 1.5 * best


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_in_the_background_few_packs_stay_as_well(tmp_path: Path, object_format: str) -> None:
    """Those that come while it is at work wait for the next append."""
    path = new_repository(tmp_path / "repository.git", object_format, "--bare")
    with opened(path, gc__autoPackLimit="5") as ledger:
        for number in range(30):
            write(ledger, n=number)
        wait_for_the_end(path)
        write(ledger, n=30)
        wait_for_the_end(path)
        assert len(packs(path)) <= 5
        assert values(ledger) == {"n": 30}
        assert_sound(ledger, 32)
    assert packs(path, "") == packs(path) | packs(path, ".idx")
    git(path, "fsck", "--strict", "--full")


def test_who_appends_waits_for_nothing_and_leaves_no_zombie(repository: Path) -> None:
    """While a consolidation is at work the next is not begun; it belongs to no terminal and to no parent."""
    with opened(repository, gc__autoPackLimit="3") as ledger:
        for number in range(4):
            write(ledger, n=number)
        wait_for_the_end(repository)
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        states = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] for pid in children]
        assert "Z" not in states
        with (repository / "ledger" / "consolidating").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = packs(repository)
            for number in range(6):
                write(ledger, n=number)
            assert packs(repository) > before
            assert len(packs(repository)) == len(before) + 6


@pytest.mark.parametrize(
    "given", [{"gc.auto": "0"}, {"maintenance.auto": "false"}, {"gc.autoPackLimit": "0"}, {"gc.autoPackLimit": "1k"}]
)
def test_who_wants_no_maintenance_has_none(repository: Path, given: dict[str, str]) -> None:
    with open_ledger(repository, env=settings({"gc.autoPackLimit": "2", "gc.autoDetach": "false", **given})) as ledger:
        init(ledger)
        for number in range(5):
            write(ledger, n=number)
    assert len(packs(repository)) == 6


def test_all_objects_are_kept_reachable_or_not(repository: Path) -> None:
    """What nothing reaches may be about to be reached."""
    filled(repository, 5)
    with closing(open_objects(find_repository(repository, ENV), ENV)) as objects:
        alone = NewObject(objects.format.oid("blob", b"alone"), "blob", b"alone")
        objects.write([alone])
    loose = git(repository, "hash-object", "-w", "--stdin", data=b"loose")
    before = objects_of(repository)
    assert run(repository) == 7
    assert objects_of(repository) == before
    assert len(packs(repository)) == 1
    assert (repository / "objects" / loose[:2] / loose[2:]).exists()
    assert run(repository) == 0


def test_what_somebody_chose_is_left_alone(repository: Path) -> None:
    """Kept, promised, cruft, with a bitmap, without an index, or in an index of an old version."""
    filled(repository, 9)
    chosen = sorted(packs(repository))[:5]
    for name, suffix in zip(chosen, (".keep", ".promisor", ".mtimes", ".bitmap"), strict=False):
        (repository / "objects/pack" / name).with_suffix(suffix).touch()
    pack = repository / "objects/pack" / chosen[4]
    pack.with_suffix(".idx").unlink()
    git(repository, "index-pack", "--index-version=1", str(pack))
    assert run(repository) == 5
    assert packs(repository) > set(chosen)
    assert len(packs(repository)) == 6


def test_where_somebody_keeps_a_multi_pack_index_nothing_is_joined(repository: Path) -> None:
    filled(repository, 3)
    git(repository, "multi-pack-index", "write")
    before = packs(repository)
    assert run(repository) == 0
    assert packs(repository) == before


def test_alternates_are_left_alone_and_serve_on(repository: Path, tmp_path: Path) -> None:
    """Neither is what is borrowed copied or counted, nor does a borrower lose what its lender joins."""
    filled(repository, 6)
    git(tmp_path, "clone", "-q", "--bare", "--shared", str(repository), "borrower.git")
    borrower = tmp_path / "borrower.git"
    git(borrower, "fetch", "-q", str(repository), "refs/ledger/*:refs/ledger/*")
    with opened(borrower, gc__auto="0") as ledger:
        for number in range(4):
            write(ledger, mine=number)
    lent = packs(repository)
    assert run(borrower) == 4
    assert packs(repository) == lent
    assert run(repository) == 7
    with open_ledger(borrower) as ledger:
        assert_sound(ledger, 11)
    git(borrower, "fsck", "--strict", "--full")


def test_a_partial_clone_fetches_nothing(repository: Path, tmp_path: Path) -> None:
    """What was promised and is not here stays away."""
    git(repository, "config", "uploadpack.allowFilter", "true")
    filled(repository, 3)
    git(repository, "update-ref", "refs/heads/main", "refs/ledger/main")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", repository.as_uri(), "partial.git")
    partial = tmp_path / "partial.git"
    git(partial, "update-ref", "refs/ledger/main", "refs/heads/main")
    with opened(partial, gc__auto="0") as ledger:
        for number in range(4):
            write(ledger, mine=number)
    promised = packs(partial, ".promisor")
    repository.rename(tmp_path / "away.git")
    assert run(partial) == 4
    assert packs(partial, ".promisor") == promised


def test_a_pack_that_is_kept_meanwhile_stays(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that writes the same objects again takes its lease by the same name."""
    filled(repository, 4)
    kept = min(packs(repository))

    def keep(directory: Path) -> None:
        (directory / kept).with_suffix(".keep").touch()

    monkeypatch.setattr(module, "sync_directory", keep)
    run(repository)
    assert kept in packs(repository)
    assert len(packs(repository)) == 2


def test_no_pack_goes_before_the_new_one_has_its_name_to_stay(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(repository, 4)
    before = packs(repository)
    monkeypatch.setattr(module, "sync_directory", lambda directory: steps.append(packs(repository) - before))
    steps: list[object] = []
    unlink = Path.unlink

    def unlinked(path: Path, *, missing_ok: bool = False) -> None:
        steps.append(path.suffix)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", unlinked)
    run(repository)
    [new] = packs(repository)
    assert steps == [".keep", {new}, *[".idx", ".pack", ".rev"] * 5]


def test_the_new_pack_is_synced_whatever_the_settings_say(repository: Path, tmp_path: Path) -> None:
    """What is joined had been durable for long."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    filled(repository, 3)
    git(repository, "config", "core.fsync", "none")
    trace = tmp_path / "git"
    trace.mkdir()
    wrapper = trace / "git"
    wrapper.write_text(f'#!/bin/sh\nexec strace -f -y -e trace=fsync -o "{tmp_path}/$$.calls" {shutil.which("git")} "$@"\n')
    wrapper.chmod(0o755)
    env = {**ENV, "PATH": f"{trace}:{ENV['PATH']}"}
    try:
        consolidate(find_repository(repository, ENV), env, 1)
    except StorageError as error:
        pytest.skip(f"strace may not trace here: {error}")
    calls = "".join(file.read_text() for file in tmp_path.glob("*.calls"))
    assert calls.count("tmp_pack_") == 1
    assert calls.count("tmp_idx_") == 1


DIES = """
import os, signal, sys
from pathlib import Path
from gitledger.store.consolidate import consolidate
from gitledger.store.open import find_repository
left, replace = iter(range(int(sys.argv[2]))), Path.replace
def replace_or_die(path, target):
    if next(left, None) is None:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(path, target)
Path.replace = replace_or_die
consolidate(find_repository(Path(sys.argv[1]), os.environ), os.environ, 1)
"""


@pytest.mark.parametrize("renamed", [0, 1])
def test_what_the_dead_leave_is_tidied_up(repository: Path, renamed: int) -> None:
    """A pack without its index by the next writer, for newer gits leave it for ever; the rest by git."""
    filled(repository, 4)
    before, few = objects_of(repository), packs(repository)
    env = {**ENV, "PYTHONPATH": str(Path(__file__).parents[2])}
    dead = subprocess.run([sys.executable, "-c", DIES, repository, str(renamed)], env=env, check=False)
    assert dead.returncode == -signal.SIGKILL
    assert objects_of(repository) == before
    assert len(packs(repository) - few) == 1
    assert len(packs(repository, ".keep")) == 1
    filled(repository, 1)
    assert packs(repository, ".keep") == set()
    assert {name for name in packs(repository) if name.startswith("pack-")} > few
    git(repository, "gc", "-q", "--prune=now")
    git(repository, "fsck", "--strict", "--full")
    assert packs(repository, "") - packs(repository, ".bitmap") == packs(repository) | packs(repository, ".idx")


def test_damage_is_not_copied_and_tried_again_only_much_later(repository: Path) -> None:
    """Every pack stays where it is; the next try is made at twice as many."""
    filled(repository, 8)
    pack = repository / "objects/pack" / max(packs(repository))
    whole = pack.read_bytes()
    pack.chmod(0o644)
    pack.write_bytes(whole[:-30] + bytes([whole[-30] ^ 0xFF]) + whole[-29:])
    before = packs(repository)
    with pytest.raises((CorruptObjectError, StorageError)):
        run(repository)
    assert packs(repository) == before
    with opened(repository, gc__autoDetach="false", gc__autoPackLimit="8") as ledger:
        write(ledger, n=1)
        assert (repository / "ledger/consolidating").read_text() == "20"
        pack.write_bytes(whole)
        for number in range(10):
            write(ledger, n=number)
            assert len(packs(repository)) == 11 + number
        write(ledger, n=10)
        assert len(packs(repository)) < 9


def test_a_pushed_commit_that_is_none_stops_nothing(repository: Path) -> None:
    """Nothing in a pack is believed: it may hold whatever somebody sent."""
    filled(repository, 3)
    lies = [("commit", b"tree nowhere\n\n"), ("commit", b"tree %s\n\nx" % (b"ab" * 20)), ("tree", b"40000 a\nb\0" + b"\xab" * 20)]
    with closing(open_objects(find_repository(repository, ENV), ENV)) as objects:
        for kind, data in lies:
            objects.write([NewObject(objects.format.oid(kind, data), kind, data)])
    before = objects_of(repository)
    run(repository)
    assert objects_of(repository) == before
    assert len(packs(repository)) == 1


def test_readers_and_writers_and_collections_live_beside_it(repository: Path, tmp_path: Path) -> None:
    """Readers of every kind that were open before, a writer, and ``git gc`` in a loop."""
    filled(repository, 12)
    stop, done = threading.Event(), Counter[str]()

    # Two that tidy up at once may be in each other's way; then one of them gives up, and nothing is lost.
    def collect() -> None:
        while not stop.is_set():
            command = ["git", "gc", "-q", "--prune=now"]
            status = subprocess.run(command, cwd=repository, env=ENV, capture_output=True, check=False).returncode
            done["collected" if status == 0 else "in the way"] += 1

    def join() -> None:
        while not stop.is_set():
            with suppress(LedgerError):
                done["joined"] += run(repository)

    ledgers: list[Ledger] = []
    with ExitStack() as stack:
        for kind in ("git", "libgit2", "dulwich"):
            ledgers.append(stack.enter_context(open_ledger(repository, kind=kind)))  # type: ignore[arg-type]
            assert len(values(ledgers[-1])) == 3
        threads = [threading.Thread(target=work) for work in (collect, join)]
        stack.callback(lambda: [thread.join() for thread in threads])
        stack.callback(stop.set)
        for thread in threads:
            thread.start()
        writer = stack.enter_context(opened(repository, gc__auto="0"))
        number = 0
        while number < 500 and (number < 30 or min(done["collected"], done["joined"]) < 3):
            write(writer, n=number)
            for reader in ledgers:
                assert values(reader)["n"] == number
            number += 1
    print(f"{number} appends, {dict(done)}")
    assert done["collected"]
    assert done["joined"]
    with open_ledger(repository) as ledger:
        assert_sound(ledger, 13 + number)
    git(repository, "fsck", "--strict", "--full")


def test_who_consolidates_belongs_to_no_terminal_and_to_no_parent() -> None:
    reading, writing = os.pipe()
    program = "import os, sys; print(sys.stdin.read(), os.getsid(0), os.getppid())"
    background._start_apart([sys.executable, "-c", program], ENV, data=b"asked", output=writing)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said, session, parent = answer.read().split()
    assert said == "asked"
    assert int(session) != os.getsid(0)
    assert int(parent) != os.getpid()


def test_who_consolidates_lets_others_go_first(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(repository, 4)
    nice: list[int] = []
    monkeypatch.setattr(os, "nice", nice.append)
    asked = pickle.dumps((find_repository(repository, ENV), dict(ENV), 2))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(asked)))
    background.child()
    assert nice == [5]
    assert len(packs(repository)) == 1
