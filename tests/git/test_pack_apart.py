"""A large batch is packed by another process: the same bytes, and nothing is left when either process dies."""

from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from gitledger.errors import FormatError, StorageError
from gitledger.ids import SHA1, SHA256, ObjectFormat
from gitledger.ledger.append import append_batch
from gitledger.ledger.init import init
from gitledger.store import pack_apart, pack_writer
from gitledger.store.base import NewObject
from gitledger.store.pack import format_pack
from gitledger.store.pack_apart import format_pack_apart
from tests.ledgers import assert_sound, git, new_repository, open_ledger, set_to

COUNT = 3_000


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list["Popen[bytes]"]:
    """The processes that were started to make packs."""
    processes: list[Popen[bytes]] = []

    def start(*arguments: Any, **options: Any) -> "Popen[bytes]":
        processes.append(Popen(*arguments, **options))
        return processes[-1]

    monkeypatch.setattr(pack_apart, "Popen", start)
    return processes


def objects(object_format: ObjectFormat = SHA1) -> Iterator[NewObject]:
    """Yield versions of a growing text, some of them twice, each as the next of the one before."""
    base = None
    for number in range(COUNT):
        data = b"".join(b"%d\n" % line for line in range(number % 500))
        oid = object_format.oid("blob", data)
        yield NewObject(oid, "blob", data, base)
        base = oid


@pytest.mark.parametrize("object_format", [SHA1, SHA256], ids=["sha1", "sha256"])
def test_the_pack_is_the_same(object_format: ObjectFormat, started: list["Popen[bytes]"]) -> None:
    """Byte by byte, index and all."""
    here, apart = (make(objects(object_format), object_format) for make in (format_pack, format_pack_apart))
    assert (apart.checksum, b"".join(apart.chunks), apart.index) == (here.checksum, b"".join(here.chunks), here.index)
    assert [process.returncode is None for process in started] == [False]


def test_objects_that_cannot_be_made_end_it(started: list["Popen[bytes]"]) -> None:
    """Their error is the one that is raised, and no process stays."""

    def broken() -> Iterator[NewObject]:
        yield from objects()
        raise FormatError("the last one has no form")

    with pytest.raises(FormatError, match="no form"):
        format_pack_apart(broken(), SHA1)
    assert started[0].returncode is not None


def test_a_process_that_dies_is_named(started: list["Popen[bytes]"]) -> None:
    """While it takes objects."""

    def deadly() -> Iterator[NewObject]:
        yield from objects()
        started[0].kill()
        started[0].wait()
        yield from objects(SHA256)

    with pytest.raises(StorageError, match=r"ended with status -9; expected the pack"):
        format_pack_apart(deadly(), SHA1)


@pytest.mark.parametrize("said", ["", "print('no pack')", "import pickle; pickle.dump((b'', 9, b''), sys.stdout.buffer)"])
def test_a_process_that_makes_no_pack_is_named(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """When it has taken all objects."""
    monkeypatch.setattr(pack_apart, "_CHILD", f"import sys; sys.stdin.buffer.read(); {said}")
    with pytest.raises(StorageError, match=r"ended with status .*; expected the pack"):
        format_pack_apart(objects(), SHA1)


def test_without_an_interpreter_the_pack_is_made_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As without room for one more process."""
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    assert format_pack_apart(objects(), SHA1) == format_pack(objects(), SHA1)


@pytest.mark.parametrize("apart", [True, False])
def test_a_batch_is_as_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list["Popen[bytes]"], *, apart: bool
) -> None:
    """From so many objects on, where there are two processors."""
    monkeypatch.setattr(pack_writer, "MANY", 100)
    monkeypatch.setattr(pack_apart, "can_be_apart", lambda: apart)
    path = new_repository(tmp_path / "repository")
    changes = (set_to(**{f"n{number % 70}": number}) for number in range(300))
    with open_ledger(path) as ledger:
        init(ledger)
        assert len(list(append_batch(ledger, changes, group=64))) == 300
        assert_sound(ledger, events=301)
    assert [process.returncode is None for process in started] == [False] * apart
    git(path, "fsck", "--strict")
