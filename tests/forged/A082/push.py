"""Names that are not UTF-8, in a delta and in the tree of the state."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-delta-with-text-that-is-not-utf-8", "delta-format")
    yield forgery("a-name-that-is-not-utf-8", "state")
