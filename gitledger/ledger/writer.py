"""A writer of one ledger: takes changes into a draft and publishes it, again and again until the swap wins.

The procedure (``docs/format/publication.md``, "Appending"):

1. wait for the turn among the writers nearby, and read the head;
2. take the changes into a draft (`group`): which event each becomes;
3. write all objects, durable, under a lease, those of one publication while the next is made;
4. look that they are still there, and move the ref by compare-and-swap from the head that was read;
5. if the swap lost, go on from 1: what happened since is part of the decision there.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from gitledger.errors import ConflictError, LedgerError, StaleRefError
from gitledger.ledger.change import Change
from gitledger.ledger.cycles import no_search_for_cycles
from gitledger.ledger.draft import Draft
from gitledger.ledger.group import Appended, Group
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import end_of
from gitledger.ledger.publication import Publication, head_of, read_envelope
from gitledger.ledger.publish import commit_message, move, seal
from gitledger.ledger.since import Since, SinceEach
from gitledger.ledger.state import State
from gitledger.store import layout
from gitledger.store.base import NewObject, RefUpdate
from gitledger.store.staged import StagedObjects

ATTEMPTS: Final = 64
_PART: Final = 2_048
"""Events whose blobs are handed over to be written while the publication that carries them goes on."""


class _Made:
    """What an attempt makes of the changes, as far as it has come.

    Attributes:
        answers: one for each change that was taken.
        publications: which publication carries the event of each.
        refused: the first change that was not taken, or None.
        refusal: why not.
        head: the last publication, or the head that was there.
    """

    def __init__(self, head: Publication) -> None:
        self.answers: list[Appended] = []
        self.publications: list[Publication] = []
        self.refused: Change | None = None
        self.refusal: LedgerError | None = None
        self.head = head


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

    @property
    def head(self) -> Publication:
        """The newest publication that it knows."""
        return self._head

    def append(self, groups: Sequence[Sequence[Change]]) -> Iterator[Appended]:
        """Publish changes, a publication each group; if one is refused, publish those before it, then raise.

        Yields:
            Each answer, all of them after everything is durable.
        """
        base = self._head
        made = self._publish(lambda: groups, lambda: Since(self._ledger, base, self._head))
        yield from made.answers
        if made.refusal is not None:
            raise made.refusal

    def append_each(self, asked: Sequence[tuple[Change, Publication]]) -> Iterator[Appended]:
        """Publish changes of several callers as one publication; otherwise as `append`.

        Args:
            asked: each change with the head that its caller had read.
        """
        changes = [change for change, _ in asked]
        made = self._publish(lambda: [changes], lambda: SinceEach(self._ledger, asked, self._head))
        yield from made.answers
        if made.refusal is not None:
            raise made.refusal

    def decide(self, decide: Callable[[State], Change], also: Sequence[RefUpdate] = ()) -> Appended:
        """Publish the change that a function makes of the newest state; after a lost swap it is asked again.

        Args:
            decide: the function; others wait for their turn while it works.
            also: refs that move together with the ledger, if it moves.
        """
        made = self._publish(
            lambda: [[decide(self._state())]], lambda: Since(self._ledger, self._head, self._head), also
        )
        if made.refusal is not None:
            raise made.refusal
        return made.answers[0]

    def _publish(
        self,
        choose: Callable[[], Sequence[Sequence[Change]]],
        since: Callable[[], Since | SinceEach],
        also: Sequence[RefUpdate] = (),
    ) -> _Made:
        lost: _Made | None = None
        refs = self._ledger.refs
        with self._ledger.objects.hold() as check:
            for attempt in range(ATTEMPTS):
                with refs.turn(lost=attempt):
                    if not self._is_at_head():
                        self._move_to(head_of(self._ledger))
                    groups = choose()
                    made = _Made(self._head)
                    with no_search_for_cycles():
                        self._staged.flush(self._take(groups, since(), made))
                    try:
                        if made.head is not self._head:
                            check()
                            move(self._ledger, self._head, made.head, also)
                    except StaleRefError:
                        lost = made
                        self._move_to(head_of(self._ledger))
                        continue
                    if made.refusal is not None and made.head is self._head and not self._is_at_head():
                        continue  # What it was refused for may no longer be so.
                    self._head = made.head
                    self._keep(made.refused, made.refusal, len(made.answers), lost)
                    return made
            moved = ConflictError(
                f"ledger {self._ledger.name} moved {ATTEMPTS} times while this was published; expected to get a turn",
                hint="nothing was written; try again",
            )
            first = next((change for changes in groups for change in changes), None)
            self._keep(first, moved, 0, lost)
            raise moved

    def _take(
        self, groups: Sequence[Sequence[Change]], since: Since | SinceEach, made: _Made
    ) -> Iterator[list[NewObject]]:
        """Make publications of groups, until a change is refused; yield the objects of each."""
        for changes in groups:
            taken = Group(self._staged, made.head, self._draft)
            for start in range(0, len(changes), _PART):
                if start:
                    yield self._draft.take_blobs()
                made.refusal = taken.take_all(changes[start : start + _PART], since)
                if made.refusal is not None:
                    break
            if taken.changed:
                made.head, new = self._seal(taken, made.head)
                yield new
            made.answers += taken.answers
            made.publications += [made.head] * len(taken.answers)
            if made.refusal is not None:
                made.refused = changes[len(taken.answers)]
                return

    def _keep(self, refused: Change | None, refusal: LedgerError | None, at: int, lost: _Made | None) -> None:
        """Keep the event that a lost swap has left of a change which is refused now."""
        if refused is None or refusal is None or lost is None or at >= len(lost.answers):
            return
        if not isinstance(refusal, ConflictError) or not lost.answers[at].is_new:
            return
        # Imported here because few events lose a race and then their place.
        from gitledger.ledger.inflight import keep

        event = lost.answers[at].event
        keep(self._ledger, event, lost.publications[at], refused, refusal.message)
        refusal.hint = "what was made is kept: git ledger pending shows it"
        refusal.details["pending"] = event.hex()

    def _state(self) -> State:
        return State(self._ledger.objects, end_of(self._head))

    def _is_at_head(self) -> bool:
        return self._ledger.refs.read(layout.ledger_ref(self._ledger.name)) == self._head.oid

    def _seal(self, taken: Group, head: Publication) -> tuple[Publication, list[NewObject]]:
        """Return the publication of a group that has events, and the objects that it needs."""
        self._ts += 1
        return seal(
            self._ledger,
            self._draft,
            taken.guard,
            op="append",
            ts=self._ts,
            parents=[head.oid],
            events=taken.remembered,
            message=commit_message(taken.changed, taken.remembered),
        )
