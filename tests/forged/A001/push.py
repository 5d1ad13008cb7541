"""A sibling history is pushed over a ledger's with force."""

from collections.abc import Iterator

from tests.forged.ground import LEFT, Forged, hexes
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    yield Forged(moves=[(hexes(base().left), hexes(base().right), LEFT)], code="ref-rewound", audit="fork")
