"""Reading publications: the commit that keeps events reachable, and what its tree names.

Specified in ``docs/format/publication.md``. A publication that was read is believed to be what its ids say; whether
it says the truth is the business of ``verify``.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from gitledger.errors import DamageError, FormatError, NotFoundError
from gitledger.frozen import frozen
from gitledger.ids import EventId, Kind, ObjectFormat, Oid
from gitledger.ledger.handle import Ledger
from gitledger.model.delta import Delta, parse_delta
from gitledger.model.envelope import Envelope, parse_envelope
from gitledger.model.event import Event, parse_event
from gitledger.model.merkle import Frontier, parse_head
from gitledger.model.rule import Rule, parse_rule
from gitledger.store import layout
from gitledger.store.base import ObjectStore
from gitledger.store.commit import Commit, parse_commit
from gitledger.store.numbered import parse_numbered
from gitledger.store.tree import parse_tree

PARENTS: Final = 2
"""How many publications one can follow: a merge joins two."""


@frozen
class Publication:
    """One publication.

    Attributes:
        oid: its commit.
        commit: the commit's content.
        trees: what its tree names, by name.
        events: its events in causal order.
        deltas: the delta of each.
        log: the Merkle log after its last event.
    """

    oid: Oid
    commit: Commit
    trees: Mapping[bytes, Oid]
    events: tuple[EventId, ...]
    deltas: tuple[Oid, ...]
    log: Frontier

    @property
    def first_seq(self) -> int:
        """The place of its first event in the ledger's log, from 1."""
        return self.log.size - len(self.events) + 1


@frozen
class Published:
    """One event with all that the ledger knows about it.

    Attributes:
        id: the event.
        seq: its place in the log of the ledger that was asked, from 1.
        ts: the logical clock of its publication.
        event: its content.
        rule: the rule that made the change.
        delta: what changed.
        publication: the commit that carries it.
        meta: what the envelope remembers of it.
    """

    id: EventId
    seq: int
    ts: int
    event: Event
    rule: Rule
    delta: Delta
    publication: Oid
    meta: Mapping[str, object]


def head_of(ledger: Ledger) -> Publication:
    """Return the newest publication of a ledger.

    Raises:
        NotFoundError: there is no ledger of this name.
        DamageError: its ref points at something else than a publication.
    """
    ref = layout.ledger_ref(ledger.name)
    oid = ledger.refs.read(ref)
    if oid is None:
        raise NotFoundError(
            f"there is no ledger {ledger.name}; expected the ref {ref}",
            hint=f"start it with: git ledger init {ledger.name}",
        )
    return read_publication(ledger.objects, oid)


def read_publication(objects: ObjectStore, oid: Oid) -> Publication:
    """Return one publication.

    Raises:
        DamageError: the object is missing, corrupt, or no publication.
    """
    try:
        found = objects.read(oid)
        if found.kind != "commit":
            raise FormatError(f"it is a {found.kind}")
        commit = parse_commit(found.data, objects.format)
        if len(commit.parents) > PARENTS:
            raise FormatError(f"it has {len(commit.parents)} parents; expected at most {PARENTS}")
        trees = {entry.name: entry.oid for entry in parse_tree(read(objects, commit.tree, "tree"), objects.format)}
        absent = {layout.ENVELOPE, layout.EVENTS, layout.DELTAS, layout.RULES, layout.LOG} - trees.keys()
        if absent:
            raise FormatError(f"its tree has no {b', '.join(sorted(absent)).decode()}")
        events = parse_numbered(read(objects, trees[layout.EVENTS], "tree"), objects.format)
        deltas = parse_numbered(read(objects, trees[layout.DELTAS], "tree"), objects.format)
        if not events or len(events) != len(deltas):
            raise FormatError(f"it has {len(events):,} events and {len(deltas):,} deltas")
        return Publication(
            oid=oid,
            commit=commit,
            trees=trees,
            events=tuple(map(EventId, events)),
            deltas=tuple(deltas),
            log=_read_log_head(objects, trees[layout.LOG]),
        )
    except FormatError as error:
        raise DamageError(
            f"object {oid.hex()} is no publication: {error.message}",
            hint="git ledger verify says more",
            details={"oid": oid.hex()},
        ) from error


