"""A ledger in capital letters, which collides with another where file systems fold case."""

from collections.abc import Iterator

from tests.forged.ground import UNSEEN, ZERO, Forged, hexes
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    for ref in (
        b"refs/ledger/MAIN",
        b"refs/Ledger/main",
    ):
        yield Forged(name=repr(ref), moves=[(ZERO, hexes(base().prefix), ref)], code="ref-name", audit=UNSEEN)
