"""The promise of ``append``: what is answered is there, what is refused is not, and the next one works."""

import gc
from collections.abc import Iterator

import pytest

from gitledger.errors import ExpectationError, FormatError, NotFoundError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.ledger.append import Appended, append, append_batch
from gitledger.ledger.change import ABSENT, Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.log import log
from gitledger.ledger.publication import head_of, publications
from gitledger.ledger.state import get
from gitledger.ledger.writer import Writer
from gitledger.model.rule import Rule
from gitledger.store.base import GitObject, ObjectStore
from gitledger.store.memory import MemoryObjects, MemoryRefs
from tests.faulty import Wrapped
from tests.ledgers import assert_sound, ledger_on, set_to, until_refused, values, write, write_many


def test_an_answer_names_the_newest_event(ledger: Ledger) -> None:
    answer = append(ledger, set_to(a=1, b="x"))
    assert answer.is_new
    assert next(log(ledger)).id == answer.event
    assert values(ledger) == {"a": 1, "b": "x"}
    assert_sound(ledger, events=2)


def test_there_must_be_a_ledger() -> None:
    with pytest.raises(NotFoundError, match="no ledger main"):
        append(ledger_on(MemoryObjects(), MemoryRefs()), set_to(a=1))


def test_a_batch_is_cut_into_publications(ledger: Ledger) -> None:
    events = write_many(ledger, 10, group=4)
    assert [len(one.events) for one in publications(ledger.objects, head_of(ledger))] == [2, 4, 4, 1]
    assert [one.id for one in log(ledger)][:-1] == events[::-1]
    assert_sound(ledger, events=11)


def test_no_changes_make_no_publication(ledger: Ledger) -> None:
    before = head_of(ledger).oid
    assert list(append_batch(ledger, [])) == []
    assert head_of(ledger).oid == before


def test_a_write_that_leaves_everything_as_it_was_is_an_event_without_a_change(ledger: Ledger) -> None:
    write(ledger, a=1)
    answer = append(ledger, change("again", set={"a": 1}, delete=["never"]))
    assert answer.is_new
    assert next(log(ledger)).event.writeset == ()
    assert_sound(ledger, events=3)


def test_an_event_inside_a_batch_sees_those_before_it(ledger: Ledger) -> None:
    batch = [set_to(a=1), change("r", set={"b": 2}, expect={"a": 1}), change("r", delete=["a"], expect={"b": 2})]
    assert len(list(append_batch(ledger, batch))) == 3
    assert values(ledger) == {"b": 2}


def test_an_expectation_that_does_not_hold(ledger: Ledger) -> None:
    write(ledger, a=1)
    for expect in ({"a": 2}, {"a": ABSENT}, {"b": 1}):
        with pytest.raises(ExpectationError) as refusal:
            append(ledger, change("r", set={"c": 1}, expect=expect))
        assert refusal.value.details == {"variable": next(iter(expect))}
    assert append(ledger, change("r", set={"c": 1}, expect={"a": 1, "b": ABSENT})).is_new
    assert_sound(ledger, events=3)


def test_a_value_beside_one_below_it(ledger: Ledger) -> None:
    write(ledger, a__b=1)
    with pytest.raises(FormatError, match="cannot hold a value"):
        write(ledger, a=1)
    assert append(ledger, change("r", set={"a": 1}, delete=["a/b"])).is_new
    assert values(ledger) == {"a": 1}


@pytest.mark.parametrize("group", [1, 2, 100])
@pytest.mark.parametrize(
    "bad",
    [
        change("r", set={"x/y": 1, "z": 2}),
        change("\ud800", set={"z": 2}),
        change(Rule(name="r", fields={"x": "y" * 70_000}), set={"z": 2}),
        change("r", set={"z": 2}, expect={"x": 7}),
    ],
    ids=["state", "rule text", "rule size", "expectation"],
)
def test_in_a_batch_those_before_are_there_and_nothing_after(ledger: Ledger, bad: Change, group: int) -> None:
    taken, _ = until_refused(
        append_batch(ledger, [set_to(x=0), set_to(a=1), set_to(b=1), bad, set_to(c=1)], group=group)
    )
    assert len(taken) == 3
    assert values(ledger) == {"x": 0, "a": 1, "b": 1}
    assert_sound(ledger, events=4)


def test_a_refused_change_leaves_no_trace_in_a_writer(ledger: Ledger) -> None:
    writer = Writer(ledger)
    bad = change("r", set={"a": 1, "a/b": 1, "z": 1})
    assert until_refused(writer.append([[set_to(a=5), bad]]))[0]
    assert until_refused(writer.append([[bad]]))[0] == []
    assert len(list(writer.append([[set_to(b=1)]]))) == 1
    assert values(ledger) == {"a": 5, "b": 1}
    assert_sound(ledger, events=3)


