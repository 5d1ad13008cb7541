"""An event names by its id what is nowhere."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-rule-that-is-nowhere", "object-missing")
