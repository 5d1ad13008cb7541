"""A tree that is listed as a blob, and a blob as a tree."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-tree-listed-as-a-blob", "state")
    yield forgery("a-blob-in-the-place-of-state", "tree-format")
