"""The commit is by somebody else than the envelope says."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-commit-by-somebody-else", "envelope-people")
    yield forgery("an-author-who-is-not-the-commit-s", "envelope-people")
