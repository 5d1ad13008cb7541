"""A tree of few objects that expands to a million paths."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-bomb-beside-the-state", "tree-foreign", limited=True)
    yield forgery("a-bomb-instead-of-the-state", "state", limited=True)
