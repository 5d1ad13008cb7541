import pytest

from gitledger.errors import ConflictError, FormatError, NotFoundError, OverlapError, StaleRefError, UsageError
from gitledger.frozen import replace
from gitledger.ids import LedgerName, parse_ledger_name
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import divergence
from gitledger.ledger.init import init
from gitledger.ledger.log import log
from gitledger.ledger.merge import Merged, branch, merge, plan_merge
from gitledger.ledger.publication import Publication, head_of, read_envelope
from gitledger.ledger.state import get
from gitledger.ledger.vst import vst
from gitledger.ledger.writer import ATTEMPTS
from tests.faulty import LosingRefs
from tests.ledgers import assert_sound, by, named, values, write, write_many

SIDE = LedgerName("side")


@pytest.fixture
def side(ledger: Ledger) -> Ledger:
    """Branch off, in the hands of Eve."""
    write(ledger, common=1)
    branch(ledger, SIDE)
    return by("Eve", named(SIDE, ledger))


def test_a_branch_ends_where_it_was_started(ledger: Ledger) -> None:
    events = write_many(ledger, 4, group=2)
    assert branch(ledger, SIDE, events[1].hex()) == events[1]
    assert head_of(named(SIDE, ledger)).events[-1] == events[1]
    assert_sound(named(SIDE, ledger), events=3)


def test_no_ledger_ends_inside_a_publication(ledger: Ledger) -> None:
    events = write_many(ledger, 4)
    with pytest.raises(FormatError, match="inside a publication") as refusal:
        branch(ledger, SIDE, events[1].hex())
    assert refusal.value.hint == "the next one that can be branched from is #5"


def test_the_hint_counts_as_the_ledger_does(ledger: Ledger, side: Ledger) -> None:
    write(ledger, a=1, b=1)
    events = write_many(side, 3)
    merge(ledger, SIDE)
    number = {one.id: one.seq for one in log(ledger)}
    with pytest.raises(FormatError) as refusal:
        branch(ledger, parse_ledger_name("third"), events[0].hex())
    assert refusal.value.hint == f"the next one that can be branched from is #{number[events[2]]}"


@pytest.mark.usefixtures("side")
def test_a_name_that_is_taken_is_refused(ledger: Ledger) -> None:
    with pytest.raises(StaleRefError):
        branch(ledger, SIDE)


def test_a_merge_joins_what_is_disjoint(ledger: Ledger, side: Ledger) -> None:
    mine, theirs = write(ledger, a=1), write(side, b=2)
    answer = merge(ledger, SIDE)
    newest = next(log(ledger))
    assert answer == Merged(outcome="merged", event=newest.id)
    assert newest.event.parents == tuple(sorted((mine, theirs)))
    assert (newest.rule.name, newest.event.writeset, newest.delta.changes) == ("merge", (), {})
    assert values(ledger) == {"common": 1, "a": 1, "b": 2}
    assert_sound(ledger, events=5)


def test_both_who_merge_make_the_same_event(ledger: Ledger, side: Ledger) -> None:
    write(ledger, a=1)
    write(side, b=2)
    copy = named("copy", ledger)
    branch(ledger, copy.name)
    assert merge(ledger, SIDE) == merge(side, copy.name)
    assert head_of(ledger).oid != head_of(side).oid
    assert merge(ledger, SIDE).outcome == "up-to-date"
    write(side, c=3)
    assert merge(ledger, SIDE).outcome == "fast-forward"
    assert_sound(ledger, events=6)
    assert [one.id for one in log(ledger)] == [one.id for one in log(side)]


def own_publications_are_kept(ledger: Ledger, before: Publication) -> bool:
    return not divergence(ledger.objects, before, head_of(ledger))[0]


def test_a_ledger_stays_on_what_it_published_where_the_other_published_the_same(ledger: Ledger, side: Ledger) -> None:
    """As the same change by two people, and as a merge by both: else what was pushed would have to be pulled again."""
    assert write(ledger, a=1) == write(side, a=1)
    own = head_of(ledger)
    event = write(side, a=2)
    append(side, change("r", set={"b": 1}, key="k", message="why"))
    newest = head_of(side)
    assert merge(ledger, SIDE) == Merged(outcome="fast-forward", event=newest.events[-1])
    assert own_publications_are_kept(ledger, own)
    assert [one.id for one in log(ledger)] == [one.id for one in log(side)]
    assert [one.id for one in log(ledger)][1] == event
    assert next(log(ledger)).meta["message"] == "why"
    assert next(log(ledger)).meta["author"] == "Eve <eve@example.org>"
    assert_sound(ledger, events=5)
    assert merge(side, ledger.name).outcome == "up-to-date"


def test_it_stays_also_where_the_other_joined_more(ledger: Ledger, side: Ledger) -> None:
    write(ledger, a=1)
    write(side, b=1)
    branch(side, parse_ledger_name("third"))
    third = named("third", side)
    write(third, c=1)
    copy = named("copy", ledger)
    branch(ledger, copy.name)
    assert merge(ledger, SIDE) == merge(side, copy.name)
    own = head_of(ledger)
    merge(side, third.name)
    assert merge(ledger, SIDE) == Merged(outcome="fast-forward", event=head_of(side).events[-1])
    assert own_publications_are_kept(ledger, own)
    assert [one.id for one in log(ledger)] == [one.id for one in log(side)]
    assert_sound(ledger)


