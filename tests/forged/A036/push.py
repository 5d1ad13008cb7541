"""A valid event of another ledger is carried again."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("an-event-of-another-ledger-again", "event-parents")
