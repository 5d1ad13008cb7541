"""What every `RefStore` must do, on every implementation and in every kind of repository."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from gitledger.errors import ConflictError, DamageError, LedgerError, StaleRefError, StorageError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.store import refdir
from gitledger.store.base import RefStore, RefUpdate
from gitledger.store.memory import MemoryRefs
from gitledger.store.open import find_repository, open_objects, open_refs
from gitledger.store.swap import refusal
from tests.contract import contest
from tests.contract.matrix import (
    ENVIRONMENT,
    Case,
    Ground,
    blob,
    needs_reftable,
    on_each_disk_kind,
    on_each_kind,
    refs_everywhere,
    refs_in_every_repository,
    refs_refused,
)

MAIN = "refs/ledger/main"
OTHER = "refs/ledger/other"


@pytest.fixture
def values(case: Case, request: pytest.FixtureRequest) -> list[Oid]:
    """Three blobs for refs to point at: git moves a ref to nothing that is not there."""
    new = [blob(case.object_format, b"%d" % number) for number in range(3)]
    if case.kind != "memory":
        ground = request.getfixturevalue("ground")
        for one in new:
            ground.git("hash-object", "-w", "--stdin", data=one.data)
    return [one.oid for one in new]


@refs_everywhere
def test_a_ref_is_made_moved_and_deleted(refs: RefStore, values: list[Oid]) -> None:
    """Each time from what it was; None stands for absent, before and after."""
    assert refs.read(MAIN) is None
    refs.update([RefUpdate(MAIN, None, values[0])])
    assert refs.read(MAIN) == values[0]
    refs.update([RefUpdate(MAIN, values[0], values[1])])
    assert refs.read(MAIN) == values[1]
    refs.update([RefUpdate(MAIN, values[1], None)])
    assert refs.read(MAIN) is None
    refs.update([RefUpdate(MAIN, None, values[2])])
    assert refs.list("refs/ledger/") == {MAIN: values[2]}


@refs_everywhere
def test_a_lost_swap_carries_the_value_found_and_moves_nothing(refs: RefStore, values: list[Oid]) -> None:
    """Whatever was expected: another value, absence, presence, to delete."""
    here, other, new = values
    refs.update([RefUpdate(MAIN, None, here)])
    for name, old, target, found in (
        (MAIN, other, new, here),
        (MAIN, None, new, here),
        (MAIN, None, here, here),
        (MAIN, other, None, here),
        (OTHER, other, new, None),
        (OTHER, other, None, None),
    ):
        with pytest.raises(StaleRefError) as caught:
            refs.update([RefUpdate(name, old, target)])
        error = caught.value
        assert error.name == name
        assert error.expected == (old.hex() if old else None)
        assert error.found == (found.hex() if found else None)
        assert refs.list("refs/ledger/") == {MAIN: here}


@refs_everywhere
def test_two_refs_move_together_or_not_at_all(case: Case, refs: RefStore, values: list[Oid]) -> None:
    """Made, moved and deleted in one call; one stale ref holds back all. dulwich says that it cannot."""
    both = [RefUpdate(MAIN, None, values[0]), RefUpdate(OTHER, None, values[1])]
    if case.kind == "dulwich":
        with pytest.raises(StorageError, match=r"^dulwich moves one ref at a time, not 2; use the git program here$"):
            refs.update(both)
        assert refs.list("refs/ledger/") == {}
        return
    refs.update(both)
    assert refs.list("refs/ledger/") == {MAIN: values[0], OTHER: values[1]}
    stale = RefUpdate(OTHER, values[2], values[0])
    for order in ([RefUpdate(MAIN, values[0], values[2]), stale], [stale, RefUpdate(MAIN, values[0], None)]):
        with pytest.raises(StaleRefError) as caught:
            refs.update(order)
        assert caught.value.name == OTHER
        assert refs.list("refs/ledger/") == {MAIN: values[0], OTHER: values[1]}
    refs.update([RefUpdate(MAIN, values[0], values[2]), RefUpdate(OTHER, values[1], None)])
    assert refs.list("refs/ledger/") == {MAIN: values[2]}


@refs_everywhere
def test_list_is_sorted_and_stops_at_the_slash(refs: RefStore, values: list[Oid]) -> None:
    """`refs/ledger/` is not `refs/ledger-remotes/`, and `refs/led/` is nothing."""
    for name in ("refs/ledger/b", "refs/ledger-remotes/origin/a", "refs/ledger/a/c", "refs/ledger/d"):
        refs.update([RefUpdate(name, None, values[0])])
    assert list(refs.list("refs/ledger/")) == ["refs/ledger/a/c", "refs/ledger/b", "refs/ledger/d"]
    assert refs.list("refs/ledger-remotes/") == {"refs/ledger-remotes/origin/a": values[0]}
    assert refs.list("refs/led/") == {}


@refs_everywhere
def test_no_ref_is_a_directory_of_another(refs: RefStore, values: list[Oid]) -> None:
    """Neither below one that is there nor above, and again possible once it is gone."""
    refs.update([RefUpdate("refs/ledger/a/b", None, values[0])])
    for name in ("refs/ledger/a/b/c", "refs/ledger/a/b/c/d", "refs/ledger/a"):
        with pytest.raises(ConflictError, match="cannot stand beside refs/ledger/a/b;") as caught:
            refs.update([RefUpdate(name, None, values[1])])
        assert not isinstance(caught.value, StaleRefError)
        assert refs.list("refs/ledger/") == {"refs/ledger/a/b": values[0]}
    refs.update([RefUpdate("refs/ledger/a/b", values[0], None)])
    refs.update([RefUpdate("refs/ledger/a", None, values[1])])
    assert refs.list("refs/ledger/") == {"refs/ledger/a": values[1]}


@on_each_disk_kind
def test_no_ref_is_a_directory_of_a_packed_one(refs: RefStore, ground: Ground, values: list[Oid]) -> None:
    """No file stands in the way there."""
    refs.update([RefUpdate(MAIN, None, values[0])])
    ground.git("pack-refs", "--all", "--prune")
    for name in (f"{MAIN}/a", "refs/ledger"):
        with pytest.raises(ConflictError, match=f"{name} cannot stand beside {MAIN};"):
            refs.update([RefUpdate(name, None, values[1])])
    assert refs.list("refs/") == {"refs/heads/main": refs.read("refs/heads/main"), MAIN: values[0]}


@refs_in_every_repository
def test_stock_git_sees_what_moved_and_moves_what_is_seen(refs: RefStore, ground: Ground, values: list[Oid]) -> None:
    """Loose and packed, made here or there, deleted here or there."""
    refs.update([RefUpdate(MAIN, None, values[0])])
    assert ground.git("rev-parse", MAIN) == values[0].hex()
    ground.git("update-ref", MAIN, values[1].hex(), values[0].hex())
    assert refs.read(MAIN) == values[1]
    ground.git("pack-refs", "--all", "--prune")
    assert refs.read(MAIN) == values[1]
    assert refs.list("refs/ledger/") == {MAIN: values[1]}
    refs.update([RefUpdate(MAIN, values[1], values[2])])
    assert ground.git("rev-parse", MAIN) == values[2].hex()
    ground.git("pack-refs", "--all", "--prune")
    refs.update([RefUpdate(MAIN, values[2], None)])
    assert ground.git("for-each-ref", "refs/ledger") == ""
    ground.git("update-ref", OTHER, values[0].hex())
    assert refs.list("refs/ledger/") == {OTHER: values[0]}
    ground.git("update-ref", "-d", OTHER)
    assert refs.read(OTHER) is None


@pytest.mark.parametrize("name", contest.CONTESTS)
@on_each_kind
def test_of_racing_writers_each_swap_has_one_winner(
    case: Case,
    name: str,
    request: pytest.FixtureRequest,
) -> None:
    """A swap that was acknowledged is never undone by another: nothing that two writers count is lost."""
    if case.kind == "memory":
        # Threads change places seldom.
        for _ in range(20):
            race_threads(case, name)
    else:
        race_processes(case, name, request.getfixturevalue("ground"))


@needs_reftable
@pytest.mark.parametrize("name", contest.CONTESTS)
@pytest.mark.parametrize("case", [Case(kind="git", ref_format="reftable")], ids=str)
def test_in_a_reftable_each_swap_has_one_winner(case: Case, name: str, ground: Ground) -> None:
    """There one lock guards all refs."""
    race_processes(case, name, ground)


def race_threads(case: Case, name: str) -> None:
    """Let two threads race on refs in memory, changing places as often as can be."""
    refs = MemoryRefs()
    numbers = [one.oid for one in contest.numbers(case.object_format)]
    refs.update([RefUpdate(contest.COUNTER, None, numbers[0])])
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        together = threading.Barrier(contest.WRITERS)
        with ThreadPoolExecutor() as pool:
            racers = [pool.submit(start_race, together, refs, name, numbers) for _ in range(contest.WRITERS)]
            scores = [racer.result() for racer in racers]
    finally:
        sys.setswitchinterval(interval)
    assert contest.outcome(refs) == contest.expected(name, numbers, scores)


def start_race(together: threading.Barrier, refs: RefStore, name: str, numbers: list[Oid]) -> int:
    """Race once everybody is there."""
    together.wait()
    return contest.CONTESTS[name](refs, numbers)


def race_processes(case: Case, name: str, ground: Ground) -> None:
    """Let two processes race on the refs of a repository."""
    repository = find_repository(ground.start, ENVIRONMENT)
    numbers = contest.numbers(case.object_format)
    with closing(open_objects(repository, ENVIRONMENT)) as objects:
        objects.write(numbers)
    with closing(open_refs(repository, ENVIRONMENT, case.kind)) as refs:
        refs.update([RefUpdate(contest.COUNTER, None, numbers[0].oid)])
        # Processes of their own, not forks of this one: a fork would share the pipes of its git.
        command = [sys.executable, contest.__file__, str(ground.start), case.kind, name]
        environment = {**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[2])}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        racers = [subprocess.Popen(command, env=environment, **pipes) for _ in range(contest.WRITERS)]
        assert [racer.stdout.readline() for racer in racers if racer.stdout] == [b"ready\n"] * contest.WRITERS
        for racer in racers:
            assert racer.stdin
            racer.stdin.write(b"go\n")
            racer.stdin.flush()
        scores = [int(racer.communicate()[0]) for racer in racers]
        assert contest.outcome(refs) == contest.expected(name, [one.oid for one in numbers], scores)


@pytest.mark.parametrize("old", [None, 0], ids=["absent", "present"])
@pytest.mark.parametrize("case", [Case(kind="dulwich")], ids=str)
def test_who_comes_between_the_look_and_the_lock_wins(
    refs: RefStore,
    ground: Ground,
    values: list[Oid],
    old: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For dulwich looks for other refs before it takes its lock; what it then finds under the lock decides."""
    before = None if old is None else values[old]
    if before:
        refs.update([RefUpdate(MAIN, None, before)])

    def look_and_be_overtaken(refs: RefStore, updates: list[RefUpdate]) -> LedgerError | None:
        seen = refusal(refs, updates)
        ground.git("update-ref", MAIN, values[1].hex())
        return seen

    monkeypatch.setattr("gitledger.store.dulwich.refusal", look_and_be_overtaken)
    with pytest.raises(StaleRefError):
        refs.update([RefUpdate(MAIN, before, values[2])])
    assert ground.git("rev-parse", MAIN) == values[1].hex()


