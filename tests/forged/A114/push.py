"""A value of one byte more than a value may have, and a push of more than the gate takes.

The value of 64 KiB to the byte is among the valid pushes.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.forged import wire
from tests.forged.ground import MAIN, UNSEEN, Forged, forgery, good, hexes, made
from tests.forger import Act
from tests.forgeries.all import base
from tests.ledgers import open_ledger


def pushes() -> Iterator[Forged]:
    yield forgery("a-value-of-64-kib-and-a-byte", "delta-format")
    known = good([Act({"hot": bytes(60_000)})])
    moves = [(hexes(base().prefix), hexes(known), MAIN)]
    objects = list(base().forger.made.values())

    def landed_before(server: Path) -> None:
        # Through a branch, say, where no gate looks.
        with open_ledger(server) as ledger:
            ledger.objects.write(objects)

    for setting, limit in (
        ("ledger.gateObjects", "10"),
        ("ledger.gateObjectBytes", "50k"),
        ("ledger.gateBytes", "60k"),
    ):
        yield Forged(name=setting, moves=moves, data=made(), code="push-size", audit=UNSEEN, settings={setting: limit})
    yield Forged(
        name="an object that is here already",
        moves=moves,
        data=wire.pack([]),
        code="push-size",
        audit=UNSEEN,
        settings={"ledger.gateObjectBytes": "50k"},
        prepare=landed_before,
    )
