"""The git program as a child: it may be killed, be asked by many, complain at length, or be asked about promises."""

import gc
import os
import signal
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from gitledger.errors import CorruptObjectError, DamageError, MissingObjectError, StorageError
from gitledger.ids import SHA1, SHA256, ObjectFormat
from gitledger.store.base import ObjectStore, RefStore, RefUpdate
from gitledger.store.open import find_repository, open_objects, open_refs
from gitledger.store.pack import format_index
from gitledger.store.program import Program, git_environment
from tests.contract.matrix import ENVIRONMENT, FAR, Case, Ground, blob, make_ground, run_git

MAIN = "refs/ledger/main"


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """Make a plain repository."""
    return make_ground(Case(kind="git"), tmp_path)


@pytest.fixture
def objects(ground: Ground) -> Iterator[ObjectStore]:
    """Open its objects."""
    with closing(open_objects(find_repository(ground.start, ENVIRONMENT), ENVIRONMENT)) as opened:
        yield opened


@pytest.fixture
def refs(ground: Ground) -> Iterator[RefStore]:
    """Open its refs."""
    with closing(open_refs(find_repository(ground.start, ENVIRONMENT), ENVIRONMENT)) as opened:
        yield opened


def kill_children(ground: Ground) -> None:
    """Kill every process that this one has started, and wait until each is dead."""
    children = ground.children()
    assert children
    for child in children:
        os.kill(child, signal.SIGKILL)
        # Dead, and left for the store to notice.
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)


def test_a_reader_that_was_killed_is_one_error_and_then_replaced(objects: ObjectStore, ground: Ground) -> None:
    """Neither a hang nor a traceback nor a word about missing objects."""
    new = blob(SHA1, b"still here")
    objects.write([new])
    objects.read(new.oid)
    for ask in (
        lambda: objects.read(new.oid),
        lambda: objects.missing([new.oid]),
        lambda: list(objects.read_many([new.oid])),
    ):
        kill_children(ground)
        with pytest.raises(StorageError, match=r"^git was killed by signal 9; expected an answer$"):
            ask()
        assert objects.read(new.oid).data == b"still here"


def test_a_size_beyond_all_memory_is_damage(objects: ObjectStore, ground: Ground) -> None:
    """A flipped bit is enough for it, and git announces it before it has looked at the content."""
    oid, path = ground.write_loose(b"abc")
    path.write_bytes(zlib.compress(b"blob %d\0abc" % 2**62))
    with pytest.raises(CorruptObjectError, match="claims to have"):
        objects.read(oid)


def test_a_writer_that_was_killed_is_replaced_unseen(refs: RefStore, ground: Ground) -> None:
    """A swap can be tried again, whatever became of the first try."""
    one, two = (ground.write_loose(data)[0] for data in (b"one", b"two"))
    refs.update([RefUpdate(MAIN, None, one)])
    kill_children(ground)
    refs.update([RefUpdate(MAIN, one, two)])
    assert refs.read(MAIN) == two


def test_the_git_that_moves_refs_starts_with_the_turn(refs: RefStore, ground: Ground) -> None:
    """While what it is to publish is made; and one is enough for all turns."""
    before = ground.children()
    for _ in range(2):
        with refs.turn():
            assert len(ground.children() - before) == 1


def test_close_leaves_no_process(ground: Ground) -> None:
    """Nor does a reading that was given up."""
    repository = find_repository(ground.start, ENVIRONMENT)
    before = ground.children()
    objects, refs = open_objects(repository, ENVIRONMENT), open_refs(repository, ENVIRONMENT)
    new = [blob(SHA1, b"%d" % number * 1000) for number in range(300)]
    objects.write(new)
    refs.update([RefUpdate(MAIN, None, new[0].oid)])
    answers = objects.read_many(one.oid for one in new)
    next(answers)
    objects.read(new[0].oid)
    assert len(ground.children() - before) == 3
    del answers
    objects.close()
    refs.close()
    assert ground.children() == before
    with pytest.raises(AssertionError, match="closed"):
        objects.read(new[0].oid)


def test_threads_may_share_a_store(objects: ObjectStore) -> None:
    """Each gets the answers to its own questions."""
    new = [blob(SHA1, b"%d" % number) for number in range(400)]
    objects.write(new)
    together = threading.Barrier(4)

    def read_all(turn: int) -> bool:
        together.wait()
        rotated = new[turn * 100 :] + new[: turn * 100]
        return all(objects.read(one.oid).data == one.data for one in rotated)

    with ThreadPoolExecutor() as pool:
        assert all(pool.map(read_all, range(4)))


