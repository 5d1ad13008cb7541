"""Leases: what is written and not yet published is out of reach of `git gc`, until it is published or nobody's."""

import re
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gitledger.errors import FormatError, MissingObjectError
from gitledger.store.base import ObjectStore
from gitledger.store.open import find_repository, open_objects, open_refs
from tests.contract.matrix import ENVIRONMENT, Case, Ground, blob, on_each_disk_kind

on_git = pytest.mark.parametrize("case", [Case(kind="git")], ids=str)


def names(ground: Ground, suffix: str) -> list[str]:
    """Return the files of this kind beside the packs."""
    return sorted(path.name for path in ground.path("objects/pack").glob(f"*{suffix}"))


@on_each_disk_kind
def test_what_is_held_survives_every_collection(objects: ObjectStore, ground: Ground) -> None:
    """Until the block ends; what was published by then is reachable, what was not is garbage."""
    held = blob(objects.format, b"held")
    with objects.hold() as check:
        objects.write([held])
        for collection in (["gc", "-q", "--prune=now"], ["repack", "-a", "-d", "-q"], ["prune", "--expire=now"]):
            ground.git(*collection)
            check()
            assert objects.missing([held.oid]) == []
        assert len(names(ground, ".keep")) == 1
    assert names(ground, ".keep") == []
    ground.git("gc", "-q", "--prune=now")
    assert ground.git("cat-file", "--batch-check", data=held.oid.hex().encode()).endswith(" missing")


