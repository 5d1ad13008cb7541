"""A ledger's ref points at a tree."""

from collections.abc import Iterator

from tests.forged import wire
from tests.forged.ground import ZERO, Forged


def pushes() -> Iterator[Forged]:
    data = wire.pack([wire.packed("tree", b"")])
    empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    yield Forged(moves=[(ZERO, empty, b"refs/ledger/tree")], data=data, code="ref-target", audit="ref-target")
