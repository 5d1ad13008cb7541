import pytest

from gitledger.errors import DamageError, FormatError, NotFoundError
from gitledger.frozen import replace
from gitledger.ids import Oid, Variable
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of, read_event
from gitledger.ledger.resolve import resolve
from gitledger.ledger.state import State, get, state
from gitledger.model.value import format_value
from gitledger.store.pathmap import PathMap
from tests.faulty import Counted
from tests.ledgers import set_to, values, write, write_many


def test_values_come_back(ledger: Ledger) -> None:
    held = {"none": None, "yes": True, "n": -5, "f": 0.5, "b": b"\0\xff", "t": "é", "l": [1, [2]], "m": {"x": {"y": 1}}}
    append(ledger, change("r", set=held))
    assert values(ledger) == held
    assert all(get(ledger, name) == value for name, value in held.items())


def test_what_holds_nothing_is_not_found(ledger: Ledger) -> None:
    write(ledger, a__b=1)
    for name in ("a", "a/b/c", "z"):
        with pytest.raises(NotFoundError) as refusal:
            get(ledger, name)
        assert refusal.value.details == {"variable": name}
        assert state(ledger).holds(Variable(name)) is None
    with pytest.raises(FormatError):
        get(ledger, "a//b")


def test_a_directory_is_listed_in_the_order_of_the_bytes(ledger: Ledger) -> None:
    names = ["a", "a-", "a.b", "b/a", "b/é", "b/日本", "b-", "b0", "c/d/e"]
    append(ledger, change("r", set=dict.fromkeys(names, 1)))
    assert [name for name, _ in state(ledger).values()] == sorted(names, key=str.encode)
    assert [name for name, _ in state(ledger).values("b")] == ["b/a", "b/é", "b/日本"]
    assert [name for name, _ in state(ledger).blobs("c/d")] == ["c/d/e"]
    assert list(state(ledger).values("a")) == []
    assert list(state(ledger).values("none")) == []


def test_any_event_has_its_state_inside_a_publication_too(ledger: Ledger) -> None:
    changes = [
        set_to(a=1, b=1),
        set_to(a=2),
        change("r", set={"a/x": 1}, delete=["a"]),
        change("r", set={"a": 3}, delete=["a/x", "b"]),
        change("r", delete=["a"]),
    ]
    states = [{}, {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a/x": 1, "b": 1}, {"a": 3}, {}]
    for group in (1, 2, 5):
        events = [one.event for one in append_batch(ledger, changes, group=group)]
        for event, expected in zip(events, states[1:], strict=True):
            found = state(ledger, at=event.hex())
            assert dict(found.values()) == expected
            for name in ("a", "a/x", "b"):
                assert found.holds(Variable(name)) == (format_value(expected[name]) if name in expected else None)
            assert found.id == read_event(ledger.objects, event).after
    assert dict(state(ledger, at="#1").values()) == states[0]


def test_a_value_between_two_publications_need_not_be_stored(ledger: Ledger) -> None:
    events = [one.event for one in append_batch(ledger, (set_to(x=f"value {number}") for number in range(3)))]
    place = resolve(ledger, events[1].hex())
    between = State(ledger.objects, place)
    assert between.value(Variable("x")) == "value 1"
    assert ledger.objects.missing([oid for _, oid in between.blobs()]) != []
    assert state(ledger).value(Variable("x")) == "value 2"


def test_a_single_variable_is_looked_up_and_not_replayed(ledger: Ledger) -> None:
    write_many(ledger, 300, "early")
    events = [one.event for one in append_batch(ledger, (set_to(**{f"n{n}": n, "x": n}) for n in range(300)), group=300)]
    for number, variable, value in ((150, "x", 150), (150, "n7", 7), (0, "early9", 9)):
        place = resolve(ledger, events[number].hex())
        counted = Counted(ledger.objects)
        assert State(counted, place).value(Variable(variable)) == value
        assert counted.reads < 25
    with pytest.raises(NotFoundError, match="holds nothing"):
        State(ledger.objects, place).value(Variable("n7"))


def test_a_timeline_that_names_another_variables_event_is_damage(ledger: Ledger) -> None:
    events = [one.event for one in append_batch(ledger, [set_to(a=1), set_to(b=1), set_to(c=1)])]
    place = resolve(ledger, events[1].hex())
    index = PathMap(
        lambda oid: ledger.objects.read(oid).data,
        ledger.objects.format,
        place.publication.trees[b"index"],
        mark=b"~",
    )
    index.set("z", index.get("a") or Oid(b""))
    root = index.root()
    ledger.objects.write(index.take_new())
    trees = {**place.publication.trees, b"index": root}
    with pytest.raises(DamageError, match="expected it to have written it"):
        State(ledger.objects, replace(place, publication=replace(place.publication, trees=trees))).holds(Variable("z"))


def test_a_value_that_is_none_is_damage(ledger: Ledger) -> None:
    write(ledger, a=1)
    head = head_of(ledger)
    place = resolve(ledger, "main")
    forged = State(ledger.objects, place)
    forged._paths.set("a", head.trees[b"envelope"])
    forged._unstored[head.trees[b"envelope"]] = b"\xff"
    with pytest.raises(DamageError, match="no sound value"):
        forged.value(Variable("a"))
    with pytest.raises(DamageError, match="no sound value"):
        list(forged.values())
