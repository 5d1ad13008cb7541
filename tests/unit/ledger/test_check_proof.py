"""Which checkpoints a check believes. What proofs show is held by ``test_prove.py`` and by vectors."""

from typing import NamedTuple

import pytest

from gitledger.errors import FormatError, PolicyError, UsageError
from gitledger.frozen import replace
from gitledger.ids import parse_variable
from gitledger.ledger.check_proof import check_proof
from gitledger.ledger.checkpoint import checkpoint
from gitledger.ledger.handle import Ledger
from gitledger.ledger.prove import prove_event, prove_extension, prove_timeline, prove_variable
from gitledger.ledger.publication import head_of
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.notekey import COSIGNATURE, ED25519, SigningKey, sign
from gitledger.model.proof_file import ExtensionProof, Proof
from gitledger.model.witness import NONE, WitnessPolicy
from tests.ledgers import write

LOG = SigningKey(name="example.com/ledger", algorithm=ED25519, seed=bytes(range(32)))
WITNESS = SigningKey(name="w.example", algorithm=COSIGNATURE, seed=bytes(range(1, 33)))
BY_LOG = WitnessPolicy(logs=(LOG.verifier,), quorum=NONE)
BY_WITNESS = WitnessPolicy(logs=(LOG.verifier,), witnesses={"w": WITNESS.verifier}, quorum="w")


class Made(NamedTuple):
    """A proof of each kind for ``new``, and the checkpoint before it."""

    old: Checkpoint
    new: Checkpoint
    extension: ExtensionProof
    others: list[Proof]


@pytest.fixture
def made(ledger: Ledger) -> Made:
    old = checkpoint(ledger, key=LOG).checkpoint
    write(ledger, a=1)
    new, name = checkpoint(ledger, key=LOG).checkpoint, parse_variable("a")
    proofs = [
        prove_event(ledger, head_of(ledger).events[-1], new),
        prove_variable(ledger, name, new),
        prove_timeline(ledger, name, new),
    ]
    return Made(old, new, prove_extension(ledger, old, new), proofs)


def cosigned(one: Checkpoint) -> Checkpoint:
    return one.vouched_by([sign(WITNESS, one.text, now=5)])


def test_somebody_must_say_which_checkpoint_is_true(made: Made) -> None:
    for proof in (*made.others, made.extension):
        with pytest.raises(UsageError, match="which checkpoint is true"):
            check_proof(proof)


def test_the_checkpoint_given_or_the_signatures_asked_for_are_enough(made: Made) -> None:
    for proof in (*made.others, made.extension):
        check_proof(proof, trusted=[made.new])
        check_proof(proof, trusted=[made.old, made.new])
        check_proof(proof, policy=BY_LOG)
        check_proof(proof, trusted=[made.new], policy=BY_LOG)


def test_a_proof_for_another_checkpoint_is_refused_whatever_signed_it(made: Made) -> None:
    for proof in made.others:
        for policy in (None, BY_LOG):
            with pytest.raises(FormatError, match="a checkpoint of 2 events"):
                check_proof(proof, trusted=[made.old], policy=policy)


def test_signatures_may_be_asked_for_as_well(made: Made) -> None:
    for proof in (*made.others, made.extension):
        with pytest.raises(PolicyError, match="quorum"):
            check_proof(proof, trusted=[made.new], policy=BY_WITNESS)


def test_the_checkpoint_given_may_have_gathered_signatures(made: Made) -> None:
    for proof in (*made.others, made.extension):
        check_proof(proof, trusted=[cosigned(made.new)], policy=BY_WITNESS)
        with pytest.raises(PolicyError):
            check_proof(proof, policy=BY_WITNESS)


def test_the_checkpoint_in_the_proof_may_not_have_more_than_the_one_given(made: Made) -> None:
    for proof in made.others:
        with pytest.raises(FormatError, match="lacks"):
            check_proof(proof, trusted=[replace(made.new, signatures=())])
    with pytest.raises(FormatError, match="lacks"):
        check_proof(made.extension, trusted=[replace(made.old, signatures=())])


def test_either_end_of_an_extension_may_be_known(made: Made) -> None:
    check_proof(made.extension, trusted=[made.old])
    check_proof(made.extension, trusted=[made.old], policy=BY_LOG)
    with pytest.raises(FormatError, match="of 1 and 2 events"):
        check_proof(made.extension, trusted=[replace(made.new, origin="somebody.else")])


def test_the_new_end_of_an_extension_must_have_the_signatures(made: Made) -> None:
    unsigned = replace(made.extension, old=replace(made.old, signatures=()))
    check_proof(unsigned, policy=BY_LOG)
    with pytest.raises(PolicyError):
        check_proof(replace(made.extension, new=replace(made.new, signatures=())), trusted=[made.old], policy=BY_LOG)
