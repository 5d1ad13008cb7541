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
from gitledger.ledger.publish import commit_message, publish, seal

GROUP_EVENTS: Final = 4_096
"""How many events one publication of a batch carries. More would save little space and make a past state cost more."""
GROUP_BYTES: Final = 8 * 1024 * 1024
"""How many bytes of names, values and meta end a publication before that; its envelope must stay below 64 MiB."""
ATTEMPTS: Final = 64


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


def append_batch(ledger: Ledger, changes: Iterable[Change], *, group: int = GROUP_EVENTS) -> Iterator[Appended]:
    """Record changes in order, many to a publication; yield each answer once it is durable.

    Memory is bounded by ``group`` changes, 8 MiB of them, or a single larger one. If ``changes`` itself fails, or a
    change is refused, those before it are published and yielded first; nothing after them is written.

    Raises:
        LedgerError: as `append`, about the first change that was not yielded.
    """
    writer = Writer(ledger)
    pending = iter(changes)
    full = True
    while full:
        chunk: list[Change] = []
        size, full = 0, False
        try:
            for change in pending:
                chunk.append(change)
                size += _size(change)
                full = len(chunk) == group or size >= GROUP_BYTES
                if full:
                    break
        finally:
            # A failing source does not take the changes before it along.
            if chunk:
                yield from writer.append(chunk)


class Writer:
    """Appends to one ledger, with a draft that stays warm from one publication to the next."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._move_to(head_of(ledger))

    def _move_to(self, head: Publication) -> None:
        self._head = head
        self._ts = read_envelope(self._ledger.objects, head).ts
        self._draft = Draft(self._ledger.objects, head)

    def append(self, changes: Sequence[Change]) -> Iterator[Appended]:
        """Publish changes as one publication; if one is refused, publish those before it, then raise."""
        base = self._head
        for _ in range(ATTEMPTS):
            group = Group(self._ledger, self._head, self._draft)
            refusal = group.take_all(changes, Since(self._ledger, base, self._head))
            try:
                self._publish(group)
            except StaleRefError:
                self._move_to(head_of(self._ledger))
                continue
            yield from group.answers
            if refusal is not None:
                raise refusal
            return
        raise ConflictError(
            f"ledger {self._ledger.name} moved {ATTEMPTS} times while this was published; expected to get a turn",
            hint="nothing was written; try again",
        )

    def _publish(self, group: Group) -> None:
        if not group.changed:
            return
        publication, objects = seal(
            self._ledger,
            self._draft,
            op="append",
            ts=self._ts + 1,
            parents=[self._head.oid],
            events=group.remembered,
            message=commit_message(group.changed, group.remembered),
        )
        publish(self._ledger, self._head, publication, objects)
        self._head = publication
        self._ts += 1


def _size(change: Change) -> int:
    written = sum(len(name) + len(value or b"") for name, value in change.writes.items())
    return written + (len(encode(dict(change.meta))) if change.meta else 0)
