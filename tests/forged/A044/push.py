"""The state after an event is another than it claims."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("an-after-that-no-delta-gives", "event-after")
