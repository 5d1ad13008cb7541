"""What the vectors of ``vectors/checkpoint/`` do not say."""

import pytest

from gitledger.errors import FormatError, PolicyError
from gitledger.frozen import replace
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.notekey import COSIGNATURE, ED25519, SigningKey, format_verifier_key, sign
from gitledger.model.witness import NONE, POLICY_BYTES, WitnessPolicy, judge, parse_witness_policy
from tests.unit.model.test_checkpoint import ONE

LOG, OTHER = (SigningKey(name=ONE.origin, algorithm=ED25519, seed=bytes([n]) * 32) for n in (1, 2))
FIRST, SECOND, THIRD = (SigningKey(name=f"w{n}", algorithm=COSIGNATURE, seed=bytes([n]) * 32) for n in (3, 4, 5))


def vkey(key: SigningKey) -> str:
    return format_verifier_key(key.verifier)


def signed(*keys: SigningKey) -> Checkpoint:
    return ONE.vouched_by([sign(key, ONE.text, now=5) for key in keys])


def test_a_policy_as_values() -> None:
    text = f"log {vkey(LOG)}\nwitness a {vkey(FIRST)}\nwitness b {vkey(SECOND)}\ngroup g 2 a b\nquorum g\n"
    witnesses = {"a": FIRST.verifier, "b": SECOND.verifier}
    expected = WitnessPolicy(logs=(LOG.verifier,), witnesses=witnesses, groups={"g": (2, ("a", "b"))}, quorum="g")
    assert parse_witness_policy(text.encode()) == expected


def test_all_and_any_are_numbers() -> None:
    text = f"witness a {vkey(FIRST)}\nwitness b {vkey(SECOND)}\nwitness c {vkey(THIRD)}\n"
    groups = parse_witness_policy(f"{text}group e any a\ngroup f all b c\nquorum f\n".encode()).groups
    assert groups == {"e": (1, ("a",)), "f": (2, ("b", "c"))}


def test_one_of_several_logs_of_the_origin_is_enough() -> None:
    policy = WitnessPolicy(logs=(OTHER.verifier, LOG.verifier), quorum=NONE)
    judge(policy, signed(LOG))
    with pytest.raises(PolicyError, match="no log"):
        judge(policy, ONE)


def test_a_witness_counts_once_however_often_it_signed() -> None:
    twice = ONE.vouched_by([sign(FIRST, ONE.text, now=now) for now in (5, 6)])
    group = {"g": (2, ("a", "b"))}
    policy = WitnessPolicy(witnesses={"a": FIRST.verifier, "b": SECOND.verifier}, groups=group, quorum="g")
    with pytest.raises(PolicyError, match="w3 cosigned"):
        judge(policy, twice)
    judge(policy, twice.vouched_by([sign(SECOND, ONE.text, now=7)]))


def test_one_bad_signature_of_a_known_key_refuses_all() -> None:
    bad = replace(sign(SECOND, ONE.text, now=5), blob=bytes(72))
    policy = WitnessPolicy(witnesses={"a": FIRST.verifier, "b": SECOND.verifier}, quorum="a")
    with pytest.raises(FormatError, match="w4"):
        judge(policy, signed(FIRST).vouched_by([bad]))


def test_a_signature_of_an_unknown_key_is_passed_over() -> None:
    judge(WitnessPolicy(logs=(LOG.verifier,), quorum=NONE), signed(LOG, OTHER, THIRD))


def test_a_policy_that_names_nobody_accepts_nothing() -> None:
    with pytest.raises(PolicyError, match="no key"):
        judge(WitnessPolicy(quorum=NONE), signed(LOG))


def test_a_refused_line_is_named_by_its_number() -> None:
    with pytest.raises(FormatError, match=r"line 3 of a witness policy: 'trust me'"):
        parse_witness_policy(f"# ours\nlog {vkey(LOG)}\ntrust me\nquorum none\n".encode())


def test_names_may_be_any_bytes() -> None:
    assert parse_witness_policy(b"witness \xff " + vkey(FIRST).encode() + b"\nquorum \xff\n").quorum == "\udcff"


def test_the_size_of_a_policy_is_limited() -> None:
    with pytest.raises(FormatError, match="expected at most"):
        parse_witness_policy(b"#" * (POLICY_BYTES + 1))
