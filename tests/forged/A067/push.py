"""Text that is no UTF-8: a long form, half a character, one beyond the last."""

from collections.abc import Iterator

from tests.forged.ground import Forged, lie


def pushes() -> Iterator[Forged]:
    for value in ("62c0ae", "63eda080", "64f4908080"):
        data = bytes.fromhex("a163686f7481" + value)  # {"hot": [value]}
        yield lie(value, "delta-format", "delta bytes", lambda _, data=data: data)
