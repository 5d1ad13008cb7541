"""``export tlog``: a ledger's log as files that any static web server can offer, in the layout of C2SP tlog-tiles.

::

    checkpoint                    what the log is
    tile/<level>/<n>[.p/<w>]      hashes, as under ``log/`` of a publication, and the partial tiles
    tile/entries/<n>[.p/<w>]      the data of 256 leaves, each behind its length in two bytes

What is full is written once. The checkpoint comes last: whoever reads it finds all that it needs. An entry of more
than 65,535 bytes has no place in the layout, so the bundle that it would be in is left out
(``docs/adr/0022-long-entries-are-left-out-of-exports.md``).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gitledger.durable import storage_error
from gitledger.errors import ConflictError, FormatError
from gitledger.frozen import frozen
from gitledger.ledger.checkpoint import publication_of
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import backwards
from gitledger.ledger.publication import Publication
from gitledger.ledger.stored_log import StoredLog, stored_leaf_data
from gitledger.model.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from gitledger.model.proof import check_consistency, consistency_proof
from gitledger.model.tile import TILE_WIDTH, tile_path
from gitledger.store.base import ObjectStore

ENTRY_BYTES: Final = 65_535
"""The longest entry: its length has two bytes."""


@frozen
class Exported:
    """What an export did.

    Attributes:
        written: how many files, the checkpoint included.
        left_out: the numbers, from 1, of events that are too long to be entries; nothing of their bundles was written.
    """

    written: int
    left_out: tuple[int, ...]


def export_tlog(ledger: Ledger, directory: Path, checkpoint: Checkpoint) -> Exported:
    """Write the log that a checkpoint fixes, or what is new of it since the last time.

    Args:
        ledger: whose log.
        directory: where to; made if it is not there.
        checkpoint: what is served; clients ask for one that is signed.

    Raises:
        FormatError: the checkpoint is not one of this ledger, or what is served already is none.
        ConflictError: what is served already is no beginning of it.
        DamageError: an object is missing or corrupt.
        StorageError: a file cannot be written.
    """
    publication = publication_of(ledger.objects, checkpoint)
    log = StoredLog(ledger.objects, publication)
    full = _served(directory / "checkpoint", checkpoint, log) // TILE_WIDTH
    out = _Directory(directory)
    for path, data in _tiles(log, full):
        out.write(path, data)
    left_out: list[int] = []
    for path, first, leaves in _bundles(ledger.objects, publication, full):
        long = [first + n for n, leaf in enumerate(leaves) if len(leaf) > ENTRY_BYTES]
        left_out += long
        if not long:
            out.write(path, b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves))
    out.publish("checkpoint", format_checkpoint(checkpoint))
    return Exported(written=out.written, left_out=tuple(sorted(left_out)))


def _served(path: Path, checkpoint: Checkpoint, log: StoredLog) -> int:
    """Return how many events are served already, all of which must be the beginning of the log."""
    try:
        served = parse_checkpoint(path.read_bytes())
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise storage_error(f"cannot read {path}", error) from error
    proof = consistency_proof(log.frontier, served.size, log.read) if served.size <= checkpoint.size else []
    try:
        check_consistency(
            proof, old_size=served.size, old_root=served.root, new_size=checkpoint.size, new_root=checkpoint.root
        )
    except FormatError as error:
        raise ConflictError(
            f"{path} serves {served.size} events with which this log of {checkpoint.size} does not begin; "
            "expected an empty directory, or an earlier export of the same log",
        ) from error
    return served.size


def _tiles(log: StoredLog, full: int) -> Iterator[tuple[str, bytes]]:
    """Yield all tiles but those of which ``full`` of level 0, and what is above them, were written before."""
    level, count = 0, log.frontier.size
    while count:
        tiles, width = divmod(count, TILE_WIDTH)
        for index in range(full, tiles):
            yield tile_path(level, index), log.tile(level, index)
        if width:
            yield f"{tile_path(level, tiles)}.p/{width}", log.read(level, count - width, count)
        level, count, full = level + 1, tiles, full // TILE_WIDTH


def _bundles(objects: ObjectStore, publication: Publication, full: int) -> Iterator[tuple[str, int, list[bytes]]]:
    """Yield path, first number and leaves of each bundle that was not written before, the newest first."""
    leaves: list[bytes] = []
    for place in backwards(objects, publication):
        if place.seq <= full * TILE_WIDTH:
            return
        leaves.append(stored_leaf_data(objects, place.event))
        index, before = divmod(place.seq - 1, TILE_WIDTH)
        if before == 0:
            width = "" if len(leaves) == TILE_WIDTH else f".p/{len(leaves)}"
            path = tile_path(0, index).replace("tile/0/", "tile/entries/", 1)
            yield path + width, place.seq, leaves[::-1]
            leaves = []


class _Directory:
    """Files that are there whole or not at all."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.written = 0

    def write(self, name: str, data: bytes) -> None:
        """Write a file that nobody looks for yet."""
        path = self._directory / name
        temporary = path.with_name(f"{path.name}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(data)
            temporary.replace(path)
        except OSError as error:
            raise storage_error(f"cannot write {path}", error) from error
        self.written += 1

    def publish(self, name: str, data: bytes) -> None:
        """Write the file that says what the others are; they are durable before it, and it is when this returns."""
        # One call for all files: syncing each would take a millisecond or two for every 256 events.
        os.sync()
        self.write(name, data)
        os.sync()
