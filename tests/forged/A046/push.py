"""The write set names what does not change, or leaves out what does."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-long-write-set", "event-writeset")
    yield forgery("a-short-write-set", "event-writeset")
