"""A ledger is rewound to the publication before its head."""

from collections.abc import Iterator

from tests.forged.ground import LEFT, Forged, hexes
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    yield Forged(moves=[(hexes(base().left), hexes(base().prefix), LEFT)], code="ref-rewound", audit="rollback")
