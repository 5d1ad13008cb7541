"""Clones that append, pull and push in any order: nothing is lost, all meet again, every ledger is sound."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from gitledger.errors import OverlapError
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.log import log
from gitledger.ledger.publication import head_of
from gitledger.sync.fetch import fetch
from gitledger.sync.pull import pull
from gitledger.sync.push import push
from tests.exchange import clones
from tests.ledgers import assert_sound, values, write

Act = Literal["append", "once", "fetch", "pull", "merge", "push"]
ONCE = change("once", set={"once": 1}, key="once")
ACTS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["append", "append", "once", "fetch", "pull", "merge", "push"])),
    max_size=25,
)


@settings(max_examples=60)
@given(ACTS)
def test_clones_converge(acts: Sequence[tuple[int, Act]]) -> None:
    made = clones(3)
    expected: dict[str, object] = {}
    for number, (who, act) in enumerate(acts):
        clone, remote = made[who]
        if act == "append":
            write(clone, **{f"n{number}": who})
            expected[f"n{number}"] = who
        elif act == "once":
            append(clone, ONCE)
            expected["once"] = 1
        elif act == "push":
            list(push([clone], remote))
        else:
            fetch(clone.refs, remote)
            # Joined as they are, two events of the same key overlap.
            with suppress(OverlapError):
                if act != "fetch":
                    pull(clone, remote.name, merge=act == "merge")
    for clone, remote in (*made, *made):
        list(push([clone], remote))
    for clone, remote in made:
        fetch(clone.refs, remote)
        pull(clone, remote.name)
        assert values(clone) == expected
        assert sum(one.rule.name == "once" for one in log(clone)) == ("once" in expected)
        assert sum(one.rule.name == "train" for one in log(clone)) == len(expected) - ("once" in expected)
    assert len({head_of(clone).oid for clone, _ in made}) == 1
    assert_sound(made[0][0])
