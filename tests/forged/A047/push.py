"""The state that an event claims is that of another base."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("an-after-of-another-state", "event-after")
