"""A delta without its base, one whose base would be before the pack, an object of the kind that is none."""

from collections.abc import Iterator

from tests.forged import wire
from tests.forged.ground import HERE, ZERO, Forged
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    copied = wire.delta(1, [(0, 1)])
    for name, data in (
        ("no base", wire.pack([wire.named_delta(bytes(range(20)), copied)])),
        ("a base before the pack", wire.pack([wire.offset_delta(4096, copied)])),
        ("kind 5", wire.pack([wire.object_head(5, 1) + wire.packed("blob", b"x")[1:]])),
    ):
        moves = [(ZERO, base().prefix.commit.hex(), b"refs/ledger/odd")]
        yield Forged(name=name, moves=moves, data=data, code="unpack", audit=HERE)
