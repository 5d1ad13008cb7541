"""A signature over other bytes than those that are stored."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-signature-over-other-bytes", "signature-invalid")
    yield forgery("a-signature-of-another-publication", "signature-invalid")
