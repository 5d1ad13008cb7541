"""The clock repeats, leaves a gap, falls, ends, or is beyond its end."""

from collections.abc import Iterator

from tests.forged.ground import Forged, forgery


def pushes() -> Iterator[Forged]:
    yield forgery("a-clock-that-repeats", "envelope-clock")
    yield forgery("a-clock-that-leaves-a-gap", "envelope-clock")
    yield forgery("a-clock-that-falls", "envelope-clock")
    yield forgery("a-clock-near-its-end", "envelope-clock")
    yield forgery("a-clock-beyond-its-end", "envelope-format")
