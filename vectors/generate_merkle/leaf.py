"""What a leaf is made of."""

from collections.abc import Iterator

from vectors.generate_merkle.tree import case, hash_of
from vectors.generate_model.scenario import ACCEPT, Scenario, array, octets


def scenarios() -> Iterator[Scenario]:
    """Return all of them."""
    for says, sizes in (
        ("a leaf of three empty strings", (0, 0, 0)),
        ("a leaf whose strings have one-byte heads up to 23 bytes and two from 24", (23, 24, 255)),
        ("a leaf whose strings need heads of three bytes from 256", (256, 40, 65_535)),
        ("a leaf with a delta of 65536 bytes has a head of five bytes", (300, 40, 65_536)),
    ):
        parts = [bytes([65 + place]) * size for place, size in enumerate(sizes)]
        data = array(*map(octets, parts))
        yield case(
            "leaf", says, ACCEPT, sizes=sizes, fill="ABC", start=data[:8].hex(), length=len(data), hash=hash_of(data)
        )
