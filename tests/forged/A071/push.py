"""Arrays nested 100,000 deep."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("an-event-nested-100000-deep", "event-format", limited=True)
    yield forgery("an-envelope-nested-100000-deep", "envelope-format", limited=True)
