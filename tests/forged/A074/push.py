"""Keys that are distinct bytes and equal in a table of Python: 1 and true."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie


def pushes() -> Iterator[Forged]:
    data = bytes.fromhex("a163686f7481a20101f501")  # {"hot": [{1: 1, true: 1}]}
    yield lie("", "delta-format", "delta bytes", lambda _: data)
