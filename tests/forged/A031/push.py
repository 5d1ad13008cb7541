"""A commit names a parent twice."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-commit-with-a-parent-twice", "commit-format")
