import pytest

from gitledger.errors import DamageError
from gitledger.frozen import replace
from gitledger.ids import EventId, Variable
from gitledger.ledger import growing_timelines
from gitledger.ledger.growing_timelines import GrowingTimelines
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of, read
from gitledger.model.timeline import parse_timeline
from gitledger.store.base import NewObject
from gitledger.store.pathmap import PathMap
from tests.faulty import Counted
from tests.ledgers import write_many

X, Y = Variable("x"), Variable("y")


def event(number: int) -> EventId:
    return EventId(number.to_bytes(20, "big"))


@pytest.fixture
def index(ledger: Ledger) -> PathMap:
    return PathMap(lambda oid: read(ledger.objects, oid, "tree"), ledger.objects.format, None, mark=b"~")


def test_only_what_was_touched_is_written(ledger: Ledger, index: PathMap) -> None:
    timelines = GrowingTimelines(ledger.objects, index)
    timelines.append(X, event(1))
    timelines.append(X, event(2))
    timelines.append(Y, event(2))
    new, full = timelines.seal()
    assert {parse_timeline(one.data).ids for one in new} == {(event(1), event(2)), (event(2),)}
    assert full == []
    timelines.append(Y, event(3))
    ((one,), _) = timelines.seal()
    assert index.get("y") == one.oid
    assert parse_timeline(one.data).ids == (event(2), event(3))
    assert timelines.seal() == ([], [])


def test_a_full_segment_is_named_by_the_next(ledger: Ledger, index: PathMap) -> None:
    timelines = GrowingTimelines(ledger.objects, index)
    for number in range(64):
        timelines.append(X, event(number))
    ((segment,), full) = timelines.seal()
    assert full == []
    timelines.append(X, event(64))
    new, full = timelines.seal()
    assert full == [segment.oid]
    newest = next(parse_timeline(one.data) for one in new if one.oid == index.get("x"))
    assert (newest.count, newest.prev, newest.ids) == (65, segment.oid, (event(64),))


def test_stored_timelines_are_read_once_and_together(ledger: Ledger) -> None:
    write_many(ledger, 5, "d/")
    counted = replace(ledger, objects=Counted(ledger.objects))
    trees = head_of(ledger).trees
    index = PathMap(lambda oid: read(ledger.objects, oid, "tree"), ledger.objects.format, trees[b"index"], mark=b"~")
    timelines = GrowingTimelines(counted.objects, index)
    names = [Variable(f"d/{number}") for number in range(5)]
    timelines.load([*names, *names, Variable("new")])
    assert counted.objects.reads == 5
    timelines.load(names)
    timelines.append(names[0], event(1))
    assert counted.objects.reads == 5
    assert parse_timeline(timelines.seal()[0][0].data).count == 2


def test_one_that_is_no_timeline_is_damage(ledger: Ledger, index: PathMap) -> None:
    oid = ledger.objects.format.oid("blob", b"no timeline")
    ledger.objects.write([NewObject(oid, "blob", b"no timeline")])
    index.set("x", oid)
    with pytest.raises(DamageError, match="no sound timeline"):
        GrowingTimelines(ledger.objects, index).append(X, event(1))


def test_too_many_to_keep_are_read_again(ledger: Ledger, index: PathMap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing_timelines, "_KEPT", 3)
    timelines = GrowingTimelines(ledger.objects, index)
    for number in range(5):
        timelines.append(Variable(f"v{number}"), event(number))
    new, _ = timelines.seal()
    ledger.objects.write(new)
    timelines.append(Variable("v0"), event(9))
    ((one,), _) = timelines.seal()
    assert parse_timeline(one.data).ids == (event(0), event(9))
