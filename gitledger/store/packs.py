"""The packs of one repository: which may be joined, and which of those to join next.

A pack that has more beside it than an index is somebody's choice: kept (``.keep``, which is also our lease), promised
(``.promisor``), cruft (``.mtimes``), or with a bitmap. So is every pack where a multi-pack-index is kept. Those, and
what lies in alternates, are left alone, as are loose objects.

The rule of choice is that of ``git repack --geometric=2``: afterwards each pack holds at least twice the objects of the
next smaller, so an object is copied about as often as the number of packs can be halved.
"""

import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from gitledger.ids import ObjectFormat, Oid

SETTLED: Final = 1 << 18
"""Objects of a pack that is never joined again, so that memory and time of one run are bounded: half a gigabyte is what
``git pack-objects`` takes for twice as many. A repository has one such pack for every 17,000 single appends or more."""

_FACTOR: Final = 2
_PLAIN: Final = frozenset({".pack", ".idx"})
_ALLOWED: Final = _PLAIN | {".rev"}
_MANY: Final = "multi-pack-index"
# gitformat-pack(5), version 2: magic and version, 256 counts by first byte, then the ids in order.
_MAGIC: Final = b"\xfftOc\x00\x00\x00\x02"
_COUNTS: Final = 256 * 4
_IDS: Final = len(_MAGIC) + _COUNTS


class Pack(NamedTuple):
    """A pack that may be joined with others: its path, and how many objects it holds."""

    path: Path
    objects: int


def count_packs(directory: Path) -> int:
    """Return how many packs an ``objects/pack`` directory holds, of whatever kind; 0 if it cannot be read."""
    try:
        return sum(name.endswith(".pack") for name in os.listdir(directory))  # noqa: PTH208  # a third of the time
    except OSError:
        return 0


def list_packs(directory: Path) -> list[Pack]:
    """Return the packs that may be joined.

    Raises:
        OSError: the directory cannot be read.
    """
    beside: dict[str, set[str]] = {}
    for path in directory.iterdir():
        beside.setdefault(path.stem, set()).add(path.suffix)
    if any(stem.startswith(_MANY) for stem in beside):
        return []
    # Under another name a pack is still being written.
    stems = [
        stem
        for stem, suffixes in beside.items()
        if stem.startswith("pack-") and suffixes >= _PLAIN and suffixes <= _ALLOWED
    ]
    return list(_sized(directory, stems))


def choose(packs: Sequence[Pack], limit: int) -> list[Pack]:
    """Return which packs to join into one so that fewer remain, the smallest first; none if there are few.

    Args:
        packs: those that may be joined.
        limit: how many may stay as they are; at least 1.
    """
    small = sorted((pack for pack in packs if pack.objects < SETTLED), key=lambda pack: pack.objects)
    if len(small) <= limit:
        return []
    # What is geometric already stays, unless what is joined below it grows too large.
    split = len(small) - 1
    while split > 1 and small[split].objects >= _FACTOR * small[split - 1].objects:
        split -= 1
    chosen: list[Pack] = []
    total = 0
    for at, pack in enumerate(small):
        if len(chosen) > 1 and (total + pack.objects > SETTLED or (at > split and pack.objects >= _FACTOR * total)):
            break
        chosen.append(pack)
        total += pack.objects
    return chosen


def read_oids(pack: Pack, object_format: ObjectFormat) -> list[Oid]:
    """Return the ids of the objects in a pack, from its index.

    Raises:
        OSError: it cannot be read.
    """
    size = object_format.size
    with pack.path.with_suffix(".idx").open("rb") as file:
        file.seek(_IDS)
        ids = file.read(pack.objects * size)
    return [Oid(ids[at : at + size]) for at in range(0, len(ids), size)]


def _sized(directory: Path, stems: Sequence[str]) -> Iterator[Pack]:
    for stem in stems:
        path = directory / f"{stem}.pack"
        try:
            with path.with_suffix(".idx").open("rb") as file:
                head = file.read(_IDS)
        except FileNotFoundError:
            continue  # Somebody else is tidying up.
        if len(head) == _IDS and head.startswith(_MAGIC):
            yield Pack(path, struct.unpack_from(">I", head, _IDS - 4)[0])
