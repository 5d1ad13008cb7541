"""What a verb prints: lines, JSON or raw bytes on standard output, through a pager and in colour as git does.

Every text passes `visible` here and nowhere else, so that nothing that a repository holds reaches a terminal as a
control character. Nothing is left in a buffer of the interpreter: an output that fails, fails inside `Output`.
"""

from collections.abc import Mapping
from typing import IO, Final, NamedTuple

from gitledger.durable import storage_error
from gitledger.ids import shown

_SGR: Final[Mapping[str, str]] = {"yellow": "33", "red": "31", "green": "32", "bold": "1"}
_BUFFER_BYTES: Final = 64 * 1024
_LINE_SHOWN: Final = 120
"""Characters of a line that was not written: a sentence with an id of 64 digits."""


class Painted(NamedTuple):
    """Text in a colour, if there are colours."""

    color: str
    text: str


Part = str | Painted


class Output:
    """Standard output of one verb.

    Args:
        stream: where bytes go; unbuffered.
        color: whether to colour.
        width: columns of the terminal, or None if there is none.
    """

    def __init__(self, stream: IO[bytes], *, color: bool, width: int | None) -> None:
        self._stream = stream
        self._color = color
        self._buffer = bytearray()
        self.width = width

    def line(self, *parts: Part) -> None:
        """Print one line."""
        self.raw("".join(map(self._show, parts)).rstrip(" ").encode() + b"\n")

    def json(self, value: object) -> None:
        """Print one line of JSON."""
        # Imported here, with all that JSON needs, because most answers are for people.
        from gitledger.cli.values import format_json

        self.raw(format_json(value).encode() + b"\n")

    def raw(self, data: bytes) -> None:
        """Print bytes as they are."""
        self._buffer += data
        # A person sees what was found while the search goes on.
        if self.width is not None or len(self._buffer) > _BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        """Let everything that was printed be seen.

        Raises:
            BrokenPipeError: nobody reads any more.
            StorageError: it cannot be written; the message holds the first line that was not, as it may be the only
                trace of what was done.
        """
        data, self._buffer = memoryview(self._buffer), bytearray()
        written = 0
        try:
            while written < len(data):
                written += self._stream.write(data[written:])
        except BrokenPipeError:
            raise
        except OSError as error:
            start = bytes(data[:written]).rfind(b"\n") + 1
            line = bytes(data[start:]).partition(b"\n")[0].decode(errors="replace")
            raise storage_error(f"cannot write the answer from {shown(line, _LINE_SHOWN)} on", error) from error

    def fit(self, text: str, used: int) -> str:
        """Return text cut to what a terminal has left after ``used`` columns."""
        return text if self.width is None else clip(visible(text), self.width - used)

    def _show(self, part: Part) -> str:
        if isinstance(part, str):
            return visible(part)
        text = visible(part.text)
        return f"\x1b[{_SGR[part.color]}m{text}\x1b[m" if self._color else text


def visible(text: str) -> str:
    """Return text with everything escaped that could move a cursor, change colours, or hide or turn text around."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def clip(text: str, width: int) -> str:
    """Return text cut to ``width`` characters, but to no fewer than a few."""
    width = max(width, 8)
    return text if len(text) <= width else text[: width - 1] + "…"
