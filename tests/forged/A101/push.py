"""A commit with NUL, a header of its own, two authors, a date beyond all calendars."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-commit-with-a-nul-in-its-message", "commit-format")
    yield forgery("a-commit-with-a-header-of-its-own", "commit-format")
    yield forgery("a-commit-with-two-authors", "commit-format")
    yield forgery("a-commit-with-a-date-of-5000-digits", "commit-format")
