"""An event follows one that is not the newest."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-parent-is-skipped", "event-parents")
