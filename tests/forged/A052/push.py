"""A signature that holds, by somebody who may not append there and then."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-publication-signed-by-a-stranger", "signer-unknown")
    yield forgery("a-publication-signed-by-a-signer-to-be", "signer-unknown")
    yield forgery("a-rule-that-the-signer-may-not-use", "signer-not-allowed")