@pytest.mark.usefixtures("side")
def test_what_is_contained_is_up_to_date(ledger: Ledger) -> None:
    event = write(ledger, a=1)
    assert merge(ledger, SIDE) == Merged(outcome="up-to-date", event=event)
    assert merge(ledger, ledger.name) == Merged(outcome="up-to-date", event=event)


def test_who_has_nothing_of_his_own_moves_along(ledger: Ledger, side: Ledger) -> None:
    event = write(side, b=2)
    assert merge(ledger, SIDE) == Merged(outcome="fast-forward", event=event)
    assert head_of(ledger).oid == head_of(side).oid


def test_the_clock_is_that_of_the_longer_side(ledger: Ledger, side: Ledger) -> None:
    write_many(side, 5, group=1)
    write(ledger, a=1)
    merge(ledger, SIDE)
    assert read_envelope(ledger.objects, head_of(ledger)).ts == 8


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (change("r", set={"x": 1}), change("r", set={"x": 2})),
        (change("r", set={"x": 1}), change("other", set={"x": 1})),
        (change("r", set={"x": 1}), change("r", set={"x/y": 1})),
        (change("r", delete=["common"]), change("r", set={"common": 2})),
        (change("r", set={"x": 1}), change("r", set={"z": 1}, read=["x"])),
        (change("r", set={"z": 1}, read=["x/y"]), change("r", set={"x": 1})),
        (change("r", set={"ada": 1}, read=["eve"]), change("r", set={"eve": 1}, read=["ada"])),
    ],
)
def test_an_overlap_is_refused_and_nothing_moves(ledger: Ledger, side: Ledger, mine: object, theirs: object) -> None:
    append(ledger, mine)  # type: ignore[arg-type]
    append(side, theirs)  # type: ignore[arg-type]
    before = dict(ledger.refs.list("refs/"))
    for one, other in ((ledger, side), (side, ledger)):
        with pytest.raises(OverlapError):
            merge(one, other.name)
    assert ledger.refs.list("refs/") == before


def test_a_refusal_names_both_sides(ledger: Ledger, side: Ledger) -> None:
    append(ledger, change("r", set={"x": 1, "y": 1}))
    write(ledger, unrelated=1)
    mine, theirs = write(ledger, x=2), write(side, x=3, y=3)
    with pytest.raises(OverlapError, match="and 1 more; expected disjoint footprints") as refusal:
        merge(ledger, SIDE)
    first, second = refusal.value.details["overlaps"]  # type: ignore[misc]  # two of them
    assert (first["variable"], second["variable"]) == ("x", "y")
    sides = {one["event"]: one for one in first["sides"]}
    assert sides[mine.hex()] == {
        "variable": "x",
        "access": "wrote",
        "event": mine.hex(),
        "author": "Ada <ada@example.org>",
        "time": "2026-01-01T12:00:00Z",
    }
    assert sides[theirs.hex()]["author"] == "Eve <eve@example.org>"


def test_the_plan_can_be_seen_before(ledger: Ledger, side: Ledger) -> None:
    mine, theirs = write(ledger, a=1), write(side, b=1)
    joined = plan_merge(ledger, SIDE)
    assert joined.plan.is_valid
    assert joined.plan.parents == tuple(sorted((mine, theirs)))
    assert {place.event for place, _ in (*joined.mine, *joined.theirs)} == {mine, theirs}
    assert next(log(ledger)).id == mine


def test_ledgers_that_began_apart_are_not_joined(ledger: Ledger) -> None:
    other = named("other", ledger)
    init(replace(other, entropy=bytes))
    write(ledger, a=1)
    write(other, b=1)
    with pytest.raises(UsageError, match="began apart"):
        merge(ledger, other.name)
    assert_sound(ledger, events=2)


def test_there_must_be_another(ledger: Ledger) -> None:
    with pytest.raises(NotFoundError):
        merge(ledger, SIDE)


def test_a_lost_swap_is_tried_again(ledger: Ledger, side: Ledger) -> None:
    write(ledger, a=1)
    write(side, b=1)
    assert merge(replace(ledger, refs=LosingRefs(ledger.refs, losses=3)), SIDE).outcome == "merged"
    assert_sound(ledger, events=5)
    write(side, c=1)
    before = head_of(ledger).oid
    with pytest.raises(ConflictError, match=f"moved {ATTEMPTS} times"):
        merge(replace(ledger, refs=LosingRefs(ledger.refs, losses=ATTEMPTS)), SIDE)
    assert head_of(ledger).oid == before


def test_timelines_and_values_come_from_the_side_that_wrote(ledger: Ledger, side: Ledger) -> None:
    mine = [write(ledger, a=number) for number in range(3)]
    theirs = [write(side, b__c=number) for number in range(70)]
    append(side, change("r", delete=["common"]))
    merge(ledger, SIDE)
    assert (get(ledger, "a"), get(ledger, "b/c")) == (2, 69)
    assert list(vst(ledger, "a")) == mine[::-1]
    assert list(vst(ledger, "b/c")) == theirs[::-1]
    assert len(list(vst(ledger, "common"))) == 2
    assert "common" not in values(ledger)
    assert_sound(ledger)
