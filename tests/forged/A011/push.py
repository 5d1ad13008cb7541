"""Refs of other kinds are smuggled in beside a good move of a ledger."""

from collections.abc import Iterator

from tests.forged.ground import MAIN, UNSEEN, ZERO, Forged, good, hexes, made
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    for ref in (b"refs/heads/x", b"refs/tags/x", b"refs/notes/x", b"refs/stash", b"refs/ledger-remotes/origin/main"):
        known = good()
        moves = [(hexes(base().prefix), hexes(known), MAIN), (ZERO, hexes(known), ref)]
        yield Forged(name=ref.decode(), moves=moves, data=made(), code="ref-name", audit=UNSEEN)
