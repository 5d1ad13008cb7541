"""Two heads joined: whether they may be, and what comes out. Specified in ``docs/format/merge.md``.

The result does not depend on who joins: parents are sorted by event id, the delta is empty, the state is the first
parent's with the changes of the other side, and the log is the first parent's followed by the other side's events.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from gitledger.codec import Value
from gitledger.errors import DamageError, OverlapError
from gitledger.frozen import frozen
from gitledger.ids import EventId, Variable, shown
from gitledger.ledger.draft import Draft, key_name
from gitledger.ledger.growing_log import stored_leaf
from gitledger.ledger.guard import Guard, refuse
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place, divergence, events_apart
from gitledger.ledger.publication import Publication, read, read_delta, read_envelope
from gitledger.ledger.publish import seal
from gitledger.model.event import Event
from gitledger.model.merge import MergePlan, footprint, plan
from gitledger.model.rule import MERGE, Rule
from gitledger.store import layout
from gitledger.store.base import NewObject, ObjectStore
from gitledger.store.pathmap import PathMap


@frozen
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

    Raises:
        PolicyError: the policy in force refuses it.
        UsageError: it is to be signed, and there is no key.
    """
    draft = join(objects, joined)
    guard = Guard(draft)
    refuse(guard.check(MERGE, {}))
    guard.accept()
    draft.add_unwriting(Rule(name=MERGE), joined.plan.parents)
    return seal(
        ledger,
        draft,
        guard,
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
    """Return the refusal of a join: every overlap that the plan tells, with both events, who made them and when."""
    overlaps, events = joined.plan.overlaps, set[EventId]()
    for one in overlaps:
        events |= {one.event, one.other_event}
    people = _people(objects, (place for place, _ in (*joined.mine, *joined.theirs) if place.event in events))
    rows = []
    for one in overlaps:
        sides = [(one.variable, one.access, one.event), (one.other, one.other_access, one.other_event)]
        rows.append(
            {
                "variable": one.variable,
                "sides": [
                    {"variable": variable, "access": access, "event": event.hex(), **people[event]}
                    for variable, access, event in sides
                ],
            },
        )
    first, more = overlaps[0], len(rows) - 1
    return OverlapError(
        f"variable {shown(first.variable)}: event {first.event.hex()} {first.access} it, event "
        f"{first.other_event.hex()} {first.other_access} {shown(first.other)}"
        f"{f', and {more} more' if more else ''}; expected disjoint footprints",
        hint="decide what the variable should hold, and record that on one side",
        details={"overlaps": rows},
    )


def _people(objects: ObjectStore, places: Iterable[Place]) -> dict[EventId, dict[str, object]]:
    """Return who made each event, and when; reads the envelope of each publication once."""
    found: dict[EventId, dict[str, object]] = {}
    for _, neighbours in groupby(places, key=lambda place: place.publication.oid):
        envelope = None
        for place in neighbours:
            envelope = envelope or read_envelope(objects, place.publication)
            meta = envelope.meta(place.position)
            found[place.event] = {"author": meta["author"], "time": meta["time"]}
    return found
