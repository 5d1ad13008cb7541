"""A ledger with another genesis is joined in."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-merge-of-two-ledgers", "merge")
