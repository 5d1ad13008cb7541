"""A ledger's ref points at a chain of 2,000 tags on a publication: who peels it, peels for long."""

from collections.abc import Iterator

from tests.forged.ground import ZERO, Forged, made
from tests.forgeries.all import base


def pushes() -> Iterator[Forged]:
    forger, kind, target = base().forger, "commit", base().prefix.commit
    forger.made.clear()
    for number in range(2_000):
        head = f"object {target.hex()}\ntype {kind}\ntag t{number}\ntagger A <a@example.org> 0 +0000\n\n"
        kind, target = "tag", forger.put("tag", head.encode())
    yield Forged(
        moves=[(ZERO, target.hex(), b"refs/ledger/tag")],
        data=made(),
        code="ref-target",
        audit="ref-target",
        limited=True,
    )
