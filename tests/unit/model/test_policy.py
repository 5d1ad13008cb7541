"""Policies as values; ``vectors/policy/`` holds what is accepted and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitledger.codec import encode
from gitledger.errors import FormatError
from gitledger.model.policy import Limits, Policy, Signer, matches, parse_policy
from gitledger.model.signerkey import parse_key
from tests.policies import KEYS, policy


def test_a_policy_as_values() -> None:
    said = policy(3, threshold=2, rules={"train": ["data", "model"]}, limits={"events": 7})
    assert parse_policy(encode(said)) == Policy(
        version=3,
        signers={name: Signer(keys=frozenset({KEYS[name].name})) for name in ("ada", "bot", "kim")},
        keepers=("ada", "kim"),
        threshold=2,
        rules={"train": ("data", "model")},
        limits=Limits(events=7),
    )


def test_who_signs_with_a_key() -> None:
    found = parse_policy(encode(policy()))
    assert found.signer_of({KEYS["kim"].name}) == "kim"
    assert found.signer_of({"another name of the same key", KEYS["bot"].name}) == "bot"
    assert found.signer_of({KEYS["eve"].name}) is None
    assert found.signer_of(()) is None


def test_the_name_of_a_key_is_what_git_calls_it() -> None:
    line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIALXh6a63r9kTi1D7wAtMlDTFjzPmn6u6a1GFepJzjp/"
    assert parse_key(line) == "SHA256:DxaWqFw/0K7o7rO86rXVINT/tgeZ5FSxw9Q6i6pghrc"
    assert parse_key("openpgp " + "A" * 40) == "A" * 40


@pytest.mark.parametrize(
    ("pattern", "rule", "is_named"),
    [
        ("train", "train", True),
        ("train", "trainer", False),
        ("train*", "train", True),
        ("train*", "trainer", True),
        ("train*", "trai", False),
        ("*", "anything", True),
        ("tr*in", "train", False),
        ("tr*in", "tr*in", True),
        ("**", "*", True),
        ("**", "x", False),
    ],
)
def test_a_pattern_names_rules(pattern: str, rule: str, is_named: bool) -> None:
    assert matches(pattern, rule) is is_named


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=60) | st.builds(encode, _JSON))
def test_whatever_the_bytes_are_nothing_else_is_raised(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_policy(data)


@given(st.sampled_from(sorted(policy(rules={"a": ["b"]}, limits={"value": 1}))), _JSON)
def test_whatever_one_field_holds_nothing_else_is_raised(name: str, value: object) -> None:
    try:
        parse_policy(encode({**policy(), name: value}))
    except FormatError:
        return
    assert name in {"version", "threshold", "rules", "limits"}
