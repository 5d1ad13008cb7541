"""Lines as they come: what is there already, and where the next one has to be waited for."""

import io
import select
from collections.abc import Iterator
from typing import IO, Final

_CHUNK: Final = 1 << 16


def read_lines(source: IO[bytes], limit: int) -> Iterator[bytes | None]:
    """Yield each line without its end, and None each time before the next one has to be waited for.

    A line of more than ``limit`` bytes is yielded as far as it was read, so that it can be refused.
    """
    pending = b""
    while len(pending) <= limit:
        if not _is_ready(source):
            yield None
        # Takes all that the stream holds back, so that `_is_ready` has only the descriptor to ask.
        chunk = source.read1(_CHUNK)  # type: ignore[attr-defined]  # every buffered binary stream has it
        if not chunk:
            break
        *lines, pending = (pending + chunk).split(b"\n")
        yield from lines
    if pending:
        yield pending


def _is_ready(source: IO[bytes]) -> bool:
    """Return whether reading would answer at once; what is no file of the system always does."""
    try:
        return bool(select.select([source], [], [], 0)[0])
    except io.UnsupportedOperation:
        return True
