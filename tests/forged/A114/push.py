"""A value of one byte more than a value may have, and an object of more than the gate reads.

The value of 64 KiB to the byte is among the valid pushes.
"""

from collections.abc import Iterator

from tests.forged.ground import MAIN, UNSEEN, Forged, forgery, good, hexes, made
from tests.forger import Act
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    yield forgery("a-value-of-64-kib-and-a-byte", "delta-format")
    known = good([Act({"hot": bytes(60_000)})])
    yield Forged(
        name="the gate's limit",
        moves=[(hexes(base().prefix), hexes(known), MAIN)],
        data=made(),
        code="push-size",
        audit=UNSEEN,
        settings={"ledger.gateObjectBytes": "50k"},
    )
