"""How histories fork and join, drawn beside a list of events that goes back in time, as ``git log --graph`` does.

A column waits for one event. Columns part below an event with several parents, and close up when two wait for the
same event or one has met its last.
"""

from collections.abc import Iterator, Sequence

from gitledger.ids import EventId


class Graph:
    """The drawing beside a list of events, newest first, each after all that follow it."""

    def __init__(self) -> None:
        self._columns: list[EventId] = []

    def draw(self, event: EventId, parents: Sequence[EventId], lines: int) -> Iterator[str]:
        """Yield what stands before each of the lines of an event, then what needs lines of its own."""
        if event not in self._columns:
            self._columns.append(event)
        place = self._columns.index(event)
        yield "".join("* " if column == place else "| " for column in range(len(self._columns)))
        prefixes = [*self._part(place, parents)]
        yield from prefixes
        for _ in range(lines - 1 - len(prefixes)):
            yield "| " * len(self._columns)
        if not parents:
            yield from self._close(place, place)
        yield from self._join()

    def gap(self) -> str:
        """Return what stands before an empty line between two events."""
        return "| " * len(self._columns)

    def _part(self, place: int, parents: Sequence[EventId]) -> Iterator[str]:
        """Let the column of an event wait for its parents; yield a row for each column that this adds."""
        for number, parent in enumerate(parents):
            if number:
                kept = "| " * (place + number)
                yield kept[:-1] + "\\ " * (len(self._columns) - place - number + 1)
                self._columns.insert(place + number, parent)
            else:
                self._columns[place] = parent

    def _join(self) -> Iterator[str]:
        """Close each column that waits for the same event as one on its left."""
        for right in reversed(range(len(self._columns))):
            left = self._columns.index(self._columns[right])
            if left < right:
                yield from self._close(left, right)

    def _close(self, left: int, right: int) -> Iterator[str]:
        """Remove the column ``right``; its line goes over to ``left``, or ends if that is the same."""
        del self._columns[right]
        beyond = len(self._columns) - right
        if left < right:
            yield "| " * left + "|" + "_|" * (right - left - 1) + "/ " * (beyond + 1)
        elif beyond:
            yield "| " * right + " " + "/ " * beyond
