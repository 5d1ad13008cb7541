"""Two servers got different histories, each sound: the checkpoint of one shows it on the other."""

from collections.abc import Iterator

from tests.forged.ground import ZERO, Forged, checkpoint_of, made
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    base().forger.made.clear()
    size, tag = checkpoint_of(base().right, "left")
    ref = f"refs/ledger-checkpoint/left/{size}".encode()
    yield Forged(moves=[(ZERO, tag.hex(), ref)], data=made(), code="fork", audit="fork")
