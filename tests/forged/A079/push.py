"""A variable that climbs on Windows."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie


def pushes() -> Iterator[Forged]:
    yield lie("", "event-format", "delta", lambda delta: delta.update({"..\\\\x": [1]}))