def test_a_talkative_git_blocks_nobody(ground: Ground) -> None:
    """Nobody reads what a child complains of while it lives; a pipe full of it would stop the child."""
    environment = {**ENVIRONMENT, "GIT_TRACE": "1", "GIT_TRACE_PACK_ACCESS": "1", "GIT_TRACE_REFS": "1"}
    repository = find_repository(ground.start, environment)
    with closing(open_objects(repository, environment)) as objects:
        new = [blob(SHA1, b"%d" % number) for number in range(3000)]
        objects.write(new)
        for _ in range(3):
            assert sum(1 for _ in objects.read_many(one.oid for one in new)) == 3000


def test_a_program_is_found_by_its_own_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by that of this process, not in the working directory, and not where a directory has its name."""
    for name in ("directory/git", "here"):
        (tmp_path / name).mkdir(parents=True)
    script = tmp_path / "here" / "git"
    script.write_text("#!/bin/sh\necho $1\n")
    monkeypatch.chdir(tmp_path / "here")
    for path in (f"{tmp_path / 'directory'}:{tmp_path / 'here'}", str(tmp_path / "directory")):
        script.chmod(0o600)
        with pytest.raises(StorageError, match=r"^no git program on PATH"):
            Program(("git",), {"PATH": path}).start()
        script.chmod(0o700)
        if path.endswith("here"):
            child = Program(("git",), {"PATH": path}).start("found")
            assert (child.rest(), child.end()) == (b"found\n", 0)


def test_a_child_has_the_descriptors_that_it_is_given_and_no_others() -> None:
    """A pipe that outlives its owner in somebody else's child never ends."""
    (told, given), (silent, kept) = os.pipe(), os.pipe()
    child = Program(("sh",), ENVIRONMENT).start(
        "-c", f"echo told >/dev/fd/{given}; echo no >/dev/fd/{kept}", descriptors=[given]
    )
    assert child.end() > 0
    for descriptor in (given, kept):
        os.close(descriptor)
    assert (os.read(told, 9), os.read(silent, 9)) == (b"told\n", b"")
    for descriptor in (told, silent):
        os.close(descriptor)


def test_a_child_that_was_forgotten_leaves_no_zombie(ground: Ground) -> None:
    """A service may open a thousand ledgers and close none."""
    objects = open_objects(find_repository(ground.start, ENVIRONMENT), ENVIRONMENT)
    assert ground.children()
    del objects
    gc.collect()
    assert not ground.children()


def test_a_reader_keeps_little_of_the_packs_in_memory(objects: ObjectStore, ground: Ground) -> None:
    """Without a bound it would keep all that it has read from, and a ledger is read from end to end."""
    (child,) = ground.children()
    settings = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
    assert {b"core.packedGitWindowSize=16m", b"core.packedGitLimit=64m", b"core.deltaBaseCacheLimit=32m"} <= {*settings}


def test_a_child_that_cannot_be_started_leaves_no_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where there is no program, nor where the second pipe finds no descriptor left."""
    ours = Path("/proc/self/fd")
    before, pipes = len(list(ours.iterdir())), iter([os.pipe()])
    with pytest.raises(StorageError):
        Program(("no such program",), ENVIRONMENT).start()
    monkeypatch.setattr(os, "pipe", lambda: next(pipes, None) or os.open("/nowhere", os.O_RDONLY))
    with pytest.raises(StorageError):
        Program(("sh",), ENVIRONMENT).start()
    assert len(list(ours.iterdir())) == before


def test_a_child_may_die_of_a_broken_pipe() -> None:
    """Python ignores the signal, and what it starts would go on doing so."""
    child = Program(("sh",), ENVIRONMENT).start("-c", "kill -PIPE $$")
    assert child.end() == -signal.SIGPIPE


def test_where_the_end_of_children_is_ignored_they_end_all_the_same(objects: ObjectStore) -> None:
    """As some parents leave it; then nobody can know how they ended."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert objects.missing([objects.format.oid("blob", b"nowhere")])
        objects.close()
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_the_environment_of_git_is_ours_where_answers_depend_on_it() -> None:
    """Messages in English, no prompts, no replacements, nothing that is meant for git's own tests."""
    given = {"PATH": "/bin", "LC_ALL": "de_DE", "GIT_TEST_FSYNC": "0", "GIT_DIR": "x", "GIT_TERMINAL_PROMPT": "1"}
    assert git_environment(given) == {
        "PATH": "/bin",
        "GIT_DIR": "x",
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
    }


