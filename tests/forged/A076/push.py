"""A component that is empty, or climbs."""

from collections.abc import Iterator

from tests.forged.ground import HERE, Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-variable-with-an-empty-component", "event-format", audited=HERE)
    yield forgery("a-variable-that-climbs", "event-format")
