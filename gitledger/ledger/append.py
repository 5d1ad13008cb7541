"""``append``: record changes as events on the head of a ledger, and publish them (`writer`)."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from gitledger.codec import encode
from gitledger.ledger.change import Change
from gitledger.ledger.group import Appended
from gitledger.ledger.handle import Ledger
from gitledger.ledger.state import State
from gitledger.ledger.writer import Writer

GROUP_EVENTS: Final = 16_384
"""How many events one publication of a batch carries: more take less space each, and cost more to read and replay."""
WRITE_EVENTS: Final = 65_536
"""How many events of a batch are written at once: in one pack, whose trees are deltas of each other."""
WRITE_BYTES: Final = 64 * 1024 * 1024
GROUP_BYTES: Final = 16 * 1024 * 1024
"""How much the changes of one publication hold: its envelope has to stay far below the limit of the codec."""
# What a write takes beside its name and its value.
_WRITE_BYTES: Final = 100


def append(ledger: Ledger, change: Change | Callable[[State], Change]) -> Appended:
    """Record one change.

    Args:
        ledger: where to.
        change: the change, or a function that makes it of the newest state. The function is called again on the new
            state when somebody else publishes first; writers nearby wait while it works.

    Raises:
        NotFoundError: there is no such ledger.
        OverlapError: somebody else's event touched what this change writes or reads after the head was read.
        ExpectationError: an expected value does not hold.
        ConflictError: the key belongs to another change, or no turn was to be had.
        FormatError: the change cannot be made to this state.
        StorageError: it could not be written; nothing of it is visible.
    """
    if isinstance(change, Change):
        return next(append_batch(ledger, [change]))
    return Writer(ledger).decide(change)


def append_batch(
    ledger: Ledger, changes: Iterable[Change | None], *, group: int = GROUP_EVENTS, at_once: int = WRITE_EVENTS
) -> Iterator[Appended]:
    """Record changes in order, many to a publication; yield each answer once it is durable.

    Memory is bounded by ``at_once`` changes. If ``changes`` itself fails, or a change is refused, those before it are
    published and yielded first; nothing after them is written.

    Args:
        ledger: where to.
        changes: what to record; None where the source has nothing more to say for now, so that what came before is
            published without waiting for more.
        group: how many events one publication carries, 1 to 65,536.
        at_once: how many events are made durable together.

    Raises:
        LedgerError: as `append`, about the first change that was not yielded.
    """
    writer, pending, is_done = Writer(ledger), iter(changes), False
    while not is_done:
        groups: list[list[Change]] = []
        try:
            is_done = _take_groups(pending, groups, group=group, at_once=at_once)
        finally:
            # Whatever the source dies of does not take the changes before it along.
            if groups:
                yield from writer.append(groups)


def _take_groups(changes: Iterator[Change | None], groups: list[list[Change]], *, group: int, at_once: int) -> bool:
    """Fill ``groups`` with the next changes to write at once, by publication; return whether these are the last."""
    total = size = 0
    for count, change in enumerate(changes, 1):
        if change is None:
            return False
        if not groups or len(groups[-1]) == group or size > GROUP_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(change)
        held = weight(change)
        size, total = size + held, total + held
        if count == at_once or total >= WRITE_BYTES:
            return False
    return True


def weight(change: Change) -> int:
    """Return about how many bytes a change takes in memory."""
    values = sum(_WRITE_BYTES + len(name) + len(value or b"") for name, value in change.writes.items())
    return values + (len(encode(dict(change.meta))) if change.meta else 0)
