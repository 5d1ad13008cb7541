"""A pack, and an object in it, that announce another size than they have."""

from collections.abc import Iterator

from tests.forged import wire
from tests.forged.ground import HERE, ZERO, Forged
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    blob = wire.packed("blob", b"x")
    for name, data in (
        ("fewer objects", wire.pack([blob, blob], count=1)),
        ("more objects", wire.pack([blob], count=2)),
        ("all objects there can be", wire.pack([blob], count=2**32 - 1)),
        ("an object of 2^40 bytes", wire.pack([wire.object_head(3, 2**40) + blob[1:]])),
    ):
        moves = [(ZERO, base().prefix.commit.hex(), b"refs/ledger/size")]
        yield Forged(name=name, moves=moves, data=data, code="unpack", audit=HERE)
