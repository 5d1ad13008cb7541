"""The keys of a map in another order."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("an-event-with-its-keys-in-reverse", "event-format")
    yield forgery("a-delta-with-its-keys-unsorted", "delta-format")
