"""An integer, and a length, in more bytes than it needs."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("an-event-with-a-long-integer", "event-format")
    yield forgery("an-event-with-a-long-length", "event-format")
