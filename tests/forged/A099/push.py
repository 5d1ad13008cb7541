"""A link to a commit that is nowhere: git does not look for it."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-gitlink-smuggled-into-state", "tree-format")