@pytest.mark.parametrize("group", [1, 2, 100])
@pytest.mark.parametrize("error", [FormatError("line 4"), ValueError("not ours"), KeyboardInterrupt()])
def test_one_that_fails_leaves_what_it_gave(ledger: Ledger, error: BaseException, group: int) -> None:
    def source() -> Iterator[Change]:
        yield from (set_to(n=number) for number in range(3))
        raise error

    taken: list[Appended] = []
    with pytest.raises(type(error)) as failed:
        taken.extend(append_batch(ledger, source(), group=group))
    assert failed.value is error
    assert len(taken) == 3
    assert get(ledger, "n") == 2
    assert_sound(ledger, events=4)


def test_one_that_fails_at_once(ledger: Ledger) -> None:
    def source() -> Iterator[Change]:
        raise FormatError("line 1")
        yield set_to(a=1)

    taken, error = until_refused(append_batch(ledger, source()))
    assert (taken, error.message) == ([], "line 1")
    assert_sound(ledger, events=1)


def test_a_refused_change_counts_before_a_source_that_failed_after_it(ledger: Ledger) -> None:
    def source() -> Iterator[Change]:
        yield set_to(a=1)
        yield set_to(a__b=1)
        raise FormatError("line 3")

    taken, error = until_refused(append_batch(ledger, source()))
    assert len(taken) == 1
    assert "cannot hold a value" in error.message


def test_an_endless_one_is_read_no_further_than_is_written_at_once(ledger: Ledger) -> None:
    given = []

    def source() -> Iterator[Change]:
        while True:
            given.append(1)
            yield set_to(n=len(given))

    answers = append_batch(ledger, source(), group=2, at_once=6)
    next(answers)
    assert len(given) == 6
    answers.close()  # type: ignore[attr-defined]  # a generator
    assert_sound(ledger, events=7)


def test_large_changes_end_a_publication_before_it_is_full(ledger: Ledger) -> None:
    answers = list(append_batch(ledger, (set_to(x=bytes(60_000) + b"%d" % n) for n in range(600)), group=600))
    assert len(answers) == 600
    assert 1 < len(head_of(ledger).events) < 599


def test_a_publication_that_is_handed_over_in_parts_is_whole(ledger: Ledger) -> None:
    """Blobs of its first events are on their way before the last change is looked at; a refusal ends it where it is."""
    changes = [set_to(n=number) for number in range(4_500)] + [set_to(n__below=1), set_to(n=0)]
    taken, error = until_refused(append_batch(ledger, changes))
    assert len(taken) == 4_500
    assert "cannot hold a value" in error.message
    assert [len(one.events) for one in publications(ledger.objects, head_of(ledger))] == [4_500, 1]
    assert values(ledger) == {"n": 4_499}
    assert_sound(ledger, events=4_501)


class Alone(Wrapped):
    """Objects that note which were read one by one."""

    def __init__(self, inner: ObjectStore) -> None:
        super().__init__(inner)
        self.read_alone: list[Oid] = []

    def read(self, oid: Oid) -> GitObject:
        self.read_alone.append(oid)
        read: GitObject = self.inner.read(oid)
        return read


def test_a_batch_reads_the_trees_before_it_together(ledger: Ledger) -> None:
    """3,000 variables lie in 400 trees; the index has as many. Alone are read: head, its parts, lists, settings."""
    names = [f"d{number % 30}__v{number}" for number in range(3_000)]
    list(append_batch(ledger, (set_to(**{name: 1}) for name in names)))
    objects = Alone(ledger.objects)
    list(append_batch(replace(ledger, objects=objects), (set_to(**{name: 2}) for name in names[:500])))
    assert len(objects.read_alone) < 30
    assert_sound(ledger, events=3_501)


def test_a_batch_looks_for_cycles_when_it_is_written_at_the_earliest(ledger: Ledger) -> None:
    """Python would look 30 times while 3,000 events are made, and longer each time; whoever had it look has it again."""
    searches = []

    def note(phase: str, _: object) -> None:
        searches.append(phase)

    def broken() -> Iterator[Change]:
        yield set_to(n=-1)
        yield set_to(n__below=1)

    changes = [set_to(n=number) for number in range(3_000)]
    answers = append_batch(ledger, changes)
    gc.callbacks.append(note)
    try:
        next(answers)
        assert len(searches) <= 4
    finally:
        gc.callbacks.remove(note)
    assert gc.isenabled()
    until_refused(append_batch(ledger, broken()))
    assert gc.isenabled()
