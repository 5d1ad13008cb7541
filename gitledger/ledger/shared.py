"""One writer that many threads share: what they ask for while one publishes goes into the next publication together.

Each publication has a leader: the first thread that comes when nobody leads. It publishes for all that wait, in the
order in which they came, so one sync of the disk serves many and none is passed over.

What was asked for at the same time is beside each other, not after each other: of two changes that overlap, the second
is refused as it would be in another process.
"""

import threading
from collections import deque
from contextlib import suppress
from typing import Final

from gitledger.errors import LedgerError
from gitledger.ids import EventId, Variable
from gitledger.ledger.append import GROUP_BYTES, GROUP_EVENTS, weight
from gitledger.ledger.change import Change
from gitledger.ledger.group import Appended
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import Publication, head_of
from gitledger.ledger.writer import Writer
from gitledger.model.merge import Footprint, overlaps
from gitledger.store import layout

_NO_EVENT = EventId(b"")


class _Asked:
    """What one thread waits for.

    Attributes:
        change: what it asks for.
        base: the newest publication when it asked.
        outcome: the answer, or why there is none; None while nobody knows.
    """

    def __init__(self, *, change: Change, base: Publication) -> None:
        self.change: Final = change
        self.base: Final = base
        self.outcome: Appended | LedgerError | None = None


class _Taken:
    """What stands in one group: its footprint, and how many bytes it holds."""

    def __init__(self) -> None:
        self.writes: dict[Variable, EventId] = {}
        self.reads: dict[Variable, EventId] = {}
        self.size = 0

    def overlaps(self, change: Change) -> bool:
        """Return whether a change overlaps with what was taken."""
        return bool(overlaps(Footprint(writes=self.writes, reads=self.reads), _footprint(change)))

    def add(self, change: Change) -> None:
        """Take a change in."""
        taken = _footprint(change)
        self.writes.update(taken.writes)
        self.reads.update(taken.reads)
        self.size += weight(change)


class SharedWriter:
    """Appends to one ledger from many threads; all that wait are published together.

    Args:
        ledger: which.

    Raises:
        NotFoundError: there is no such ledger.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._writer: Writer | None = Writer(ledger)
        self._head = self._writer.head
        self._waiting: deque[_Asked] = deque()
        self._leader = threading.Lock()

    def append(self, change: Change) -> Appended:
        """Record one change; return when it is durable.

        Raises:
            LedgerError: as `gitledger.append`.
        """
        asked = _Asked(change=change, base=self._newest())
        self._waiting.append(asked)
        while asked.outcome is None:
            with self._leader:
                if asked.outcome is None:
                    self._lead(asked)
        if isinstance(asked.outcome, LedgerError):
            raise asked.outcome
        return asked.outcome

    def _newest(self) -> Publication:
        """Return the head as it is now: what the caller has read of the ledger is no older."""
        known = self._head
        if self._ledger.refs.read(layout.ledger_ref(self._ledger.name)) == known.oid:
            return known
        return head_of(self._ledger)

    def _lead(self, leader: _Asked) -> None:
        """Publish the next group. If this thread is interrupted, the others wait for another leader."""
        group = deque(self._next_group())
        try:
            self._publish(group)
        except BaseException:
            self._writer = None
            self._waiting.extendleft(one for one in reversed(group) if one is not leader)
            with suppress(ValueError):
                self._waiting.remove(leader)
            raise

    def _next_group(self) -> list[_Asked]:
        """Take from the front what does not overlap."""
        group: list[_Asked] = []
        taken = _Taken()
        while self._waiting and len(group) < GROUP_EVENTS and taken.size < GROUP_BYTES:
            asked = self._waiting[0]
            if taken.overlaps(asked.change):
                break
            taken.add(asked.change)
            group.append(self._waiting.popleft())
        return group

    def _publish(self, group: deque[_Asked]) -> None:
        """Give each of a group its outcome and take it out; one that is refused does not take the others along."""
        while group:
            try:
                writer = self._writer = self._writer or Writer(self._ledger)
                for answer in writer.append_each([(one.change, one.base) for one in group]):
                    self._head = writer.head
                    group.popleft().outcome = answer
            except LedgerError as error:
                # A writer that has failed may have lost its place.
                self._writer = None
                group.popleft().outcome = error


def _footprint(change: Change) -> Footprint:
    return Footprint(writes=dict.fromkeys(change.writes, _NO_EVENT), reads=dict.fromkeys(change.reads, _NO_EVENT))
