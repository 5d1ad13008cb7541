"""Floats in more bytes than they need, and a NaN of other bits."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie


def pushes() -> Iterator[Forged]:
    for name, value in (("a wide float", "fb3ff8000000000000"), ("a NaN of other bits", "f97e01")):
        data = bytes.fromhex("a163686f7481" + value)  # {"hot": [value]}
        yield lie(name, "delta-format", "delta bytes", lambda _, data=data: data)
