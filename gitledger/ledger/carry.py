"""Making publications again on another head: the same changes, reads, keys and meta, on other parents.

Nothing that is there is changed: the old publications stay until the ledger's ref has moved to the new ones.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from gitledger.codec import Value
from gitledger.ids import EventId, Oid
from gitledger.ledger.change import Change
from gitledger.ledger.draft import Draft
from gitledger.ledger.group import Group
from gitledger.ledger.handle import Ledger
from gitledger.ledger.join import plan_join, seal_join
from gitledger.ledger.publication import (
    Publication,
    read_delta,
    read_envelope,
    read_event,
    read_publication,
    read_rule,
)
from gitledger.ledger.publish import commit_message, seal
from gitledger.ledger.since import Since
from gitledger.model.envelope import Envelope
from gitledger.store.staged import StagedObjects


class Carrier:
    """Makes publications again, one after another.

    Args:
        ledger: says who publishes, and when.
        staged: where the new objects go.
        onto: the publication that takes the place of what they followed.
        events: those that ``onto`` lacks. All others are left out.
    """

    def __init__(self, ledger: Ledger, staged: StagedObjects, onto: Publication, events: AbstractSet[EventId]) -> None:
        self._ledger = ledger
        self._staged = staged
        self._onto = onto
        self._events = events
        self._last = onto
        self._draft = Draft(staged, onto)

    def carry(self, publications: Sequence[Publication]) -> Publication:
        """Make publications again; return the one that stands for the newest.

        Where both sides published the same events, only what follows from these is made again, and the rest stays as
        it is. Elsewhere all are.

        Args:
            publications: what ``onto`` does not reach, newest first.

        Raises:
            LedgerError: a change cannot be made there.
        """
        ids = {publication.oid for publication in publications}
        twice = {one.oid for one in publications if not self._events >= {*one.events}}
        rooted = twice or ids
        again: dict[Oid, Publication] = {}
        for publication in reversed(publications):
            before = publication.commit.parents
            root = {oid: self._onto for oid in before if oid not in ids and publication.oid in rooted}
            moved = {**{oid: again[oid] for oid in before if oid in again}, **root}
            if moved:
                parents = [moved.get(oid) or read_publication(self._staged, oid) for oid in before]
                again[publication.oid] = self._make(publication, parents)
        return again[publications[0].oid]

    def _make(self, publication: Publication, parents: Sequence[Publication]) -> Publication:
        envelope = read_envelope(self._staged, publication)
        if len(parents) == 1:
            return self._append(publication, envelope, parents[0])
        joined = plan_join(self._staged, *parents)
        if not joined.mine or not joined.theirs:
            # One side stands on the other by now, and there is nothing left to join.
            return joined.first if joined.mine else joined.second
        # They were disjoint before, and neither has an event now that it had not then.
        message = publication.commit.message
        made, new = seal_join(self._ledger, self._staged, joined, _remembered(envelope, 0), message)
        self._staged.write(new)
        return made

    def _append(self, publication: Publication, envelope: Envelope, parent: Publication) -> Publication:
        changes = [
            self._change(event, envelope, position)
            for position, event in enumerate(publication.events)
            if event in self._events
        ]
        if parent.oid != self._last.oid:
            self._draft = Draft(self._staged, parent)
        group = Group(self._staged, parent, self._draft)
        refusal = group.take_all(changes, Since(self._ledger, parent, parent))
        if refusal:
            raise refusal
        self._last = self._seal(group, parent)
        return self._last

    def _seal(self, group: Group, parent: Publication) -> Publication:
        if not group.changed:
            return parent
        made, new = seal(
            self._ledger,
            self._draft,
            group.guard,
            op="append",
            ts=read_envelope(self._staged, parent).ts + 1,
            parents=[parent.oid],
            events=group.remembered,
            message=commit_message(group.changed, group.remembered),
        )
        self._staged.write(new)
        return made

    def _change(self, event_id: EventId, envelope: Envelope, position: int) -> Change:
        event = read_event(self._staged, event_id)
        key = envelope.events[position].get("key")
        return Change(
            rule=read_rule(self._staged, event.rule),
            writes=read_delta(self._staged, event.delta).changes,
            reads=frozenset(event.readset),
            key=None if key is None else str(key),
            meta=_remembered(envelope, position),
        )


def _remembered(envelope: Envelope, position: int) -> Mapping[str, Value]:
    """Return what an envelope remembers of an event; who asked for it, and when, stays true of it."""
    return {"author": envelope.author, "time": envelope.time, **envelope.events[position]}
