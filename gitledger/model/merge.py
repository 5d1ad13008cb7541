"""When two histories may be joined, or a change moved onto a newer head: footprints and the merge plan.

A footprint is what a sequence of events wrote and read. Two are disjoint iff no variable that one wrote overlaps
one that the other wrote or read; two variables overlap if they are equal or one is a path prefix of the other.
Write sets alone would admit write skew. Specified in ``docs/format/merge.md``.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from operator import attrgetter
from typing import Final, Literal, NamedTuple

from gitledger.frozen import field, frozen
from gitledger.ids import EventId, Variable
from gitledger.model.event import Event

Access = Literal["wrote", "read"]

OVERLAPS_LIMIT: Final = 1_000
"""How many overlaps are told. 500 nested names that one side reads and 5,000 below them that the other writes make
2,500,000, which take 8 seconds to list and help nobody."""


@frozen
class Footprint:
    """What a history touched: for each variable the last event that wrote it, and the last that read it."""

    writes: Mapping[Variable, EventId] = field(default_factory=dict)
    reads: Mapping[Variable, EventId] = field(default_factory=dict)


@frozen
class Overlap:
    """One reason why two histories cannot be joined; at least one of the accesses wrote.

    Attributes:
        variable: what the left side touched.
        access: how.
        event: the last event of the left side that did.
        other: what the right side touched: the same variable, or one is a path prefix of the other.
        other_access: how.
        other_event: the last event of the right side that did.
    """

    variable: Variable
    access: Access
    event: EventId
    other: Variable
    other_access: Access
    other_event: EventId


@frozen
class MergePlan:
    """Whether a merge is valid, and what it joins.

    Attributes:
        parents: the heads, sorted by bytes: the same whichever side merges.
        overlaps: why not, the first parent on the left, at most `OVERLAPS_LIMIT`; empty for a valid merge.
    """

    parents: tuple[EventId, EventId]
    overlaps: tuple[Overlap, ...]

    @property
    def is_valid(self) -> bool:
        """Whether the footprints are disjoint."""
        return not self.overlaps


class _Touch(NamedTuple):
    """One access of one side. ``place`` is the variable and a slash, so that a path prefix is a prefix of text."""

    place: str
    is_left: bool
    access: Access
    variable: Variable
    event: EventId


def footprint(events: Iterable[tuple[EventId, Event]]) -> Footprint:
    """Return what these events, oldest first, touched."""
    writes: dict[Variable, EventId] = {}
    reads: dict[Variable, EventId] = {}
    for event_id, event in events:
        writes.update(dict.fromkeys(event.writeset, event_id))
        reads.update(dict.fromkeys(event.readset, event_id))
    return Footprint(writes=writes, reads=reads)


def overlaps(left: Footprint, right: Footprint) -> tuple[Overlap, ...]:
    """Return the overlaps of two footprints, sorted by the left side's variable; of more than 1,000 some 1,000.

    Takes n log n steps for n variables, and one for each pair on the same path.
    """
    return tuple(
        sorted(
            islice(_overlaps(left, right), OVERLAPS_LIMIT),
            key=attrgetter("variable", "other", "access", "other_access"),
        )
    )


def plan(left: EventId, left_side: Footprint, right: EventId, right_side: Footprint) -> MergePlan:
    """Return the plan that joins two heads, given what each side did since their common ancestors."""
    if left > right:
        left, left_side, right, right_side = right, right_side, left, left_side
    return MergePlan(parents=(left, right), overlaps=overlaps(left_side, right_side))


def _overlaps(left: Footprint, right: Footprint) -> Iterator[Overlap]:
    above: list[_Touch] = []  # what lies on the path to the touch in hand: each place is a prefix of the next
    for touch in sorted([*_touches(left, is_left=True), *_touches(right, is_left=False)]):
        while above and not touch.place.startswith(above[-1].place):
            above.pop()
        yield from (_overlap(other, touch) for other in above if _excludes(other, touch))
        above.append(touch)


def _touches(side: Footprint, *, is_left: bool) -> list[_Touch]:
    accesses: tuple[tuple[Access, Mapping[Variable, EventId]], ...] = (("wrote", side.writes), ("read", side.reads))
    return [
        _Touch(f"{variable}/", is_left, access, variable, event)
        for access, touched in accesses
        for variable, event in touched.items()
    ]


def _excludes(one: _Touch, other: _Touch) -> bool:
    return one.is_left != other.is_left and "wrote" in (one.access, other.access)


def _overlap(one: _Touch, other: _Touch) -> Overlap:
    left, right = (one, other) if one.is_left else (other, one)
    return Overlap(
        variable=left.variable,
        access=left.access,
        event=left.event,
        other=right.variable,
        other_access=right.access,
        other_event=right.event,
    )
