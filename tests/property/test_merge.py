"""The merge rule of ``docs/format/merge.md`` against a slow and obvious reading of it."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from gitledger.frozen import replace
from gitledger.ids import EventId, Variable
from gitledger.model.merge import Access, Footprint, Overlap, overlaps, plan

# Few names, so that sides meet often; siblings that sort between a directory and what lies in it.
names = st.sampled_from(["a", "a-", "a/b", "a/b/c", "a0", "a/b-", "ab", "b", "b/c", "é", "é/b"]).map(Variable)
touches = st.dictionaries(names, st.integers(0, 255).map(lambda n: EventId(bytes([n]) * 20)), max_size=6)
footprints = st.builds(Footprint, writes=touches, reads=touches)

LEFT, RIGHT = EventId(b"\x01" * 20), EventId(b"\x02" * 20)


def overlap(one: str, other: str) -> bool:
    shorter, longer = sorted((one.split("/"), other.split("/")), key=len)
    return longer[: len(shorter)] == shorter


def accesses(side: Footprint) -> list[tuple[Access, Mapping[Variable, EventId]]]:
    return [("wrote", side.writes), ("read", side.reads)]


def slowly(left: Footprint, right: Footprint) -> list[Overlap]:
    return [
        Overlap(
            variable=variable,
            access=access,
            event=event,
            other=other,
            other_access=other_access,
            other_event=other_event,
        )
        for access, touched in accesses(left)
        for variable, event in touched.items()
        for other_access, other_touched in accesses(right)
        for other, other_event in other_touched.items()
        if overlap(variable, other) and not access == other_access == "read"
    ]


def key(one: Overlap) -> tuple[str, ...]:
    return (one.variable, one.other, one.access, one.other_access)


def turned(one: Overlap) -> Overlap:
    return Overlap(
        variable=one.other,
        access=one.other_access,
        event=one.other_event,
        other=one.variable,
        other_access=one.access,
        other_event=one.event,
    )


@given(footprints, footprints)
def test_every_overlap_is_found_once_and_nothing_else(left: Footprint, right: Footprint) -> None:
    assert overlaps(left, right) == tuple(sorted(slowly(left, right), key=key))


@given(footprints, footprints)
def test_the_sides_are_equals(left: Footprint, right: Footprint) -> None:
    assert set(overlaps(left, right)) == {turned(one) for one in overlaps(right, left)}


@given(footprints, footprints)
def test_a_plan_does_not_depend_on_who_makes_it(left: Footprint, right: Footprint) -> None:
    assert plan(LEFT, left, RIGHT, right) == plan(RIGHT, right, LEFT, left)


@given(footprints, footprints, names, names)
def test_write_skew_is_caught_when_both_reads_are_declared(
    left: Footprint, right: Footprint, one: Variable, other: Variable
) -> None:
    left = replace(left, writes={**left.writes, one: LEFT}, reads={**left.reads, other: LEFT})
    right = replace(right, writes={**right.writes, other: RIGHT}, reads={**right.reads, one: RIGHT})
    found = {(row.access, row.variable, row.other_access, row.other) for row in overlaps(left, right)}
    assert {("wrote", one, "read", one), ("read", other, "wrote", other)} <= found


@given(footprints, footprints, footprints)
def test_a_longer_history_never_overlaps_less(left: Footprint, right: Footprint, more: Footprint) -> None:
    longer = Footprint(writes={**left.writes, **more.writes}, reads={**left.reads, **more.reads})
    assert {key(one) for one in overlaps(left, right)} <= {key(one) for one in overlaps(longer, right)}
