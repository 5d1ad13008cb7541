"""A draft: what it says of itself before anything is written. What it makes is held to the oracle in tests/property."""

import gc
import weakref

import pytest

from gitledger.errors import FormatError, MissingObjectError
from gitledger.ids import EventId, Oid, Variable
from gitledger.ledger.draft import Draft
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of
from gitledger.model.delta import Delta
from gitledger.model.rule import Rule
from gitledger.store.pathmap import PathMap
from tests.ledgers import write

A, B, BELOW = Variable("a"), Variable("b"), Variable("a/b")


@pytest.fixture
def draft(ledger: Ledger) -> Draft:
    """Begin a draft on a state of ``a`` = 1 and ``b`` = 2."""
    write(ledger, a=1, b=2)
    return Draft(ledger.objects, head_of(ledger))


def add(draft: Draft, ledger: Ledger, number: int, *, key: str | None) -> EventId:
    data = b"event %d" % number
    event = EventId(ledger.objects.format.oid("blob", data))
    rule, delta = b"\xa1\x64name\x61r", b"\xa0"
    blob = ledger.objects.format.oid
    draft.add(
        event,
        data,
        rule=(blob("blob", rule), rule),
        delta=(blob("blob", delta), delta),
        changed=Delta(changes={}),
        key=key,
    )
    return event


def test_writing_tells_what_really_changes(draft: Draft) -> None:
    before = draft.after
    assert draft.write({A: b"\x01", Variable("never"): None}) == Delta(changes={})
    assert draft.after == before
    assert draft.write({A: None, B: b"\x02", BELOW: b"\x03"}) == Delta(changes={A: None, BELOW: b"\x03"})
    assert (draft.value(A), draft.value(B), draft.value(BELOW)) == (None, b"\x02", b"\x03")


def test_a_way_there_and_back_is_the_same_state(draft: Draft) -> None:
    before = draft.after
    draft.write({A: b"\x05", B: None})
    assert draft.after != before
    draft.write({A: b"\x01", B: b"\x02"})
    assert draft.after == before


def test_an_empty_state_is_gits_empty_tree(ledger: Ledger, draft: Draft) -> None:
    draft.write({A: None, B: None})
    assert draft.after.hex() == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert Draft(ledger.objects, None).after == draft.after


@pytest.mark.parametrize("order", [1, -1])
def test_a_refused_write_changes_nothing(draft: Draft, order: int) -> None:
    before = draft.after
    writes = {B: None, Variable("c"): b"\x01", A: b"\x04", BELOW: b"\x03", Variable("d"): b"\x01"}
    with pytest.raises(FormatError, match="cannot hold a value"):
        draft.write(dict([*writes.items()][::order]))
    assert draft.after == before
    assert (draft.value(A), draft.value(B), draft.value(Variable("c"))) == (b"\x01", b"\x02", None)


def test_the_first_event_with_a_key_keeps_it(ledger: Ledger, draft: Draft) -> None:
    first = add(draft, ledger, 1, key="k")
    add(draft, ledger, 2, key="k")
    other = add(draft, ledger, 3, key="k2")
    assert (draft.find_key("k"), draft.find_key("k2"), draft.find_key("k3")) == (first, other, None)
    sealed = draft.seal(b"")
    assert sealed.trees[b"keys"] is not None
    assert draft.find_key("k") == first


def test_a_draft_that_is_dropped_leaves_no_trace(ledger: Ledger, draft: Draft) -> None:
    draft.write({A: b"\x05"})
    event = draft.add_unwriting(Rule(name="r"), head_of(ledger).events)
    after, sealed = draft.after, draft.seal(b"")
    for oid in (Oid(event), after, sealed.tree):
        with pytest.raises(MissingObjectError):
            ledger.objects.read(oid)


def test_a_draft_goes_on_behind_what_was_sealed(ledger: Ledger, draft: Draft) -> None:
    parents = head_of(ledger).events[-1:]
    draft.write({A: b"\x05"})
    one = draft.add_unwriting(Rule(name="r"), parents)
    first = draft.seal(b"")
    two = draft.add_unwriting(Rule(name="r"), (one,))
    second = draft.seal(b"")
    assert (first.events, second.events) == ((one,), (two,))
    assert (first.log.size, second.log.size, draft.size) == (3, 4, 4)
    assert first.trees[b"state"] == second.trees[b"state"]
    handed_out = {new.oid for new in second.objects}
    assert not handed_out & {first.trees[name] for name in (b"state", b"rules", b"index")}


def test_what_is_empty_is_left_out(ledger: Ledger) -> None:
    assert head_of(ledger).trees.keys() == {b"envelope", b"events", b"deltas", b"rules", b"log"}
    write(ledger, a=1)
    assert head_of(ledger).trees.keys() == {b"envelope", b"events", b"deltas", b"rules", b"log", b"state", b"index"}


def test_the_maps_are_those_of_the_head(ledger: Ledger, draft: Draft) -> None:
    maps: list[PathMap] = [draft.state, draft.index, draft.rules]
    roots = [head_of(ledger).trees[name] for name in (b"state", b"index", b"rules")]
    assert [one.root() for one in maps] == roots


def test_a_draft_that_is_dropped_goes_at_once_with_all_that_it_holds(ledger: Ledger) -> None:
    # Nobody looks for cycles while a publication is judged or a batch is made.
    gc.disable()
    try:
        draft = Draft(ledger.objects, head_of(ledger))
        draft.write({A: b"\x01"})
        add(draft, ledger, 1, key="key")
        draft.seal(b"envelope")
        held = [weakref.ref(one) for one in (draft, draft.state, draft.index, draft.timelines, draft._log)]
        del draft
        assert [one() for one in held] == [None] * len(held)
    finally:
        gc.enable()
