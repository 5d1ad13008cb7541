"""Undefined, and simple values that mean nothing."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie


def pushes() -> Iterator[Forged]:
    for value in ("f7", "e0", "f818"):
        data = bytes.fromhex("a163686f7481" + value)  # {"hot": [value]}
        yield lie(value, "delta-format", "delta bytes", lambda _, data=data: data)
