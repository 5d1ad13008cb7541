"""A ledger is deleted, with its old id, and with an invented one: git deletes it all the same."""

from collections.abc import Iterator

from tests.forged.ground import LEFT, ZERO, Forged, hexes
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    for name, old in (("the old id", hexes(base().left)), ("an invented id", "1" * 40)):
        yield Forged(name=name, moves=[(old, ZERO, LEFT)], data=b"", code="ref-deleted", audit="ref-missing")
