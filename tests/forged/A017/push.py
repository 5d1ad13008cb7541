"""A component of 4 KiB."""

from collections.abc import Iterator

from tests.forged.ground import HERE, ZERO, Forged, hexes
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    for ref in (b"refs/ledger/" + b"x" * 4096,):
        yield Forged(name=repr(ref[:40]), moves=[(ZERO, hexes(base().prefix), ref)], code="ref-name", audit=HERE)
