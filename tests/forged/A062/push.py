"""A map has a key twice."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("an-event-with-a-key-twice", "event-format")
    yield forgery("a-delta-with-a-key-twice", "delta-format")
