"""The writer refuses exactly what the verifier finds: whatever is asked for, by whomever, under whichever policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitledger.errors import PolicyError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.ledger.append import append_batch
from gitledger.ledger.change import Change, change
from gitledger.ledger.guard import Guard
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of
from gitledger.store.base import RefUpdate
from gitledger.store.memory import MemoryRefs
from gitledger.verify import verify
from tests.ledgers import memory_ledger
from tests.policies import KEYS, POLICY, approve, in_the_hands_of, policy, put, unsigned

BOT_TRAINS = {**policy()["signers"], "bot": {"keys": [KEYS["bot"].line], "rules": ["train"]}}
FIRST = [
    policy(),
    policy(threshold=2),
    policy(signers=BOT_TRAINS),
    policy(rules={"train": ["model"], "tune*": ["model/a", "notes"]}),
    policy(limits={"value": 3, "writes": 2, "events": 2}),
]
SECOND: list[Any] = [policy(2), policy(2, threshold=2), policy(3), policy(1), policy(2, keepers=["eve"]), "none", {}]
ORDINARY = st.sampled_from(["model/a", "model/b", "modelling", "notes", ".ledger/other"])
VALUES = st.sampled_from([0, 1, "four", "x" * 9])
APPROVALS = st.sampled_from([f".ledger/approvals/{name}" for name in ("ada", "bot", "kim", "zoe")])


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Return what somebody may ask for."""
    written = draw(st.dictionaries(ORDINARY, VALUES, max_size=3))
    written |= draw(st.dictionaries(st.just(POLICY) | APPROVALS, st.sampled_from(SECOND), max_size=2))
    deleted = draw(st.sets(ORDINARY | APPROVALS | st.just(POLICY), max_size=1)) - written.keys()
    return change(draw(st.sampled_from(["train", "tune", "tuner"])), set=written, delete=sorted(deleted))


def ledger_under(first: dict[str, Any] | None, approved: list[tuple[str, Any]]) -> Ledger:
    """Return a ledger under a policy, or none, where keepers have approved of some others."""
    ledger = in_the_hands_of("ada", memory_ledger())
    if first:
        put(ledger, first)
        for name, value in approved:
            approve(name, ledger, value)
    return ledger


def twin(ledger: Ledger) -> Ledger:
    """Return the same ledger with a ref of its own."""
    refs = MemoryRefs()
    refs.update([RefUpdate("refs/ledger/main", None, head_of(ledger).oid)])
    return replace(ledger, refs=refs)


@contextmanager
def lawless() -> Iterator[None]:
    """Let writers go where no policy is asked."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Guard, "concerns", lambda self, variables: False)
        yield


def found(ledger: Ledger, before: Oid) -> set[str]:
    """Return the codes of what is found behind a head."""
    new = {finding.code for finding in verify(ledger, signatures=True).findings}
    assert before != head_of(ledger).oid
    return new


@given(
    first=st.none() | st.sampled_from(FIRST),
    approved=st.lists(st.tuples(st.sampled_from(["ada", "kim"]), st.sampled_from(SECOND[:2])), max_size=2),
    hands=st.sampled_from(["ada", "bot", "kim", "eve", None]),
    asked=st.lists(changes(), min_size=1, max_size=3),
)
def test_the_writer_refuses_what_the_verifier_finds(
    first: dict[str, Any] | None, approved: list[tuple[str, Any]], hands: str | None, asked: list[Change]
) -> None:
    ledger = ledger_under(first, approved)
    mine = in_the_hands_of(hands, ledger) if hands else unsigned(ledger)
    before = head_of(ledger).oid
    other = twin(mine)
    with lawless():
        # One publication, whatever is in it.
        list(append_batch(other, asked))
    codes = found(in_the_hands_of("ada", other), before)
    if not codes:
        list(append_batch(mine, asked))
        assert head_of(mine).events == head_of(other).events
        return
    with pytest.raises(PolicyError) as refusal:
        list(append_batch(mine, asked))
    assert refusal.value.details["code"] in codes
    # What came before it in the batch is published, and sound.
    assert verify(ledger, signatures=True).findings == ()
