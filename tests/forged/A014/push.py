"""A ref whose name is not UTF-8, which a hook that decodes its input fails on."""

from collections.abc import Iterator

from tests.forged.ground import UNSEEN, ZERO, Forged, hexes
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    for ref in (b"refs/ledger/m\xe4in",):
        yield Forged(name=repr(ref), moves=[(ZERO, hexes(base().prefix), ref)], code="ref-name", audit=UNSEEN)
