"""A ledger called as a pseudo-ref."""

from collections.abc import Iterator

from tests.forged.ground import UNSEEN, ZERO, Forged, hexes
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    for ref in (b"refs/ledger/HEAD",):
        yield Forged(name=repr(ref), moves=[(ZERO, hexes(base().prefix), ref)], code="ref-name", audit=UNSEEN)
