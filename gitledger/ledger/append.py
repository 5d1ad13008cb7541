"""``append``: record changes as events on the head of a ledger, and publish them.

The procedure (``docs/format/publication.md``, "Appending"):

1. read the head;
2. take the changes into a draft (`group`): which event each becomes;
3. write all objects, durable;
4. move the ref by compare-and-swap from the head that was read;
5. if the swap lost, read the new head and go on from 2: what happened since is part of the decision there.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gitledger.codec import encode
from gitledger.errors import ConflictError, StaleRefError
from gitledger.ledger.change import Change
from gitledger.ledger.draft import Draft
from gitledger.ledger.group import Appended, Group, Since
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import Publication, head_of, read_envelope
from gitledger.ledger.publish import commit_message, move, seal
from gitledger.store import layout
from gitledger.store.staged import StagedObjects

GROUP_EVENTS: Final = 16_384
"""How many events one publication of a batch carries: more take less space each, and cost more to read and replay."""
WRITE_EVENTS: Final = 65_536
"""How many events of a batch are written at once: in one pack, whose trees are deltas of each other."""
WRITE_BYTES: Final = 64 * 1024 * 1024
GROUP_BYTES: Final = 16 * 1024 * 1024
"""How much the changes of one publication hold: its envelope has to stay far below the limit of the codec."""
ATTEMPTS: Final = 64
# What a write takes beside its name and its value.
_WRITE_BYTES: Final = 100


def append(ledger: Ledger, change: Change) -> Appended:
    """Record one change.

    Raises:
        NotFoundError: there is no such ledger.
        OverlapError: somebody else's event touched what this change writes or reads after the head was read.
        ExpectationError: an expected value does not hold.
        ConflictError: the key belongs to another change, or no turn was to be had.
        FormatError: the change cannot be made to this state.
        StorageError: it could not be written; nothing of it is visible.
    """
    return next(append_batch(ledger, [change]))


def append_batch(
    ledger: Ledger, changes: Iterable[Change], *, group: int = GROUP_EVENTS, at_once: int = WRITE_EVENTS
) -> Iterator[Appended]:
    """Record changes in order, many to a publication; yield each answer once it is durable.

    Memory is bounded by ``at_once`` changes. If ``changes`` itself fails, or a change is refused, those before it are
    published and yielded first; nothing after them is written.

    Args:
        ledger: where to.
        changes: what to record.
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


def _take_groups(changes: Iterator[Change], groups: list[list[Change]], *, group: int, at_once: int) -> bool:
    """Fill ``groups`` with the next changes to write at once, by publication; return whether these are the last."""
    count = total = size = 0
    while count < at_once and total < WRITE_BYTES:
        change = next(changes, None)
        if change is None:
            return True
        if not groups or len(groups[-1]) == group or size > GROUP_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(change)
        count += 1
        weight = _weight(change)
        size, total = size + weight, total + weight
    return False


def _weight(change: Change) -> int:
    """Return about how many bytes a change takes in memory."""
    values = sum(_WRITE_BYTES + len(name) + len(value or b"") for name, value in change.writes.items())
    return values + (len(encode(dict(change.meta))) if change.meta else 0)


class Writer:
    """Appends to one ledger, with a draft that stays warm from one publication to the next.

    After any error but a refused change it has lost its place; take a new one.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._move_to(head_of(ledger))

    def _move_to(self, head: Publication) -> None:
        self._head = head
        self._ts = read_envelope(self._ledger.objects, head).ts
        self._staged = StagedObjects(self._ledger.objects)
        self._draft = Draft(self._staged, head)

    def append(self, groups: Sequence[Sequence[Change]]) -> Iterator[Appended]:
        """Publish changes, a publication each group; if one is refused, publish those before it, then raise.

        Yields:
            Each answer, all of them after everything is durable.
        """
        base = self._head
        for _ in range(ATTEMPTS):
            since = Since(self._ledger, base, self._head)
            answers: list[Appended] = []
            refusal, head = None, self._head
            for changes in groups:
                taken = Group(self._staged, head, self._draft)
                refusal = taken.take_all(changes, since)
                answers += taken.answers
                head = self._seal(taken, head)
                if refusal is not None:
                    break
            try:
                if head is not self._head:
                    self._staged.flush()
                    move(self._ledger, self._head, head)
            except StaleRefError:
                self._move_to(head_of(self._ledger))
                continue
            if refusal is not None and head is self._head and not self._is_at_head():
                # What it was refused for may no longer be so.
                self._move_to(head_of(self._ledger))
                continue
            self._head = head
            yield from answers
            if refusal is not None:
                raise refusal
            return
        raise ConflictError(
            f"ledger {self._ledger.name} moved {ATTEMPTS} times while this was published; expected to get a turn",
            hint="nothing was written; try again",
        )

    def _is_at_head(self) -> bool:
        return self._ledger.refs.read(layout.ledger_ref(self._ledger.name)) == self._head.oid

    def _seal(self, taken: Group, head: Publication) -> Publication:
        """Make a publication of a group, if it has events, and stage what it needs."""
        if not taken.changed:
            return head
        self._ts += 1
        publication, new = seal(
            self._ledger,
            self._draft,
            op="append",
            ts=self._ts,
            parents=[head.oid],
            events=taken.remembered,
            message=commit_message(taken.changed, taken.remembered),
        )
        self._staged.write(new)
        return publication
