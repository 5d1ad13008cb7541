"""A variable of 5,000 bytes, and a component of 256."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie


def pushes() -> Iterator[Forged]:
    for name in ("/".join(["x" * 249] * 20), "x" * 256):
        yield lie(f"{len(name)} bytes", "event-format", "delta", lambda delta, name=name: delta.update({name: [1]}))
