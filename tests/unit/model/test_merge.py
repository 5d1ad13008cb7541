from gitledger.ids import EventId, Oid, Variable
from gitledger.model.event import Event
from gitledger.model.merge import OVERLAPS_LIMIT, Footprint, Overlap, footprint, overlaps, plan

LOW, HIGH = (EventId(bytes([n]) * 20) for n in (1, 9))


def event(number: int, writes: list[str], reads: list[str]) -> tuple[EventId, Event]:
    made = Event(
        parents=(EventId(bytes(20)),),
        rule=Oid(bytes(20)),
        after=Oid(bytes(20)),
        writeset=tuple(map(Variable, writes)),
        readset=tuple(map(Variable, reads)),
        delta=Oid(bytes(20)),
    )
    return EventId(bytes([number]) * 20), made


def side(*writes: str, reads: tuple[str, ...] = (), event: EventId = LOW) -> Footprint:
    return Footprint(
        writes=dict.fromkeys(map(Variable, writes), event),
        reads=dict.fromkeys(map(Variable, reads), event),
    )


def test_a_footprint_names_the_last_event_that_touched_each_variable() -> None:
    found = footprint([event(3, ["a", "b"], ["c"]), event(4, ["b"], ["a", "c"]), event(5, [], [])])
    assert found.writes == {"a": bytes([3]) * 20, "b": bytes([4]) * 20}
    assert found.reads == {"a": bytes([4]) * 20, "c": bytes([4]) * 20}


def test_an_overlap_says_who_did_what() -> None:
    found = overlaps(side("x", reads=("duty",)), side("duty/ada", event=HIGH))
    assert found == (
        Overlap(
            variable=Variable("duty"),
            access="read",
            event=LOW,
            other=Variable("duty/ada"),
            other_access="wrote",
            other_event=HIGH,
        ),
    )


def test_overlaps_are_sorted_by_the_left_variable() -> None:
    found = overlaps(side("m", "c", "x/y"), side("m/b", "m/a", "x", "c", event=HIGH))
    assert [(one.variable, one.other) for one in found] == [("c", "c"), ("m", "m/a"), ("m", "m/b"), ("x/y", "x")]


def test_one_that_everything_lies_below_meets_everything() -> None:
    names = [f"m/{n}" for n in range(OVERLAPS_LIMIT)]
    assert len(overlaps(side("m"), side(*names))) == len(names)


def test_more_overlaps_than_anybody_reads_are_not_listed() -> None:
    nested = ["/".join("m" * depth) for depth in range(1, 400)]
    below = [f"{nested[-1]}/{n}" for n in range(100)]
    assert len(overlaps(side("x", reads=tuple(nested)), side(*below))) == OVERLAPS_LIMIT


def test_a_plan_is_the_same_whichever_side_makes_it() -> None:
    ours, theirs = side("a", reads=("b",)), side("b", "c", event=HIGH)
    one, other = plan(LOW, ours, HIGH, theirs), plan(HIGH, theirs, LOW, ours)
    assert one == other
    assert one.parents == (LOW, HIGH)
    assert [overlap.variable for overlap in one.overlaps] == ["b"]
    assert not one.is_valid


def test_disjoint_sides_may_be_joined() -> None:
    assert plan(LOW, side("a"), HIGH, side("b")).is_valid
