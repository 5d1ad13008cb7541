"""Checkpoints, policies and proofs: round trips, and any bytes raise only ``LedgerError``."""

from contextlib import suppress
from functools import cache
from hashlib import sha256

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gitledger import codec
from gitledger.errors import FormatError, LedgerError
from gitledger.frozen import replace
from gitledger.ids import SHA1, SHA256, Oid, Variable, parse_variable
from gitledger.ledger.check_proof import check_proof
from gitledger.ledger.checkpoint import checkpoint
from gitledger.ledger.prove import prove_event, prove_extension, prove_timeline, prove_variable
from gitledger.ledger.publication import head_of
from gitledger.ledger.resolve import resolve
from gitledger.model.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from gitledger.model.note import Signature, format_note, parse_note
from gitledger.model.notekey import parse_signing_key, parse_verifier_key
from gitledger.model.proof_file import (
    EventProof,
    ExtensionProof,
    Proof,
    TimelineProof,
    ValueProof,
    format_proof,
    parse_proof,
)
from gitledger.model.witness import parse_witness_policy
from gitledger.store.tag import parse_tag
from tests.ledgers import memory_ledger, write, write_many

NAMES = st.text(
    st.characters(exclude_characters="+", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=60
)
SIGNATURES = st.builds(
    Signature, name=NAMES, key=st.binary(min_size=4, max_size=4), blob=st.binary(min_size=1, max_size=80)
)
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=5).map(tuple)
OBJECTS = st.lists(st.binary(max_size=60), max_size=5).map(tuple)
VARIABLES = st.sampled_from(["a", "a/b", "model/accuracy", "möwe/π"]).map(parse_variable)
LINES = st.lists(
    st.sampled_from(["log", "witness", "group", "quorum", "none", "any", "all", "2", "#", "x", "\t", " ", "\n"]),
    max_size=30,
)


@st.composite
def checkpoints(draw: st.DrawFn) -> Checkpoint:
    size = draw(st.sampled_from([20, 32]))
    oids = st.binary(min_size=size, max_size=size).map(Oid)
    return Checkpoint(
        origin=draw(NAMES),
        size=draw(st.integers(1, 2**63 - 1)),
        root=draw(st.binary(min_size=32, max_size=32)),
        publication=draw(oids),
        state=draw(oids),
        index=draw(oids),
        signatures=tuple(draw(st.lists(SIGNATURES, max_size=4, unique=True))),
    )


EVENTS = st.builds(
    EventProof, checkpoint=checkpoints(), index=st.integers(0, 2**63 - 2), leaf=st.binary(min_size=1), hashes=HASHES
)
PROOFS: st.SearchStrategy[Proof] = st.one_of(
    EVENTS,
    st.builds(ValueProof, anchor=checkpoints() | EVENTS, variable=VARIABLES, objects=OBJECTS),
    st.builds(TimelineProof, checkpoint=checkpoints(), variable=VARIABLES, objects=OBJECTS),
    st.builds(ExtensionProof, old=checkpoints(), new=checkpoints(), hashes=HASHES),
)


@given(checkpoints())
def test_a_checkpoint_is_read_as_it_was_written(one: Checkpoint) -> None:
    assert parse_checkpoint(format_checkpoint(one)) == one


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1), st.lists(SIGNATURES, max_size=4))
def test_a_note_is_read_as_it_was_written(text: str, signatures: list[Signature]) -> None:
    data = text.encode() + b"\n"
    assert parse_note(format_note(data, signatures)) == (data, tuple(signatures))


@given(PROOFS)
def test_a_proof_is_read_as_it_was_written(proof: Proof) -> None:
    assert parse_proof(format_proof(proof)) == proof


@pytest.mark.parametrize("parse", [parse_note, parse_checkpoint, parse_witness_policy, parse_proof])
@given(data=st.binary() | LINES.map(lambda words: " ".join(words).encode()))
@example(data=b"\n\n")
def test_any_bytes_are_accepted_or_refused(parse: object, data: bytes) -> None:
    with suppress(LedgerError):
        parse(data)  # type: ignore[operator]


@given(st.binary(), st.sampled_from([SHA1, SHA256]))
def test_any_bytes_are_a_tag_or_refused(data: bytes, object_format: object) -> None:
    with suppress(FormatError):
        parse_tag(data, object_format)  # type: ignore[arg-type]


@given(st.text(), st.sampled_from(["", "PRIVATE+KEY+"]))
def test_any_text_is_a_key_or_refused(text: str, start: str) -> None:
    for parse in (parse_verifier_key, parse_signing_key):
        with suppress(FormatError):
            parse(start + text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=20) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)
FIELDS = st.dictionaries(
    st.sampled_from(["proof", "variable", "objects", "checkpoint", "event", "old", "new", "hashes"]),
    VALUES | st.sampled_from(["value", "timeline", "extension"]),
)


@given(FIELDS | VALUES)
def test_any_content_under_a_digest_is_accepted_or_refused(content: object) -> None:
    body = codec.encode(content)
    with suppress(FormatError):
        parse_proof(b"git-ledger/proof@v1\n" + sha256(body).digest() + body)


@cache
def sound() -> list[tuple[Proof, Checkpoint]]:
    """Proofs that hold, with their checkpoint."""
    ledger = memory_ledger()
    write(ledger, a__b=1, c=2)
    old = checkpoint(ledger).checkpoint
    write_many(ledger, 70)
    new = checkpoint(ledger).checkpoint
    a = parse_variable("a/b")
    return [
        (proof, new)
        for proof in (
            prove_event(ledger, head_of(ledger).events[9], new),
            prove_variable(ledger, a, new),
            prove_variable(ledger, a, new, at=resolve(ledger, "#5")),
            prove_timeline(ledger, a, new),
            prove_extension(ledger, old, new),
        )
    ]


@given(PROOFS)
def test_a_proof_of_anything_is_refused(proof: Proof) -> None:
    anchor = proof.anchor if isinstance(proof, ValueProof) else proof
    known = getattr(anchor, "new", getattr(anchor, "checkpoint", anchor))
    # A log begins with itself.
    assume(not isinstance(proof, ExtensionProof) or proof.old.size < proof.new.size)
    with pytest.raises(FormatError):
        check_proof(proof, trusted=[known])


@given(st.integers(0, 4), st.data())
def test_a_proof_with_its_objects_or_hashes_shuffled_is_refused(which: int, data: st.DataObject) -> None:
    proof, known = sound()[which]
    name = "objects" if hasattr(proof, "objects") else "hashes"
    parts: tuple[bytes, ...] = getattr(proof, name)
    shuffled = tuple(data.draw(st.lists(st.sampled_from(parts), max_size=len(parts) + 1)))
    changed = replace(proof, **{name: shuffled})  # type: ignore[arg-type]
    if shuffled == parts:
        check_proof(changed, trusted=[known])
    else:
        with pytest.raises(FormatError):
            check_proof(changed, trusted=[known])


@given(st.integers(1, 3), VARIABLES | st.sampled_from([f"n{n}" for n in range(72)]).map(Variable))
def test_a_proof_under_another_variable_is_refused_unless_the_same_objects_show_it(which: int, name: Variable) -> None:
    proof, known = sound()[which]
    assert not isinstance(proof, EventProof | ExtensionProof)
    if name == proof.variable:
        return
    with pytest.raises(FormatError):
        check_proof(replace(proof, variable=name), trusted=[known])