def events_tree(tree: bytes, object_format: ObjectFormat) -> Oid:
    """Return which object lists the events of a publication, from the bytes of its tree.

    Raises:
        FormatError: they are no tree, or the tree has no events.
    """
    for entry in parse_tree(tree, object_format):
        if entry.name == layout.EVENTS:
            return entry.oid
    raise FormatError("its tree has no events")


def read_envelope(objects: ObjectStore, publication: Publication) -> Envelope:
    """Return the envelope of a publication.

    Raises:
        DamageError: it is missing, corrupt, or says another number of events.
    """
    with damage_in(publication.oid, "envelope"):
        envelope = parse_envelope(read(objects, publication.trees[layout.ENVELOPE], "blob"))
        if len(envelope.events) != len(publication.events):
            raise FormatError(f"it speaks of {len(envelope.events)} events; expected {len(publication.events)}")
        return envelope


def read_event(objects: ObjectStore, event: EventId) -> Event:
    """Return an event by its id.

    Raises:
        DamageError: it is missing, corrupt, or no event.
    """
    with damage_in(event, "event"):
        return parse_event(read(objects, Oid(event), "blob"))


def read_delta(objects: ObjectStore, delta: Oid) -> Delta:
    """Return a delta by its id.

    Raises:
        DamageError: it is missing, corrupt, or no delta.
    """
    with damage_in(delta, "delta"):
        return parse_delta(read(objects, delta, "blob"))


def read_rule(objects: ObjectStore, rule: Oid) -> Rule:
    """Return a rule by its id.

    Raises:
        DamageError: it is missing, corrupt, or no rule.
    """
    with damage_in(rule, "rule"):
        return parse_rule(read(objects, rule, "blob"))


def read(objects: ObjectStore, oid: Oid, kind: Kind) -> bytes:
    """Return the bytes of an object that must be of this kind.

    Raises:
        DamageError: it is missing or corrupt.
        FormatError: it is of another kind.
    """
    found = objects.read(oid)
    if found.kind != kind:
        raise FormatError(f"object {oid.hex()} is a {found.kind}; expected a {kind}")
    return found.data


def publications(objects: ObjectStore, start: Publication) -> Iterator[Publication]:
    """Yield a publication and those before it along first parents, newest first."""
    publication = start
    yield publication
    while publication.commit.parents:
        publication = read_publication(objects, publication.commit.parents[0])
        yield publication


def published_at(objects: ObjectStore, publication: Publication, position: int) -> Published:
    """Return the event at one place of a publication, from 0."""
    envelope = read_envelope(objects, publication)
    return read_published(objects, publication, envelope, position, publication.first_seq + position)


def read_published(
    objects: ObjectStore, publication: Publication, envelope: Envelope, position: int, seq: int
) -> Published:
    """Return the event at one place of a publication whose envelope was read; ``seq`` is its place in the log."""
    event_id = publication.events[position]
    event = read_event(objects, event_id)
    return Published(
        id=event_id,
        seq=seq,
        ts=envelope.ts,
        event=event,
        rule=read_rule(objects, event.rule),
        delta=read_delta(objects, event.delta),
        publication=publication.oid,
        meta=envelope.meta(position),
    )


@contextmanager
def damage_in(oid: bytes, what: str) -> Iterator[None]:
    """Turn a `FormatError` about stored bytes into a `DamageError` that names the object."""
    try:
        yield
    except FormatError as error:
        raise DamageError(
            f"object {oid.hex()} is no sound {what}: {error.message}",
            hint="git ledger verify says more",
            details={"oid": oid.hex()},
        ) from error


def _read_log_head(objects: ObjectStore, log: Oid) -> Frontier:
    for entry in parse_tree(read(objects, log, "tree"), objects.format):
        if entry.name == layout.LOG_HEAD.encode():
            return parse_head(read(objects, entry.oid, "blob"))
    raise FormatError("its log has no head")
