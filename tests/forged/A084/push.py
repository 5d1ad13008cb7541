"""Two variables that differ in their normal form alone."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie


def pushes() -> Iterator[Forged]:
    yield lie("", "event-format", "delta", lambda delta: delta.update({"\u00e9": [1], "e\u0301": [2]}))
