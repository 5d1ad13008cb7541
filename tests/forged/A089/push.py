"""Modes that no ledger writes."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie
from tests.forgeries.registry import put, row


def pushes() -> Iterator[Forged]:
    for mode in ("100666", "104755", "0100644", "0"):
        yield lie(mode, "tree-format", "tree", put("state/odd", row(mode)))
