"""A delta of a delta that copies its base over and over: a kilobyte that unpacks to a gigabyte."""

from collections.abc import Iterator

from tests.forged import wire
from tests.forged.ground import COSTLY, ZERO, Forged
from tests.forgeries.all import base

_TIMES = (60, 60, 60, 60, 80)
"""How often each delta copies all of its base."""


def pushes() -> Iterator[Forged]:
    yield Forged(
        moves=[(ZERO, base().prefix.commit.hex(), b"refs/ledger/bomb")],
        data=bomb(),
        code="unpack",
        audit=COSTLY,
        limited=True,
    )


def bomb() -> bytes:
    """Return a pack whose last object takes a gigabyte."""
    size, objects = 1, [wire.packed("blob", b"x")]
    for times in _TIMES:
        copied = wire.delta(size, [(0, size)] * times)
        objects.append(wire.offset_delta(len(objects[-1]), copied))
        size *= times
    return wire.pack(objects)
