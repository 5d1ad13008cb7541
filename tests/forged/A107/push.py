"""Trees nested 5,000 deep."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-state-5000-deep", "state", limited=True)
