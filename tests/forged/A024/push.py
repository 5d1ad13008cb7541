"""Of two ledgers in one push one is good: git would move that one, so the hook must refuse both."""

from collections.abc import Iterator

from tests.forged.ground import LEFT, MAIN, Forged, good, hexes, made
from tests.forger import Act
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    one = good()
    objects = dict(base().forger.made)
    base().forger.made.clear()
    lies = {"envelope": lambda envelope: envelope.update(ts=9)}
    other = base().forger.publish([base().left], [Act({"hot": 1})], lies)
    base().forger.made |= objects
    moves = [(hexes(base().prefix), hexes(one), MAIN), (hexes(base().left), hexes(other), LEFT)]
    yield Forged(moves=moves, data=made(), code="envelope-clock", audit="envelope-clock")
