"""When two histories may be joined, or a change moved onto a newer head: footprints and the merge plan.

A footprint is what a sequence of events wrote and read. Two are disjoint iff no variable that one wrote overlaps
one that the other wrote or read; two variables overlap if they are equal or one is a path prefix of the other.
Write sets alone would admit write skew. Specified in ``docs/format/merge.md``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gitledger.ids import EventId, Variable
from gitledger.model.event import Event

Access = Literal["wrote", "read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What a history touched: for each variable the last event that wrote it, and the last that read it."""

    writes: Mapping[Variable, EventId] = field(default_factory=dict)
    reads: Mapping[Variable, EventId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """One reason why two histories cannot be joined.

    Attributes:
        variable: the one that the left side touched, and how.
        other: the one that the right side touched; equal to ``variable``, or one is a path prefix of the other.
        events: the left and the right event.
    """

    variable: Variable
    access: Access
    event: EventId
    other: Variable
    other_access: Access
    other_event: EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePlan:
    """Whether a merge is valid, and what it joins.

    Attributes:
        parents: the heads, sorted by bytes: the same whichever side merges.
        overlaps: why not; empty for a valid merge.
    """

    parents: tuple[EventId, EventId]
    overlaps: tuple[Overlap, ...]

    @property
    def is_valid(self) -> bool:
        """Whether the footprints are disjoint."""
        return not self.overlaps


def footprint(events: Iterable[tuple[EventId, Event]]) -> Footprint:
    """Return what these events, oldest first, touched."""
    writes: dict[Variable, EventId] = {}
    reads: dict[Variable, EventId] = {}
    for event_id, event in events:
        writes.update(dict.fromkeys(event.writeset, event_id))
        reads.update(dict.fromkeys(event.readset, event_id))
    return Footprint(writes=writes, reads=reads)


def overlaps(left: Footprint, right: Footprint) -> tuple[Overlap, ...]:
    """Return every overlap of two footprints, by the left side's variable: write/write, write/read, read/write."""
    found = [
        *_meet("wrote", left.writes, "wrote", right.writes),
        *_meet("wrote", left.writes, "read", right.reads),
        *_meet("read", left.reads, "wrote", right.writes),
    ]
    return tuple(sorted(found, key=lambda one: (one.variable, one.other, one.access, one.other_access)))


def plan(left: EventId, left_side: Footprint, right: EventId, right_side: Footprint) -> MergePlan:
    """Return the plan that joins two heads, given what each side did since their common ancestors."""
    first, second = sorted((left, right))
    sides = (left_side, right_side) if first == left else (right_side, left_side)
    return MergePlan(parents=(first, second), overlaps=overlaps(*sides))


def _meet(
    access: Access,
    mine: Mapping[Variable, EventId],
    other_access: Access,
    theirs: Mapping[Variable, EventId],
) -> list[Overlap]:
    """Return the pairs of overlapping variables, in time proportional to the names' components."""
    mine_above = _directories(mine)
    found = []
    for other, other_event in theirs.items():
        touched = [above for above in _above(other) if above in mine] + mine_above.get(other, [])
        found += [
            Overlap(
                variable=variable,
                access=access,
                event=mine[variable],
                other=other,
                other_access=other_access,
                other_event=other_event,
            )
            for variable in touched
        ]
    return found


def _above(variable: Variable) -> list[Variable]:
    """Return the variable itself and every path prefix of it."""
    components = variable.split("/")
    return [Variable("/".join(components[: end + 1])) for end in range(len(components))]


def _directories(variables: Mapping[Variable, EventId]) -> dict[Variable, list[Variable]]:
    """Return for each proper path prefix the variables below it."""
    below: dict[Variable, list[Variable]] = {}
    for variable in variables:
        for above in _above(variable)[:-1]:
            below.setdefault(above, []).append(variable)
    return below
