"""A tree that is named and not sent."""

from collections.abc import Iterator

from tests.forged.ground import HERE, Forged, lie
from tests.forger import Row
from tests.forgeries.registry import put


def pushes() -> Iterator[Forged]:
    missing = put("state/odd", Row("40000", bytes(range(20))))
    yield lie("", "connectivity", "tree", missing, audited=HERE)
