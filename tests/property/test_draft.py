"""Every publication that the ledger writes holds what the oracle makes of its events from scratch, object by object."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitledger.errors import ConflictError, FormatError
from gitledger.ids import SHA1, SHA256, ObjectFormat, Oid, parse_ledger_name
from gitledger.ledger.append import append_batch
from gitledger.ledger.change import Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import backwards
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of, read_event
from tests.ledgers import assert_sound, memory_ledger, named, set_to
from tests.naive_ledger import Repository, check_publications
from tests.rfc6962 import Oracle as MerkleTree

NAMES = ["a", "a/b", "a/b/c", "a-", "a.b", "d/e", "d/é", "z"]
names = st.sampled_from(NAMES)
changes = st.builds(
    lambda rule, writes, reads, key: change(
        rule,
        set={name: value for name, value in writes.items() if value is not None},
        delete=[name for name, value in writes.items() if value is None],
        read=sorted(reads),
        key=key,
    ),
    st.sampled_from(["train", "score"]),
    st.dictionaries(names, st.none() | st.integers(0, 2), max_size=3),
    st.sets(names, max_size=2),
    st.none() | st.sampled_from(["k", "k2", "k3"]),
)
# What happens next: on which of two branches, which changes in how large publications; or a merge into it.
steps = st.tuples(st.booleans(), st.none() | st.tuples(st.lists(changes, max_size=8), st.integers(1, 4)))


@given(st.sampled_from([SHA1, SHA256]), st.lists(steps, max_size=10))
@settings(max_examples=150)
def test_random_histories(
    object_format: ObjectFormat, history: list[tuple[bool, tuple[list[Change], int] | None]]
) -> None:
    main = memory_ledger(object_format)
    branch(main, parse_ledger_name("side"))
    side = named("side", main)
    for on_side, step in history:
        here, there = (side, main) if on_side else (main, side)
        # What is refused leaves no trace: the changes before it are published, and the oracle sees the rest.
        with suppress(FormatError, ConflictError):
            if step is None:
                merge(here, there.name)
            else:
                record(here, *step)
    for one in (main, side):
        check_publications(one)
        assert_sound(one)


def record(ledger: Ledger, changes: Iterable[Change], group: int) -> None:
    for _ in append_batch(ledger, changes, group=group):
        pass


@pytest.mark.parametrize("group", [1, 7, 100, 1000])
def test_a_timeline_of_several_segments(any_ledger: Ledger, group: int) -> None:
    record(any_ledger, (set_to(x=number, **{f"y{number % 3}": number}) for number in range(200)), group)
    naive = check_publications(any_ledger)
    assert len(naive.timelines["x"]) == 200
    assert len(naive.sealed) == 3 + 3


def test_timelines_that_are_equal_and_are_sealed_apart(ledger: Ledger) -> None:
    record(ledger, (set_to(x=number, y=number) for number in range(64)), 10)
    record(ledger, [set_to(x=100)], 1)
    record(ledger, [set_to(y=100)], 1)
    assert len({oid for _, oid in check_publications(ledger).sealed}) == 1


@pytest.mark.parametrize("group", [50, 255, 256, 257, 700])
def test_a_log_of_several_tiles(any_ledger: Ledger, group: int) -> None:
    record(any_ledger, (set_to(x=number) for number in range(700)), group)
    assert len(check_publications(any_ledger).log) == 701


def test_a_directory_that_grows_over_the_split_and_shrinks_again(any_ledger: Ledger) -> None:
    many = [f"n{number}" for number in range(70)]
    record(any_ledger, (change("grow", set={f"d/{name}": 1}) for name in many), 9)
    assert "~~0" in rows(any_ledger, "state", "d")
    record(any_ledger, (change("shrink", delete=[f"d/{name}"]) for name in many[:10]), 3)
    assert rows(any_ledger, "state", "d").keys() == set(many[10:])
    record(any_ledger, [change("end", delete=[f"d/{name}" for name in many[10:]]), change("again", set={"d": 1})], 1)
    naive = check_publications(any_ledger)
    assert naive.state.keys() == {"d"}


def rows(ledger: Ledger, *path: str) -> Mapping[str, bytes]:
    """Return the rows of a tree in the newest publication."""
    repository = Repository(ledger.objects)
    head = ledger.refs.read("refs/ledger/main")
    assert head
    tree = repository.tree(repository.commit(head)[0])
    for name in path:
        tree = repository.tree(tree[name])
    return tree


def test_a_value_gives_way_to_a_directory_and_back(any_ledger: Ledger) -> None:
    record(
        any_ledger,
        [
            set_to(a=1),
            change("r", set={"a/b": 1, "a/c/d": 2}, delete=["a"]),
            change("r", set={"a/c": 1}, delete=["a/c/d"]),
            change("r", set={"a": 1}, delete=["a/b", "a/c"]),
            change("r", delete=["a"]),
        ],
        2,
    )
    assert check_publications(any_ledger).state == {}


def test_more_rules_and_keys_than_one_tree_lists(any_ledger: Ledger) -> None:
    record(any_ledger, (change(f"rule {n}", set={"x": n}, key=f"key {n}") for n in range(150)), 20)
    naive = check_publications(any_ledger)
    assert (len(naive.rules), len(naive.keys)) == (151, 150)


def test_a_merge_of_long_branches(any_ledger: Ledger) -> None:
    record(any_ledger, (set_to(x=number, y=number) for number in range(100)), 30)
    branch(any_ledger, parse_ledger_name("side"))
    side = named("side", any_ledger)
    record(any_ledger, (set_to(x=-number, only_main=number) for number in range(1, 100)), 7)
    record(
        side, (change("side", set={"y": -number, f"many/{number}": 1}, key=f"{number}") for number in range(1, 100)), 9
    )
    merge(any_ledger, side.name)
    record(any_ledger, (set_to(x=number, y=number) for number in range(100)), 60)
    naive = check_publications(any_ledger)
    assert [len(naive.timelines[name]) for name in ("x", "y", "only_main")] == [299, 299, 99]
    assert_sound(any_ledger)


def test_a_tile_of_tiles(ledger: Ledger) -> None:
    asked = change("look", read=["a"])
    # The second part goes on from what is stored: a tile that is half full, and one of tiles.
    record(ledger, (asked for _ in range(65_000)), 65_000)
    record(ledger, (asked for _ in range(600)), 600)
    objects, head = ledger.objects, head_of(ledger)
    leaves = [
        cbor2.dumps(
            [objects.read(Oid(oid)).data for oid in (place.event, read_event(objects, place.event).rule, nothing)]
        )
        for nothing in head.deltas[:1]
        for place in backwards(objects, head)
    ]
    assert head.log.size == 65_601
    merkle = MerkleTree(leaves[::-1])
    assert head.log.root() == merkle.root(0, 65_601)
    tiles = rows(ledger, "log", "tile")
    assert tiles.keys() == {"0", "1"}
    assert objects.read(Oid(rows(ledger, "log", "tile", "1")["000"])).data == merkle.hashes(1, 0, 256)
    last = merkle.hashes(0, 255 * 256, 256 * 256)
    assert objects.read(Oid(rows(ledger, "log", "tile", "0")["255"])).data == last