@on_each_disk_kind
def test_the_lease_is_there_before_git_sees_the_pack(
    objects: ObjectStore, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between a pack that has its name and its lease a collection would find room."""
    seen: list[tuple[str, int]] = []
    replace = Path.replace

    def look(self: Path, target: Path) -> Path:
        seen.append((target.suffix, len(names(ground, ".keep"))))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", look)
    with objects.hold():
        objects.write([blob(objects.format, b"one")])
    assert seen == [(".pack", 1), (".idx", 1)]


@on_each_disk_kind
@pytest.mark.parametrize("suffix", [".pack", ".idx"])
def test_a_pack_that_somebody_removed_is_noticed(objects: ObjectStore, ground: Ground, suffix: str) -> None:
    """Before the swap makes it a hole in the ledger."""
    with objects.hold() as check:
        objects.write([blob(objects.format, b"one")])
        check()
        next(ground.path("objects/pack").glob(f"*{suffix}")).unlink()
        with pytest.raises(MissingObjectError, match="the pack just written"):
            check()


@on_git
def test_a_lease_within_a_lease_ends_with_the_outer(objects: ObjectStore, ground: Ground) -> None:
    with objects.hold():
        objects.write([blob(objects.format, b"one")])
        with objects.hold():
            objects.write([blob(objects.format, b"two")])
        assert len(names(ground, ".keep")) == 2
    assert names(ground, ".keep") == []


def killed_before_it_published(ground: Ground) -> str:
    """Let a writer die that has written and holds its lease; return the name of that."""
    program = """
import os, signal, sys
from pathlib import Path
from gitledger.store.base import NewObject
from gitledger.store.open import find_repository, open_objects
repository = find_repository(Path(sys.argv[1]), os.environ)
objects = open_objects(repository, os.environ)
with objects.hold():
    objects.write([NewObject(objects.format.oid("blob", b"dead"), "blob", b"dead")])
    os.kill(os.getpid(), signal.SIGKILL)
"""
    environment = {**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[2])}
    dead = subprocess.run([sys.executable, "-c", program, ground.start], env=environment, check=False)
    assert dead.returncode == -signal.SIGKILL
    [of_the_dead] = names(ground, ".keep")
    return of_the_dead


@on_git
def test_a_pack_that_never_got_its_index_goes_with_its_lease(objects: ObjectStore, ground: Ground) -> None:
    """From some version on git itself leaves it; one that has its index is git's business."""
    whole = killed_before_it_published(ground)
    objects.write([blob(objects.format, b"living")])
    assert whole.replace(".keep", ".pack") in names(ground, ".pack")
    [index] = ground.path("objects/pack").glob(whole.replace(".keep", ".idx"))
    for part in (index, index.with_suffix(".pack")):
        part.unlink()
    killed_before_it_published(ground)
    index.unlink()
    with closing(open_objects(find_repository(ground.start, ENVIRONMENT), ENVIRONMENT, "git")) as next_one:
        next_one.write([blob(objects.format, b"later")])
    assert not list(ground.path("objects/pack").glob(f"{index.stem}.*"))


@on_git
def test_only_the_lease_of_a_dead_writer_is_dropped(objects: ObjectStore, ground: Ground) -> None:
    """By the first write of the next; one of a living writer and what people keep stay."""
    of_the_dead = killed_before_it_published(ground)
    people = ground.path("objects/pack") / "pack-0123.keep"
    people.write_text("do not touch\n")
    with objects.hold(), closing(open_objects(find_repository(ground.start, ENVIRONMENT), ENVIRONMENT, "git")) as next_one:
        objects.write([blob(objects.format, b"living")])
        assert of_the_dead not in names(ground, ".keep")
        before = names(ground, ".keep")
        next_one.write([blob(objects.format, b"later")])
        assert names(ground, ".keep") == before
        assert people.name in before
    assert names(ground, ".keep") == [people.name]


SYNCED = re.compile(r"\d+ +(fsync|fdatasync|sync_file_range|syncfs)\(")
APPEND = """
import sys
from pathlib import Path
from gitledger.ledger.writer import Writer
from gitledger.ledger.change import change
from tests.ledgers import open_ledger
with open_ledger(Path(sys.argv[1]), env=dict(__import__("os").environ)) as ledger:
    writer = Writer(ledger)
    list(writer.append([[change("warm", set={"a": 1})]]))
    Path(sys.argv[1], "from here").touch()
    list(writer.append([[change("one", set={"a": 2})]]))
    Path(sys.argv[1], "to here").touch()
"""


def trace_of_one_append(ground: Ground, tmp_path: Path) -> list[str]:
    """Return the calls by which one append, and its git, sync and make files."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    from gitledger.ledger.init import init
    from tests.ledgers import open_ledger

    with open_ledger(ground.start) as ledger:
        init(ledger)
    trace = tmp_path / "trace"
    watched = "trace=fsync,fdatasync,sync_file_range,syncfs,open,openat,symlink,symlinkat,mkdir"
    done = subprocess.run(
        ["strace", "-f", "-s", "4096", "-e", watched, "-o", trace, "--", sys.executable, "-c", APPEND, ground.start],
        env={**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, check=False,
    )
    if b"ptrace" in done.stderr:
        pytest.skip(f"strace may not trace here: {done.stderr.decode().strip()}")
    assert done.returncode == 0, done.stderr.decode()
    lines = trace.read_text().splitlines()
    [begin], [end] = ([at for at, line in enumerate(lines) if where in line and "O_CREAT" in line] for where in ("from here", "to here"))
    return lines[begin + 1 : end]


@on_git
@pytest.mark.parametrize(("durability", "syncs"), [("full", 5), ("relaxed", 0)])
def test_an_append_costs_five_syncs_and_six_files(ground: Ground, tmp_path: Path, durability: str, syncs: int) -> None:
    """Pack, index, their directory, the ref, its directory; pack, index, lease, lock, and the link of the turn."""
    ground.git("config", "ledger.durability", durability)
    lines = trace_of_one_append(ground, tmp_path)
    assert len(list(filter(SYNCED.match, lines))) == syncs, lines
    created = [line for line in lines if "O_CREAT" in line or "symlink" in line or "mkdir" in line]
    assert len(created) <= 6, created


@on_git
def test_durability_is_full_or_relaxed(case: Case, ground: Ground) -> None:
    ground.git("config", "ledger.durability", "none")
    for opened in (open_objects, open_refs):
        with pytest.raises(FormatError, match=r"ledger\.durability is 'none'; expected full or relaxed"):
            opened(find_repository(ground.start, ENVIRONMENT), ENVIRONMENT, "git")
