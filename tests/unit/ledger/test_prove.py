"""Proofs of a ledger, each held against what the ledger itself says."""

import pytest

from gitledger.errors import DamageError, FormatError, LedgerError, MissingObjectError, NotFoundError
from gitledger.frozen import replace
from gitledger.ids import EventId, Oid, parse_variable
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.check_proof import ProvedEvent, ProvedTimeline, ProvedValue, check_proof
from gitledger.ledger.checkpoint import checkpoint, newest_checkpoint
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import backwards
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.prove import prove_event, prove_extension, prove_timeline, prove_variable
from gitledger.ledger.publication import head_of
from gitledger.ledger.resolve import resolve
from gitledger.ledger.state import State
from gitledger.ledger.timelines import Timelines
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.proof_file import EventProof
from tests.ledgers import named, write, write_many

NAMES = [
    parse_variable(name) for name in ("a", "a/b", "b", "n7", "n299", "n300", "deep/er/x", "gone", "never", "~x"[1:])
]


@pytest.fixture
def many(any_ledger: Ledger) -> tuple[Ledger, Checkpoint]:
    """A ledger of some hundred events in publications of one and of many, with directories that are split."""
    write_many(any_ledger, 300, group=120)
    for number in range(70):
        write(any_ledger, a__b=number, deep__er__x=str(number))
    append(any_ledger, change("note", set={"gone": 1}))
    append(any_ledger, change("note", delete=["gone", "a/b"], set={"a": 5}))
    return any_ledger, checkpoint(any_ledger).checkpoint


def proved_value(ledger: Ledger, name: str, known: Checkpoint, rev: str | None) -> bytes | None:
    at = resolve(ledger, rev) if rev else None
    proved = check_proof(prove_variable(ledger, parse_variable(name), known, at=at), trusted=[known])
    assert isinstance(proved, ProvedValue)
    assert (proved.after and proved.after.id) == (at and at.event)
    return proved.value


def test_every_event_of_a_log_is_proved_at_its_number(many: tuple[Ledger, Checkpoint]) -> None:
    ledger, known = many
    for place in list(backwards(ledger.objects, head_of(ledger)))[::13]:
        proved = check_proof(prove_event(ledger, place.event, known), trusted=[known])
        assert isinstance(proved, ProvedEvent)
        assert (proved.id, proved.seq) == (place.event, place.seq)


@pytest.mark.parametrize(
    "rev", [None, "#1", "#2", "#40", "#121", "#122", "#300", "#301", "#302", "#371", "#372", "#373"]
)
def test_a_value_is_the_one_of_the_state(many: tuple[Ledger, Checkpoint], rev: str | None) -> None:
    ledger, known = many
    state = State(ledger.objects, resolve(ledger, rev or "main"))
    for name in NAMES:
        assert proved_value(ledger, name, known, rev) == state.holds(name), name


def test_a_timeline_is_the_one_of_the_index(many: tuple[Ledger, Checkpoint]) -> None:
    ledger, known = many
    timelines = Timelines(ledger.objects, resolve(ledger, "main"))
    for name in NAMES:
        proved = check_proof(prove_timeline(ledger, name, known), trusted=[known])
        assert isinstance(proved, ProvedTimeline)
        assert list(reversed(proved.events)) == list(timelines.events(name)), name


def test_proofs_are_for_the_checkpoint_that_is_asked_for(many: tuple[Ledger, Checkpoint]) -> None:
    ledger, old = many
    write(ledger, a=6)
    new = checkpoint(ledger).checkpoint
    assert [proved_value(ledger, "a", known, None) for known in (old, new)] == [b"\x05", b"\x06"]
    newest = head_of(ledger).events[-1]
    with pytest.raises(NotFoundError, match="is not in the log of 373 events"):
        prove_event(ledger, newest, old)
    with pytest.raises(NotFoundError):
        prove_variable(ledger, NAMES[0], old, at=resolve(ledger, newest.hex()))


def test_an_event_that_a_merge_brought_in_is_proved(any_ledger: Ledger) -> None:
    side = named("side", any_ledger)
    branch(any_ledger, side.name)
    mine, theirs = write(any_ledger, a=1), write(side, b=1)
    merge(any_ledger, side.name)
    known = checkpoint(any_ledger).checkpoint
    found = [check_proof(prove_event(any_ledger, event, known), trusted=[known]) for event in (mine, theirs)]
    assert sorted(one.seq for one in found if isinstance(one, ProvedEvent)) == [2, 3]
    assert proved_value(any_ledger, "b", known, None) == b"\x01"


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 372, 373])
def test_an_extension_holds_between_any_two_checkpoints(many: tuple[Ledger, Checkpoint], size: int) -> None:
    ledger, new = many
    places = {place.publication.log.size: place.publication for place in backwards(ledger.objects, head_of(ledger))}
    size = max(one for one in places if one <= size)
    old = replace(new, size=size, root=places[size].log.root(), publication=places[size].oid)
    check_proof(prove_extension(ledger, old, new), trusted=[new])


def test_what_does_not_extend_is_not_proved(any_ledger: Ledger) -> None:
    side = named("side", any_ledger)
    branch(any_ledger, side.name)
    write(any_ledger, a=1)
    write(side, a=2)
    mine, theirs = checkpoint(any_ledger).checkpoint, checkpoint(side).checkpoint
    write(any_ledger, a=3)
    newer = checkpoint(any_ledger).checkpoint
    for old, new in ((theirs, mine), (theirs, newer), (newer, mine)):
        with pytest.raises(LedgerError, match="does not begin") as caught:
            prove_extension(any_ledger, old, new)
        assert caught.value.exit_code == 1


def test_a_checkpoint_of_another_log_is_refused(many: tuple[Ledger, Checkpoint]) -> None:
    ledger, known = many
    for changed in (replace(known, root=bytes(32)), replace(known, size=known.size + 1)):
        with pytest.raises(FormatError, match="another log"):
            prove_event(ledger, head_of(ledger).events[-1], changed)
        with pytest.raises(FormatError, match="another log"):
            prove_extension(ledger, known, changed)
    with pytest.raises(DamageError, match="another state or another index"):
        prove_variable(ledger, NAMES[0], replace(known, index=known.state))
    with pytest.raises(MissingObjectError):
        prove_timeline(ledger, NAMES[0], replace(known, publication=Oid(bytes(len(known.publication)))))


def test_what_is_no_event_is_not_proved(many: tuple[Ledger, Checkpoint]) -> None:
    ledger, known = many
    with pytest.raises(MissingObjectError):
        prove_event(ledger, EventId(bytes(len(known.publication))), known)
    with pytest.raises(DamageError, match="no sound event"):
        prove_event(ledger, EventId(known.publication), known)


def test_the_newest_checkpoint_is_the_usual_one(many: tuple[Ledger, Checkpoint]) -> None:
    ledger, known = many
    assert newest_checkpoint(ledger) == known


def test_a_proof_after_an_event_holds_the_proof_of_the_event(many: tuple[Ledger, Checkpoint]) -> None:
    ledger, known = many
    place = resolve(ledger, "#40")
    proof = prove_variable(ledger, NAMES[0], known, at=place)
    assert proof.anchor == prove_event(ledger, place.event, known)
    assert isinstance(proof.anchor, EventProof)
