"""A push whose history is cut off, to a server that allows that."""

from collections.abc import Iterator

from tests.forged.ground import ZERO, Forged, good, hexes, made
from tests.forger import Act


def pushes() -> Iterator[Forged]:
    known = good([Act({"hot": 1})], good([Act({"hot": 2})]))
    yield Forged(
        moves=[(ZERO, hexes(known), b"refs/ledger/shallow")],
        data=made(),
        code="object-missing",
        audit="shallow",
        shallow=[hexes(known)],
        settings={"receive.shallowUpdate": "true"},
    )