@pytest.fixture
def held_lock(refs: RefStore, ground: Ground, values: list[Oid]) -> Iterator[Path]:
    """Make a ref and hold its lock as somebody else would."""
    refs.update([RefUpdate(MAIN, None, values[0])])
    lock = ground.path(f"{MAIN}.lock")
    lock.write_bytes(b"")
    yield lock
    lock.unlink(missing_ok=True)


@on_each_disk_kind
def test_a_lock_that_somebody_lets_go_is_waited_for(refs: RefStore, held_lock: Path, values: list[Oid]) -> None:
    """A writer who holds it for a moment is no reason to fail."""
    release = threading.Timer(0.4, held_lock.unlink)
    release.start()
    started = time.monotonic()
    refs.update([RefUpdate(MAIN, values[0], values[1])])
    assert time.monotonic() - started > 0.3
    release.join()
    assert refs.read(MAIN) == values[1]


@on_each_disk_kind
def test_a_lock_that_stays_is_named(
    refs: RefStore,
    held_lock: Path,
    values: list[Oid],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The message says which file to look at, and whoever only lost the swap hears that instead, at once."""
    with pytest.raises(StaleRefError):
        refs.update([RefUpdate(MAIN, values[1], values[2])])
    monkeypatch.setattr(refdir, "_TRIES", 4)
    with pytest.raises(StorageError, match=r"main stayed locked; expected .*main\.lock to go away") as caught:
        refs.update([RefUpdate(MAIN, values[0], values[1])])
    assert caught.value.details == {"ref": MAIN, "lock": str(held_lock)}
    assert "\n" not in caught.value.message
    assert refs.read(MAIN) == values[0]
    held_lock.unlink()
    refs.update([RefUpdate(MAIN, values[0], values[1])])


@on_each_disk_kind
@pytest.mark.parametrize("content", [b"", b"\0" * 41, b"0123\n", b"z" * 40 + b"\n"])
def test_a_ref_that_holds_no_id_is_damage_and_not_absence(refs: RefStore, ground: Ground, content: bytes) -> None:
    """Power loss leaves such files; whoever takes them for absent refs begins the ledger anew."""
    path = ground.path(MAIN)
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(DamageError, match=f"{MAIN} holds {len(content)} bytes that are no object id"):
        refs.read(MAIN)


@on_each_disk_kind
def test_a_name_that_git_refuses_is_one_line(refs: RefStore, values: list[Oid]) -> None:
    """Names are checked where they come in; what slips through moves nothing."""
    assert refs.read("refs/ledger/a..b") is None
    with pytest.raises(StorageError, match=r"cannot move refs/ledger/a\.\.b: ") as caught:
        refs.update([RefUpdate("refs/ledger/a..b", None, values[0])])
    assert "\n" not in caught.value.message
    assert refs.list("refs/ledger/") == {}


@on_each_disk_kind
def test_a_place_that_cannot_be_written_is_one_line(refs: RefStore, ground: Ground, values: list[Oid]) -> None:
    """A file stands where the directory of the ref belongs."""
    ground.path("refs/ledger").write_bytes(b"ref: refs/heads/main\n")
    with pytest.raises((StorageError, ConflictError)) as caught:
        refs.update([RefUpdate(MAIN, None, values[0])])
    assert "\n" not in caught.value.message


@refs_refused
def test_a_repository_that_cannot_be_used_is_refused_in_one_sentence(case: Case, ground: Ground) -> None:
    """When the port is opened, not when the first ref turns out wrong."""
    with pytest.raises(StorageError) as caught:
        open_refs(find_repository(ground.start, ENVIRONMENT), ENVIRONMENT, case.kind)
    assert caught.value.message == f"{case.refusal('refs')}; use the git program here"


@pytest.mark.parametrize("case", [Case(kind="libgit2"), Case(kind="dulwich")], ids=str)
def test_reftables_and_quarantines_are_refused_whatever_git_is_here(case: Case, ground: Ground) -> None:
    """The refusal needs no git that makes reftables, and no push."""
    repository = find_repository(ground.start, ENVIRONMENT)
    with pytest.raises(StorageError, match=f"^{case.kind} cannot read reftables; use the git program here$"):
        open_refs(replace(repository, ref_format="reftable"), ENVIRONMENT, case.kind)
    quarantine = replace(repository, objects_path=f"{repository.objects_path}/incoming")
    for opened in (open_objects, open_refs):
        with pytest.raises(StorageError, match=f"^{case.kind} cannot read the quarantine of a hook; use the git"):
            opened(quarantine, ENVIRONMENT, case.kind)
