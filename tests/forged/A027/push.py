"""A checkpoint comes beside the publication that it is of: git might move its ref, and the ledger's lose its swap."""

from collections.abc import Iterator

from tests.forged.ground import MAIN, UNSEEN, ZERO, Forged, checkpoint_of, good, hexes, made
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    known = good()
    size, tag = checkpoint_of(known, "main")
    ref = f"refs/ledger-checkpoint/main/{size}".encode()
    moves = [(hexes(base().prefix), hexes(known), MAIN), (ZERO, tag.hex(), ref)]
    yield Forged(moves=moves, data=made(), code="rollback", audit=UNSEEN)
