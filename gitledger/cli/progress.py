"""How far something long has come, on one line of a terminal: count, rate and, where the end is known, what is left."""

from collections.abc import Callable
from typing import IO, Final

_PATIENCE: Final = 1.0
"""Seconds that pass before anything is said."""
_INTERVAL: Final = 0.2


class Progress:
    """A line that is written again and again.

    Args:
        stream: the terminal, or None to say nothing.
        elapsed: returns the seconds since some moment.
        what: what is counted, in the plural.
    """

    def __init__(self, stream: IO[bytes] | None, elapsed: Callable[[], float], what: str) -> None:
        self._stream = stream
        self._elapsed = elapsed
        self._what = what
        self._start = elapsed()
        self._next = self._start + _PATIENCE
        self._length = 0

    def tell(self, done: int, total: int | None = None) -> None:
        """Say how many are done, of how many if that is known; most calls say nothing."""
        now = self._elapsed()
        if self._stream is None or now < self._next:
            return
        self._next = now + _INTERVAL
        rate = done / (now - self._start)
        text = f"{done:,} {self._what}, {rate:,.0f} per second"
        if total is not None and rate:
            text += f", {_duration((total - done) / rate)} left"
        self._stream.write(f"\r{text:<{self._length}}".encode())  # blanks cover what it said before
        self._length = len(text)

    def clear(self) -> None:
        """Take the line away."""
        if self._stream is not None and self._length:
            self._stream.write(f"\r{' ' * self._length}\r".encode())
            self._length = 0


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
