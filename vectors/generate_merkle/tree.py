"""The one log that all scenarios are about, and how a scenario names its kind."""

from hashlib import sha256

from tests.rfc6962 import Oracle
from vectors.generate_model.scenario import FORMAT_ERROR, Scenario

# Leaf n is n itself, in three bytes, the highest first.
LEAVES = [n.to_bytes(3, "big") for n in range(70_000)]
TREE = Oracle(LEAVES)


def hash_of(data: bytes) -> str:
    """Return the hexadecimal hash of a leaf."""
    return sha256(b"\x00" + data).hexdigest()


def case(kind: str, says: str, expected: str = FORMAT_ERROR, **content: object) -> Scenario:
    """Return a scenario about one kind of thing."""
    return Scenario(says=says, expected=expected, content={"kind": kind, **content})
