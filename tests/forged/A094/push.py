"""A pipe and a device, for whoever checks the state out."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie
from tests.forgeries.registry import put, row


def pushes() -> Iterator[Forged]:
    for mode in ("10644", "20644"):
        yield lie(mode, "tree-format", "tree", put("state/odd", row(mode)))
