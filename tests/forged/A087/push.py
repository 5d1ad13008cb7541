"""A symbolic link, and a directory of the same name to write through it."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie
from tests.forgeries.registry import put, row


def pushes() -> Iterator[Forged]:
    yield lie("link", "tree-format", "tree", put("state/BADLINK", row("120000", b".git")))
    yield lie("file behind it", "state", "tree", put("state/BADLINK/foobar", b"written"))
