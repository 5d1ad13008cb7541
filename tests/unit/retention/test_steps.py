"""The publications of a ledger in the order of its log, whatever was merged into what."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gitledger.ids import EventId, Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import backwards
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.retention.steps import Step, line_after, steps
from tests.faulty import Counted
from tests.ledgers import memory_ledger, named, write, write_many

SIDES = ("main", "left", "right")
MOVES = st.lists(st.tuples(st.sampled_from(["write", "merge"]), st.sampled_from(SIDES), st.sampled_from(SIDES)), max_size=12)


def all_steps(ledger: Ledger) -> list[Step]:
    end, line = line_after(ledger.objects, head_of(ledger).oid, ())
    assert end is None
    seen = list[EventId]()
    found = []
    for step in steps(ledger.objects, line, 0, set(), seen):
        found.append(step)
        seen += [event for events in step.events for event in events]
    return found


@settings(max_examples=40)
@given(MOVES)
def test_the_events_of_all_steps_are_the_log(moves: list[tuple[str, str, str]]) -> None:
    ledger = memory_ledger()
    for side in SIDES[1:]:
        branch(ledger, named(side, ledger).name)
    for number, (move, one, other) in enumerate(moves):
        if move == "write":
            write(named(one, ledger), **{f"{one}{number}": number})
        elif one != other:
            merge(named(one, ledger), named(other, ledger).name)
    for side in SIDES:
        here = named(side, ledger)
        head = head_of(here)
        found = all_steps(here)
        told = [event for step in found for events in step.events for event in events]
        assert told == [place.event for place in backwards(here.objects, head)][::-1]
        reached = [one.oid for step in found for one in step.publications]
        assert len(set(reached)) == len(reached)
        # After each step the log is that of its last publication, so history can be taken apart there.
        sizes = [sum(map(len, step.events)) for step in found]
        assert [step.last.log.size for step in found] == [sum(sizes[: at + 1]) for at in range(len(sizes))]
        followed: set[Oid] = set()
        for step in found:
            for one in step.publications:
                assert followed.issuperset(one.commit.parents)
                followed.add(one.oid)


def test_steps_go_on_behind_what_is_known(ledger: Ledger) -> None:
    write_many(ledger, 6, group=2)
    head = head_of(ledger)
    whole = all_steps(ledger)
    ends = {whole[1].last.oid, whole[0].last.oid}
    end, line = line_after(ledger.objects, head.oid, ends)
    assert end == whole[1].last.oid
    assert line == [step.last.oid for step in whole[2:]]
    assert line_after(ledger.objects, head.oid, [head.oid]) == (head.oid, [])


def test_a_publication_is_read_once(ledger: Ledger) -> None:
    write_many(ledger, 40, group=1)
    _, line = line_after(ledger.objects, head_of(ledger).oid, ())
    counted = Counted(ledger.objects)
    assert len(list(steps(counted, line, 0, set(), ()))) == 41
    assert counted.reads == 41 * 6