def test_a_replacement_does_not_change_what_an_id_names(objects: ObjectStore, ground: Ground) -> None:
    """A `git replace` would answer with other bytes."""
    true, _ = ground.write_loose(b"true")
    false, _ = ground.write_loose(b"false")
    ground.git("replace", true.hex(), false.hex())
    assert objects.read(true).data == b"true"


def test_a_promised_object_is_fetched_when_it_is_read_and_not_when_it_is_looked_for(tmp_path: Path) -> None:
    """In a partial clone; once the promisor is gone, what it promised is missing, by name."""
    ground = make_ground(Case(kind="git", shape="partial"), tmp_path)
    later = bytes.fromhex(run_git(tmp_path / "origin", "hash-object", "-w", "--stdin", data=b"later"))
    with closing(open_objects(find_repository(ground.start, ENVIRONMENT), ENVIRONMENT)) as objects:
        far = objects.format.oid("blob", FAR)
        assert objects.missing([far]) == [far]
        assert objects.read(far).data == FAR
        assert objects.missing([far]) == []
        (tmp_path / "origin").rename(tmp_path / "gone")
        with pytest.raises(MissingObjectError) as caught:
            objects.read(objects.format.oid("blob", b"later"))
        assert caught.value.oid == later.hex()
        assert "\n" not in caught.value.message


def test_a_loose_ref_is_read_without_running_git_and_so_is_an_absent_one(ground: Ground, tmp_path: Path) -> None:
    """Appends read their ref each time; a run of git takes a hundred times as long. It knows what is packed."""
    one, _ = ground.write_loose(b"one")
    ground.git("update-ref", MAIN, one.hex())
    repository = find_repository(ground.start, ENVIRONMENT)
    with closing(open_refs(repository, {**ENVIRONMENT, "PATH": str(tmp_path)})) as refs:
        assert refs.read(MAIN) == one
        assert refs.read("refs/ledger/packed") is None
        ground.git("pack-refs", "--all")
        with pytest.raises(StorageError, match="no git program on PATH"):
            refs.read("refs/ledger/packed")


def test_a_damaged_packed_refs_is_damage(refs: RefStore, ground: Ground) -> None:
    """Nobody takes unreadable refs for absent ones."""
    ground.path("packed-refs").write_bytes(b"no ref at all\n")
    with pytest.raises(DamageError, match="git cannot read the refs: "):
        refs.read(MAIN)
    with pytest.raises(DamageError):
        refs.list("refs/ledger/")


def test_a_symbolic_ref_is_moved_itself(refs: RefStore, ground: Ground) -> None:
    """What it points at stays where it is."""
    one, two = (ground.write_loose(data)[0] for data in (b"one", b"two"))
    refs.update([RefUpdate("refs/ledger/target", None, one)])
    ground.git("symbolic-ref", MAIN, "refs/ledger/target")
    assert refs.read(MAIN) == one
    refs.update([RefUpdate(MAIN, one, two)])
    assert refs.list("refs/ledger/") == {MAIN: two, "refs/ledger/target": one}


@pytest.mark.parametrize("offsets", [(12, 2**31 - 1), (12, 2**31), (12, 2**31 - 1, 2**31, 2**32 + 5, 2**40)])
@pytest.mark.parametrize("object_format", [SHA1, SHA256], ids=lambda one: one.name)
def test_git_reads_offsets_beyond_31_bits(object_format: ObjectFormat, offsets: tuple[int, ...], ground: Ground) -> None:
    """They stand in a table of their own, which no pack of a test is large enough to need."""
    places = {object_format.oid("blob", b"%d" % offset): (offset, offset & 0xFFFF) for offset in offsets}
    index = format_index(places, bytes(object_format.size), object_format)
    shown = ground.git("show-index", f"--object-format={object_format.name}", data=index)
    expected = {f"{offset} {oid.hex()} ({crc:08x})" for oid, (offset, crc) in places.items()}
    assert set(shown.splitlines()) == expected
