"""``merge``: join two histories whose footprints are disjoint. Specified in ``docs/format/merge.md``.

The result does not depend on who merges: parents are sorted by event id, the delta is empty, the state is the first
parent's with the changes of the other side, and the log is the first parent's followed by the other side's events.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from gitledger.codec import Value
from gitledger.errors import ConflictError, DamageError, FormatError, OverlapError, StaleRefError, UsageError
from gitledger.ids import EventId, LedgerName, Variable, shown
from gitledger.ledger.draft import Draft, key_name
from gitledger.ledger.growing_log import stored_leaf
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place, divergence, events_apart
from gitledger.ledger.publication import Publication, head_of, published_at, read, read_delta, read_envelope
from gitledger.ledger.publish import publish, seal
from gitledger.ledger.resolve import resolve
from gitledger.ledger.writer import ATTEMPTS
from gitledger.model.event import Event
from gitledger.model.merge import MergePlan, footprint, plan
from gitledger.model.rule import MERGE, Rule
from gitledger.store import layout
from gitledger.store.base import NewObject, ObjectStore, RefUpdate
from gitledger.store.pathmap import PathMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Two heads that neither contains the other, and what each did since their common ancestors.

    Attributes:
        first: the head whose event id is smaller.
        second: the other head.
        plan: whether they may be joined.
        mine: the first side's events that the second has not, oldest first.
        theirs: the second side's events that the first has not, oldest first.
    """

    first: Publication
    second: Publication
    plan: MergePlan
    mine: tuple[tuple[Place, Event], ...]
    theirs: tuple[tuple[Place, Event], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The answer to a merge.

    Attributes:
        outcome: nothing to do; the ledger moved to the other's head; or the two were joined by a merge event.
        event: the ledger's newest event now.
    """

    outcome: Literal["up-to-date", "fast-forward", "merged"]
    event: EventId


def branch(ledger: Ledger, name: LedgerName, rev: str | None = None) -> EventId:
    """Start another ledger that shares this one's history up to ``rev``; return its newest event.

    Raises:
        NotFoundError: no such event.
        FormatError: ``rev`` lies inside a publication, where no ledger can end.
        StaleRefError: a ledger of that name exists.
    """
    place = resolve(ledger, rev or ledger.name)
    later = len(place.publication.events) - 1 - place.position
    if later:
        raise FormatError(
            f"event {place.event.hex()} lies inside a publication; expected the last event of one",
            hint=f"the next one that can be branched from is #{place.seq + later}",
        )
    ledger.refs.update([RefUpdate(layout.ledger_ref(name), None, place.publication.oid)])
    return place.event


def merge(ledger: Ledger, other: LedgerName) -> Merged:
    """Join the history of another ledger of this repository into this one.

    Raises:
        NotFoundError: no such ledger.
        UsageError: the ledgers began apart.
        OverlapError: the footprints overlap; lists overlaps with both events.
        ConflictError: others kept publishing meanwhile; nothing moved.
    """
    for attempt in range(ATTEMPTS):
        with ledger.refs.turn(lost=attempt), suppress(StaleRefError):
            return _merge(ledger, other)
    raise ConflictError(
        f"ledger {ledger.name} moved {ATTEMPTS} times while {other} was merged; expected to get a turn",
        hint="nothing was written; try again",
    )


def plan_merge(ledger: Ledger, other: LedgerName) -> Join:
    """Return how the history of another ledger of this repository would be joined into this one.

    Raises:
        NotFoundError: no such ledger.
    """
    return plan_join(ledger.objects, head_of(ledger), head_of(replace(ledger, name=other)))


def _merge(ledger: Ledger, other: LedgerName) -> Merged:
    head, theirs = head_of(ledger), head_of(replace(ledger, name=other))
    joined = plan_join(ledger.objects, head, theirs)
    missing, extra = (joined.theirs, joined.mine) if joined.first is head else (joined.mine, joined.theirs)
    if not missing:
        return Merged(outcome="up-to-date", event=head.events[-1])
    if not extra:
        ledger.refs.update([RefUpdate(layout.ledger_ref(ledger.name), head.oid, theirs.oid)])
        return Merged(outcome="fast-forward", event=theirs.events[-1])
    if any(not event.parents for _, event in missing):
        raise UsageError(
            f"ledgers {ledger.name} and {other} began apart; expected branches of one ledger",
            hint="git ledger branch starts a ledger that can be merged",
        )
    if joined.plan.overlaps:
        raise overlap_error(ledger.objects, joined)
    publication, objects = seal_join(ledger, ledger.objects, joined, {}, f"ledger: merge {other}\n")
    publish(ledger, head, publication, objects)
    return Merged(outcome="merged", event=publication.events[-1])


def plan_join(objects: ObjectStore, left: Publication, right: Publication) -> Join:
    """Return how two heads would be joined."""
    first, second = sorted((left, right), key=lambda head: head.events[-1])
    mine, theirs = events_apart(objects, first, second)
    return Join(
        first=first,
        second=second,
        plan=plan(
            first.events[-1],
            footprint((place.event, event) for place, event in mine),
            second.events[-1],
            footprint((place.event, event) for place, event in theirs),
        ),
        mine=tuple(mine),
        theirs=tuple(theirs),
    )


def seal_join(
    ledger: Ledger, objects: ObjectStore, joined: Join, remembered: Mapping[str, Value], message: str
) -> tuple[Publication, list[NewObject]]:
    """Return the publication that joins two heads, and all objects to write for it.

    Args:
        ledger: says who publishes, and when.
        objects: where the heads are read.
        joined: the heads, with a valid plan.
        remembered: what the envelope remembers of the merge event.
        message: the commit message.
    """
    draft = join(objects, joined)
    draft.add_unwriting(Rule(name=MERGE), joined.plan.parents)
    return seal(
        ledger,
        draft,
        op="merge",
        ts=max(read_envelope(objects, one).ts for one in (joined.first, joined.second)) + 1,
        parents=[joined.first.oid, joined.second.oid],
        events=[remembered],
        message=message,
    )


def join(objects: ObjectStore, joined: Join) -> Draft:
    """Return a draft on the first head that has taken in the second side; the merge event is still to be added."""
    draft = Draft(objects, joined.first)
    changes: dict[Variable, bytes | None] = {}
    for place, event in joined.theirs:
        changes.update(read_delta(objects, event.delta).changes)
        draft.adopt(
            rule=(event.rule, read(objects, event.rule, "blob")),
            leaf=stored_leaf(objects, place.publication, place.position),
        )
    draft.write(changes)
    _bring(draft.index, changes, _open(objects, joined.second, layout.INDEX))
    keys = [key_name(key) for key in _keys_since(objects, joined.first, joined.second)]
    new = [name for name in keys if draft.keys.get(name) is None]
    _bring(draft.keys, new, _open(objects, joined.second, layout.KEYS))
    return draft


def _open(objects: ObjectStore, publication: Publication, name: bytes) -> PathMap:
    mark = layout.TIMELINE_MARK if name == layout.INDEX else b""
    return PathMap(lambda oid: read(objects, oid, "tree"), objects.format, publication.trees.get(name), mark=mark)


def _bring(into: PathMap, paths: Iterable[str], theirs: PathMap) -> None:
    for path in paths:
        oid = theirs.get(path)
        if oid is None:
            raise DamageError(f"{shown(path)} is missing where the second side must have it; expected it listed")
        into.set(path, oid)


def _keys_since(objects: ObjectStore, old: Publication, new: Publication) -> Iterator[str]:
    """Yield the idempotency keys that publications which only ``new`` has remember.

    Also those of events that ``old`` has too: the same event may have been published once with a key, once without.
    """
    _, publications = divergence(objects, old, new)
    for publication in publications:
        for remembered in read_envelope(objects, publication).events:
            if "key" in remembered:
                yield str(remembered["key"])


def overlap_error(objects: ObjectStore, joined: Join) -> OverlapError:
    """Return the refusal of a merge: every overlap, and for the first who wrote what and when."""
    places = {place.event: place for place, _ in (*joined.mine, *joined.theirs)}
    rows = []
    for one in joined.plan.overlaps:
        sides = [(one.variable, one.access, one.event), (one.other, one.other_access, one.other_event)]
        rows.append(
            {
                "variable": one.variable,
                "sides": [
                    {"variable": variable, "access": access, "event": event.hex(), **_who(objects, places[event])}
                    for variable, access, event in sides
                ],
            },
        )
    first = joined.plan.overlaps[0]
    more = len(rows) - 1
    return OverlapError(
        f"variable {shown(first.variable)}: event {first.event.hex()} {first.access} it, event "
        f"{first.other_event.hex()} {first.other_access} {shown(first.other)}"
        f"{f', and {more} more' if more else ''}; expected disjoint footprints",
        hint="decide what the variable should hold, and record that on one side",
        details={"overlaps": rows},
    )


def _who(objects: ObjectStore, place: Place) -> dict[str, object]:
    meta = published_at(objects, place.publication, place.position).meta
    return {"author": meta["author"], "time": meta["time"]}
