"""An event of a version, or an envelope of an operation, that nobody knows."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-version-from-the-future", "event-format")
    yield forgery("an-op-that-there-is-not", "envelope-format")
