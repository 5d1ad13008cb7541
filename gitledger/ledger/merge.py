"""``merge``: join two histories whose footprints are disjoint. Specified in ``docs/format/merge.md``.

The result does not depend on who merges: parents are sorted by event id, the delta is empty, the state is the first
parent's with the changes of the other side, and the log is the first parent's followed by the other side's events.
"""

from dataclasses import dataclass, replace
from typing import Literal

from gitledger.errors import DamageError, FormatError, OverlapError
from gitledger.ids import EventId, LedgerName, Variable, shown
from gitledger.ledger.draft import Draft
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place, events_since
from gitledger.ledger.growing_log import stored_leaf
from gitledger.ledger.publication import Publication, head_of, published_at, read, read_delta, read_envelope
from gitledger.ledger.publish import publish, seal
from gitledger.ledger.resolve import resolve
from gitledger.ledger.vst import Timelines
from gitledger.model.delta import Delta, format_delta
from gitledger.model.event import Event, format_event
from gitledger.model.merge import MergePlan, footprint, plan
from gitledger.model.rule import MERGE, Rule, format_rule
from gitledger.store import layout
from gitledger.store.base import ObjectStore, RefUpdate


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
        OverlapError: the footprints overlap; lists every overlap with both events.
        StaleRefError: somebody else published meanwhile; nothing moved.
    """
    head, theirs = head_of(ledger), head_of(replace(ledger, name=other))
    joined = plan_join(ledger.objects, head, theirs)
    missing, extra = (joined.theirs, joined.mine) if joined.first is head else (joined.mine, joined.theirs)
    if not missing:
        return Merged(outcome="up-to-date", event=head.events[-1])
    if not extra:
        ledger.refs.update([RefUpdate(layout.ledger_ref(ledger.name), head.oid, theirs.oid)])
        return Merged(outcome="fast-forward", event=theirs.events[-1])
    if joined.plan.overlaps:
        raise _overlap(ledger, joined)
    draft = join(ledger.objects, joined)
    blob = ledger.objects.format.oid
    nothing = Delta(changes={})
    rule, delta = format_rule(Rule(name=MERGE)), format_delta(nothing)
    event = Event(
        parents=joined.plan.parents, rule=blob("blob", rule), after=draft.after, writeset=(), delta=blob("blob", delta)
    )
    data = format_event(event)
    event_id = EventId(blob("blob", data))
    draft.add(event_id, data, rule, delta, nothing, None)
    publication, objects = seal(
        ledger,
        draft,
        op="merge",
        ts=max(read_envelope(ledger.objects, one).ts for one in (head, theirs)) + 1,
        parents=[joined.first.oid, joined.second.oid],
        events=[{}],
        message=f"ledger: merge {other}\n",
    )
    publish(ledger, head, publication, objects)
    return Merged(outcome="merged", event=event_id)


def plan_join(objects: ObjectStore, left: Publication, right: Publication) -> Join:
    """Return how two heads would be joined."""
    first, second = sorted((left, right), key=lambda head: head.events[-1])
    mine, theirs = events_since(objects, second, first), events_since(objects, first, second)
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


def join(objects: ObjectStore, joined: Join) -> Draft:
    """Return a draft on the first head that has taken in the second side; the merge event is still to be added."""
    draft = Draft(objects, joined.first)
    changes: dict[Variable, bytes | None] = {}
    for place, event in joined.theirs:
        changes.update(read_delta(objects, event.delta).changes)
        draft.adopt(
            rule=(event.rule, read(objects, event.rule, "blob")),
            key=_key(objects, place),
            event=place.event,
            leaf=stored_leaf(objects, place.publication, place.position),
        )
    draft.write(changes)
    last = Place(
        publication=joined.second,
        position=len(joined.second.events) - 1,
        seq=joined.second.log.size,
    )
    timelines = Timelines(objects, last)
    for variable in changes:
        segment = timelines.newest_segment(variable)
        if segment is None:
            raise DamageError(f"variable {variable} was written and has no timeline; expected one")
        draft.index.set(variable, segment)
    return draft


def _key(objects: ObjectStore, place: Place) -> str | None:
    key = read_envelope(objects, place.publication).events[place.position].get("key")
    return key if isinstance(key, str) else None



def _overlap(ledger: Ledger, joined: Join) -> OverlapError:
    """Return the refusal of a merge: every overlap, and for the first who wrote what and when."""
    places = {place.event: place for place, _ in (*joined.mine, *joined.theirs)}
    rows = []
    for one in joined.plan.overlaps:
        sides = [(one.variable, one.access, one.event), (one.other, one.other_access, one.other_event)]
        rows.append(
            {
                "variable": one.variable,
                "sides": [
                    {"variable": variable, "access": access, "event": event.hex(), **_who(ledger, places[event])}
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


def _who(ledger: Ledger, place: Place) -> dict[str, object]:
    meta = published_at(ledger.objects, place.publication, place.position).meta
    return {"author": meta["author"], "time": meta["time"]}
