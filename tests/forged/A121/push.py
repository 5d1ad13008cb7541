"""Attributes in the tree, for a hook that checks it out."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie
from tests.forgeries.registry import put


def pushes() -> Iterator[Forged]:
    yield lie("", "tree-foreign", "tree", put(".gitattributes", b"* filter=evil ident\\n"))
