"""The laws of merging, over real ledgers: it commutes, it associates, and it refuses exactly what overlaps."""

from collections.abc import Sequence
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitledger.errors import OverlapError
from gitledger.ids import parse_ledger_name
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from tests.ledgers import assert_sound, memory_ledger, named, values, write

Asked = tuple[str, frozenset[str]]
"""One change: what it writes and what it reads."""

READS = st.frozensets(st.sampled_from(["x", "y", "p", "p/q"]), max_size=2)
# `p` and `p/q` cannot both hold a value, so only one side writes the one, and the others the other.
SIDES = st.tuples(
    *(
        st.lists(st.tuples(st.sampled_from(["x", "y", name, f"own/{number}"]), READS), max_size=2)
        for number, name in enumerate(["p", "p/q", "p/q"])
    )
)


def sides_of(asked: Sequence[Sequence[Asked]]) -> list[Ledger]:
    """Return a ledger for each side, all from one start, with its changes; each writes other values."""
    main = memory_ledger()
    write(main, start=0)
    sides = []
    for number, changes in enumerate(asked):
        branch(main, parse_ledger_name(f"side-{number}"))
        side = named(f"side-{number}", main)
        for place, (written, read) in enumerate(changes):
            append(side, change("r", set={written: f"{number} {place}"}, read=sorted(read)))
        sides.append(side)
    return sides


def joined(sides: Sequence[Ledger]) -> Ledger | None:
    """Return a ledger in which the sides were joined one after another, or None if one was refused."""
    name = "-".join(["all", *(side.name.removeprefix("side-") for side in sides)])
    branch(sides[0], parse_ledger_name(name))
    ledger = named(name, sides[0])
    for other in sides[1:]:
        try:
            merge(ledger, other.name)
        except OverlapError:
            return None
    return ledger


def state_of(ledger: Ledger) -> bytes | None:
    return head_of(ledger).trees.get(b"state")


def touch(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def overlap(left: Sequence[Asked], right: Sequence[Asked]) -> bool:
    """Say by the words of the rule whether two sides overlap."""
    return any(
        touch(written, other) or any(touch(written, read) for read in other_reads) or any(touch(other, read) for read in reads)
        for written, reads in left
        for other, other_reads in right
    )


@settings(max_examples=60)
@given(SIDES)
def test_two_join_either_way_or_neither(asked: Sequence[Sequence[Asked]]) -> None:
    sides = sides_of(asked[:2])
    one, other = joined(sides), joined(sides[::-1])
    assert (one is None) == (other is None) == overlap(*asked[:2])
    if one and other:
        assert head_of(one).events[-1] == head_of(other).events[-1]
        assert state_of(one) == state_of(other)
        assert_sound(one)


@settings(max_examples=60)
@given(SIDES)
def test_three_join_in_any_order_or_in_none(asked: Sequence[Sequence[Asked]]) -> None:
    sides = sides_of(asked)
    ledgers = [joined(order) for order in permutations(sides)]
    refused = any(overlap(*pair) for pair in combinations(asked, 2))
    assert [ledger is None for ledger in ledgers] == [refused] * len(ledgers)
    assert len({state_of(ledger) for ledger in ledgers if ledger}) <= 1


@pytest.mark.parametrize(
    ("again", "is_valid"),
    [("a", True), ("b", True), ("late", False), ("late/below", False)],
)
def test_after_a_criss_cross_only_what_the_other_lacks_counts(again: str, *, is_valid: bool) -> None:
    """Each side has joined an older head of the other, so that there are two newest common ancestors."""
    main = memory_ledger()
    branch(main, parse_ledger_name("side"))
    side = named("side", main)
    write(main, a=1)
    write(side, b=1)
    for ledger in (main, side):
        branch(ledger, parse_ledger_name(f"old-{ledger.name}"))
    merge(main, parse_ledger_name("old-side"))
    write(side, late=1)
    merge(side, parse_ledger_name("old-main"))
    append(main, change("r", set={again: 2}))
    if is_valid:
        assert merge(main, side.name).outcome == "merged"
        assert values(main) == {"a": 1, "b": 1, "late": 1, again: 2}
        assert_sound(main)
    else:
        with pytest.raises(OverlapError):
            merge(main, side.name)


def test_write_skew_is_refused_only_where_reads_are_declared() -> None:
    """Both look that somebody else is on duty, and leave."""
    main = memory_ledger()
    write(main, ada=1, grace=1)
    for declared in (True, False):
        names = [f"{who}-{declared}".lower() for who in ("ada", "grace")]
        for who, other, name in (("ada", "grace", names[0]), ("grace", "ada", names[1])):
            branch(main, parse_ledger_name(name))
            append(named(name, main), change("leave", set={who: 0}, read=[other] if declared else []))
        if declared:
            with pytest.raises(OverlapError):
                merge(named(names[0], main), parse_ledger_name(names[1]))
        else:
            assert merge(named(names[0], main), parse_ledger_name(names[1])).outcome == "merged"
