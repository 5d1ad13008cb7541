"""An event is what it does, not how it was published: the same changes make the same events, however they are grouped."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitledger.errors import FormatError
from gitledger.ids import SHA1, EventId, Oid
from gitledger.ledger.append import append_batch
from gitledger.ledger.change import Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.init import init
from gitledger.ledger.log import log
from gitledger.ledger.publication import head_of
from gitledger.store.open import StoreKind
from tests.ledgers import memory_ledger, new_repository, open_ledger

names = st.sampled_from(["a", "a/b", "b", "d/e", "d/é", "日本"])
changes = st.builds(
    lambda rule, writes, reads, key: change(
        rule,
        set={name: value for name, value in writes.items() if value is not None},
        delete=[name for name, value in writes.items() if value is None],
        read=sorted(reads),
        key=key,
    ),
    st.sampled_from(["train", "score"]),
    st.dictionaries(
        names, st.none() | st.integers(0, 3) | st.floats(allow_nan=False) | st.text(max_size=3), max_size=3
    ),
    st.sets(names, max_size=2),
    st.none() | st.uuids().map(str),
)
Outcome = tuple[list[EventId], bytes, dict[bytes, Oid]]
MANY = [change(f"rule {n % 70}", set={f"d/{n}": n, "x": n}, key=str(n), read=["y"]) for n in range(150)]


def outcome(ledger: Ledger, asked: Sequence[Change], *, group: int, at_once: int = 1000) -> Outcome:
    """Return the events that changes become, the root of the log, and all that the last publication's maps name."""
    with suppress(FormatError):  # what is refused is refused in every grouping, and ends it
        for _ in append_batch(ledger, asked, group=group, at_once=at_once):
            pass
    head = head_of(ledger)
    maps = {name: head.trees[name] for name in (b"state", b"index", b"rules", b"keys", b"log") if name in head.trees}
    return [one.id for one in log(ledger)], head.log.root(), maps


@given(st.lists(changes, max_size=20), st.integers(1, 20), st.integers(1, 20))
@settings(max_examples=60)
def test_any_grouping(asked: list[Change], group: int, at_once: int) -> None:
    one_by_one = outcome(memory_ledger(SHA1), asked, group=1, at_once=1)
    assert outcome(memory_ledger(SHA1), asked, group=1000) == one_by_one
    assert outcome(memory_ledger(SHA1), asked, group=group, at_once=at_once) == one_by_one


@pytest.mark.parametrize("group", [1, 7, 150])
@pytest.mark.parametrize("kind", ["git", "libgit2", "dulwich"])
def test_any_store(tmp_path: Path, kind: StoreKind, group: int) -> None:
    expected = outcome(memory_ledger(SHA1), MANY, group=1000)
    with open_ledger(new_repository(tmp_path / "repository"), kind=kind) as ledger:
        init(ledger)
        assert outcome(ledger, MANY, group=group) == expected
