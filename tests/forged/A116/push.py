"""The gate crashes: by an exception, by a signal, for want of memory; or it is not there at all."""

from collections.abc import Iterator

from tests.forged.ground import MAIN, UNSEEN, Forged, good, hexes, made
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    for name, program in (
        ("an exception", "#!/bin/sh\nexit 70\n"),
        ("a signal", "#!/bin/sh\nkill -9 $$\n"),
        ("an interpreter that is not there", "#!/nowhere/python\n"),
    ):
        known = good()
        moves = [(hexes(base().prefix), hexes(known), MAIN)]
        yield Forged(name=name, moves=moves, data=made(), code="gate-failed", audit=UNSEEN, program=program)
