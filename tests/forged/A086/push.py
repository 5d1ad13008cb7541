"""A symbolic link in the state."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-symbolic-link-smuggled-into-state", "tree-format")
