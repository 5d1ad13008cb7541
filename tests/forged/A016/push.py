"""Names that no ref may have."""

from collections.abc import Iterator

from tests.forged.ground import HERE, ZERO, Forged, hexes
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    for ref in (
        b"refs/ledger/main.lock",
        b"refs/ledger/ma..in",
        b"refs/ledger/main@{1}",
    ):
        yield Forged(name=repr(ref), moves=[(ZERO, hexes(base().prefix), ref)], code="ref-name", audit=HERE)
