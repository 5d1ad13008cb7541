"""A signature in a second form: S beyond the order of the group, lines of another length."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-signature-in-its-second-form", "signature-invalid")
    yield forgery("a-signature-in-lines-of-another-length", "signature-invalid")
