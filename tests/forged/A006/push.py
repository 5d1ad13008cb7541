"""A ledger's ref points at a blob: an event itself."""

from collections.abc import Iterator

from tests.forged.ground import ZERO, Forged
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    event = base().prefix.newest.hex()
    yield Forged(moves=[(ZERO, event, b"refs/ledger/event")], code="ref-target", audit="ref-target")
