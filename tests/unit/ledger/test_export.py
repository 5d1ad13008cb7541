"""Exported logs, read again as a client of C2SP tlog-tiles reads them, and by the independent checker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gitledger.errors import ConflictError, FormatError, StorageError
from gitledger.frozen import replace
from gitledger.ids import EventId
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.checkpoint import checkpoint
from gitledger.ledger.export import Exported, export_tlog
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import backwards
from gitledger.ledger.publication import head_of
from gitledger.ledger.stored_log import stored_leaf_data
from gitledger.model.checkpoint import format_checkpoint
from gitledger.store import layout
from gitledger.store.base import RefUpdate
from tests.ledgers import write, write_many
from tests.rfc6962 import Oracle
from vectors import check_ledger


def export(ledger: Ledger, directory: Path) -> Exported:
    return export_tlog(ledger, directory, checkpoint(ledger).checkpoint)


def leaves_of(ledger: Ledger) -> list[bytes]:
    places = list(backwards(ledger.objects, head_of(ledger)))
    return [stored_leaf_data(ledger.objects, place.event) for place in reversed(places)]


def files(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def expected(leaves: list[bytes], note: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield every file that C2SP tlog-tiles names for a log, by its own words."""
    tree = Oracle(leaves)
    yield "checkpoint", note
    level = 0
    while len(leaves) >= 256**level:
        count = len(leaves) // 256**level
        for number in range(-(-count // 256)):
            width = min(256, count - 256 * number)
            partial = "" if width == 256 else f".p/{width}"
            yield f"tile/{level}/{number:03}{partial}", tree.hashes(level, 256 * number, 256 * number + width)
            if level == 0:
                entries = leaves[256 * number : 256 * number + width]
                bundle = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
                yield f"tile/entries/{number:03}{partial}", bundle
        level += 1


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 600])
def test_the_files_are_those_of_the_specification(any_ledger: Ledger, tmp_path: Path, size: int) -> None:
    write_many(any_ledger, size - 1, group=77)
    exported = export(any_ledger, tmp_path)
    wanted = dict(expected(leaves_of(any_ledger), format_checkpoint(checkpoint(any_ledger).checkpoint)))
    assert files(tmp_path) == wanted
    assert exported == Exported(written=len(wanted), left_out=())
    assert check_ledger.check_log(tmp_path) == {"kind": "log", "size": size, "events": size}


def test_a_log_that_grew_is_exported_from_where_it_was(any_ledger: Ledger, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    for count in (300, 1, 255, 256, 0):
        write_many(any_ledger, count, f"n{count}-", group=100)
        exported = export(any_ledger, tmp_path / "grown")
        size = head_of(any_ledger).log.size
        assert check_ledger.check_log(tmp_path / "grown") == {"kind": "log", "size": size, "events": size}
    export(any_ledger, whole)
    assert files(whole).items() <= files(tmp_path / "grown").items()
    # Nothing is new the last time: the partial tiles, the partial bundle, the checkpoint.
    assert exported.written == 4


def test_full_tiles_are_written_once(ledger: Ledger, tmp_path: Path) -> None:
    write_many(ledger, 600)
    export(ledger, tmp_path)
    for path in (tmp_path / "tile" / "0" / "000", tmp_path / "tile" / "entries" / "001"):
        path.write_bytes(b"touched")
    write_many(ledger, 400, "m")
    export(ledger, tmp_path)
    assert files(tmp_path)["tile/0/000"] == files(tmp_path)["tile/entries/001"] == b"touched"


def test_an_older_checkpoint_can_be_exported(ledger: Ledger, tmp_path: Path) -> None:
    write_many(ledger, 299)
    old = checkpoint(ledger).checkpoint
    write_many(ledger, 300, "m")
    export_tlog(ledger, tmp_path, old)
    assert check_ledger.check_log(tmp_path) == {"kind": "log", "size": 300, "events": 300}


def test_what_is_served_is_never_contradicted(ledger: Ledger, tmp_path: Path) -> None:
    before = head_of(ledger).oid
    write(ledger, a=1)
    served = checkpoint(ledger).checkpoint
    export_tlog(ledger, tmp_path, served)
    kept = files(tmp_path)
    ref = layout.ledger_ref(ledger.name)
    ledger.refs.update([RefUpdate(ref, head_of(ledger).oid, before)])
    shorter = replace(served, size=1, root=head_of(ledger).log.root(), publication=before)
    write(ledger, a=2)
    forked = replace(served, root=head_of(ledger).log.root(), publication=head_of(ledger).oid)
    for other in (shorter, forked):
        with pytest.raises(ConflictError, match="does not begin"):
            export_tlog(ledger, tmp_path, other)
    assert files(tmp_path) == kept


def test_what_is_no_checkpoint_is_not_overwritten(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_text("my notes\n")
    with pytest.raises(FormatError):
        export(ledger, tmp_path)
    assert files(tmp_path) == {"checkpoint": b"my notes\n"}


def test_a_checkpoint_of_another_log_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    known = checkpoint(ledger).checkpoint
    with pytest.raises(FormatError, match="another log"):
        export_tlog(ledger, tmp_path, replace(known, size=7))


def long_event(ledger: Ledger, size: int) -> EventId:
    """Append an event whose leaf takes ``size`` bytes."""
    probe = change("long", set={"text": "x" * 60_000, "more": ""})
    base = len(stored_leaf_data(ledger.objects, append(ledger, probe).event))
    made = append(ledger, change("long", set={"text": "y" * 60_000, "more": "y" * (size - base - 2)})).event
    assert len(stored_leaf_data(ledger.objects, made)) == size
    return made


def test_the_longest_entry_is_served(ledger: Ledger, tmp_path: Path) -> None:
    long_event(ledger, 65_535)
    assert export(ledger, tmp_path).left_out == ()
    assert check_ledger.check_log(tmp_path) == {"kind": "log", "size": 3, "events": 3}


def test_a_bundle_with_a_longer_entry_is_left_out_and_named(ledger: Ledger, tmp_path: Path) -> None:
    long_event(ledger, 65_536)
    write_many(ledger, 297)
    assert export(ledger, tmp_path).left_out == (3,)
    names = set(files(tmp_path))
    assert {"tile/0/000", "tile/0/001.p/44", "tile/entries/001.p/44"} <= names
    assert "tile/entries/000" not in names
    assert check_ledger.check_log(tmp_path) == {"kind": "log", "size": 300, "events": 44}


def test_a_directory_that_cannot_be_written_is_a_storage_error(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "tile").write_text("")
    with pytest.raises(StorageError, match="cannot write"):
        export(ledger, tmp_path)
    assert not (tmp_path / "checkpoint").exists()
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / "checkpoint").mkdir()
    with pytest.raises(StorageError, match="cannot read"):
        export(ledger, tmp_path / "dir")
