"""An object that nothing reaches is smuggled in beside a good publication: for storage, or to be referred to later."""

from collections.abc import Iterator

from tests.forged.ground import MAIN, UNSEEN, Forged, good, hexes, made
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    known = good()
    base().forger.put("blob", b"somebody's holiday\n")
    moves = [(hexes(base().prefix), hexes(known), MAIN)]
    yield Forged(moves=moves, data=made(), code="push-extra", audit=UNSEEN)
