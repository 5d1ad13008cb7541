"""One push moves a ledger twice: the second move must not be judged by what the first did."""

from collections.abc import Iterator

from tests.forged.ground import MAIN, UNSEEN, Forged, good, hexes, made
from tests.forger import Act
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    first = good()
    objects = dict(base().forger.made)
    second = good([Act({"hot": 1})], first)
    base().forger.made |= objects
    moves = [(hexes(base().prefix), hexes(first), MAIN), (hexes(first), hexes(second), MAIN)]
    yield Forged(moves=moves, data=made(), code="ref-twice", audit=UNSEEN)
