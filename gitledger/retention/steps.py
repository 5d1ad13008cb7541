"""The publications of a ledger in the order of its log, one step of the first-parent line at a time.

A step is a publication of that line with what it brings in, if it is a merge. So after each step the log is that of the
step's last publication, and history can be taken apart between any two.
"""

from collections.abc import Collection, Iterator

from gitledger.errors import DamageError
from gitledger.frozen import frozen
from gitledger.ids import EventId, Oid
from gitledger.ledger.publication import Publication, damage_in, read, read_publication
from gitledger.store.base import ObjectStore
from gitledger.store.commit import parse_commit


@frozen
class Step:
    """One publication of the line, and what it brings in.

    Attributes:
        publications: those that are new, in the order of the log; the last one is of the line.
        events: what each of them adds to the log.
    """

    publications: tuple[Publication, ...]
    events: tuple[tuple[EventId, ...], ...]

    @property
    def last(self) -> Publication:
        """The publication of the line."""
        return self.publications[-1]


def parents_of(objects: ObjectStore, oid: Oid) -> tuple[Oid, ...]:
    """Return what a publication follows.

    Raises:
        DamageError: it is missing, corrupt, or no commit of a ledger.
    """
    with damage_in(oid, "publication"):
        return parse_commit(read(objects, oid, "commit"), objects.format).parents


def line_after(objects: ObjectStore, head: Oid, ends: Collection[Oid]) -> tuple[Oid | None, list[Oid]]:
    """Return the newest of ``ends`` on the first-parent line of ``head``, and the line behind it, oldest first.

    Raises:
        DamageError: the line is not all here.
    """
    line, at = list[Oid](), head
    while at not in ends:
        line.append(at)
        parents = parents_of(objects, at)
        if not parents:
            return None, line[::-1]
        at = parents[0]
    return at, line[::-1]


def steps(
    objects: ObjectStore, line: Collection[Oid], size: int, known: set[Oid], seen: Collection[EventId]
) -> Iterator[Step]:
    """Yield the steps of a line, oldest first.

    Args:
        objects: where they are read.
        line: publications of it, oldest first.
        size: how many events the log before it has.
        known: the publications before it; those of each step are added.
        seen: the events before it; the caller adds those of each step.

    Raises:
        DamageError: a publication is missing, or its log does not go on from the one before.
    """
    for oid in line:
        new = _brought_in(objects, oid, known)
        events, count = [one.events for one in new], new[-1].log.size - size
        if sum(map(len, events)) != count:
            events = _without(events, set(seen))
        if sum(map(len, events)) != count:
            raise DamageError(
                f"publication {oid.hex()} adds {count} events to the log and brings {sum(map(len, events))}; "
                "expected as many",
                hint="git ledger verify says more",
            )
        size = new[-1].log.size
        yield Step(publications=tuple(new), events=tuple(events))


def _without(events: list[tuple[EventId, ...]], seen: set[EventId]) -> list[tuple[EventId, ...]]:
    left = []
    for some in events:
        left.append(tuple(one for one in some if one not in seen))
        seen.update(some)
    return left


def _brought_in(objects: ObjectStore, oid: Oid, known: set[Oid]) -> list[Publication]:
    """Return a publication after those before it that are not known, the first parent's first; make them known."""
    found = list[Publication]()
    # A stack of our own: a history may hold merges within merges a thousand deep.
    pending = [read_publication(objects, oid)]
    while pending:
        before = next((parent for parent in pending[-1].commit.parents if parent not in known), None)
        if before is None:
            known.add(pending[-1].oid)
            found.append(pending.pop())
        else:
            pending.append(read_publication(objects, before))
    return found
