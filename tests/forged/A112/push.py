"""A pack holds an object twice. Git drops one of them where it unpacks few objects; with limits it keeps packs."""

from collections.abc import Iterator

from tests.forged import wire
from tests.forged.ground import MAIN, UNSEEN, Forged, good, hexes
from tests.forger import Act
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    known = good([Act({"hot": 1})])
    objects = [wire.packed(one.kind, one.data) for one in base().forger.made.values()]
    moves = [(hexes(base().prefix), hexes(known), MAIN)]
    data = wire.pack([*objects, objects[0]])
    yield Forged(
        name="kept as it came",
        moves=moves,
        data=data,
        code="push-twice",
        audit=UNSEEN,
        settings={"receive.unpackLimit": "1"},
    )
    yield Forged(name="with limits", moves=moves, data=data, code="unpack", audit=UNSEEN, limited=True)
