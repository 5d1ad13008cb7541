"""A merge of sides whose writes, or reads, overlap."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-merge-of-sides-that-write-the-same", "merge")
    yield forgery("a-merge-of-a-side-that-writes-what-the-other-read", "merge")
