"""The push believes the ledger to be where it is not: absent, and at another publication that the server has."""

from collections.abc import Iterator

from tests.forged.ground import HERE, LEFT, ZERO, Forged, good, hexes, made
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    for old in (ZERO, hexes(base().right)):
        known = good(parent=base().right)
        yield Forged(name=old, moves=[(old, hexes(known), LEFT)], data=made(), code="ref-stale", audit=HERE)
