from hashlib import sha256

import pytest

from gitledger import codec
from gitledger.errors import FormatError
from gitledger.model.merkle import (
    EMPTY_ROOT,
    SIZE_LIMIT,
    Frontier,
    format_head,
    leaf_data,
    leaf_hash,
    node_hash,
    parse_head,
)
from tests.rfc6962 import Oracle

LEAVES = [bytes((n,)) for n in range(131)]
TREE = Oracle(LEAVES)
HASH = bytes(32)


def frontier_of(size: int) -> Frontier:
    return Frontier(size=size, hashes=TREE.frontier(size))


def test_leaf_node_and_empty_tree_are_hashed_apart() -> None:
    assert leaf_hash(b"x") == sha256(b"\0x").digest()
    assert node_hash(HASH, b"\2" * 32) == sha256(b"\1" + HASH + b"\2" * 32).digest()
    assert Frontier().root() == EMPTY_ROOT == sha256(b"").digest()


@pytest.mark.parametrize("size", [0, 1, 23, 24, 25, 255, 256, 257, 65_535, 65_536, 65_537])
def test_leaf_data_is_what_the_codec_writes(size: int) -> None:
    parts = [b"e" * size, b"rule", b"d" * (size // 2)]
    for turn in range(3):
        event, rule, delta = parts[turn:] + parts[:turn]
        assert leaf_data(event, rule, delta) == codec.encode([event, rule, delta])


def test_a_frontier_grows_as_the_rfc_defines_the_tree() -> None:
    frontier = Frontier()
    for size, leaf in enumerate(LEAVES):
        assert frontier == frontier_of(size)
        assert frontier.root() == TREE.root(0, size)
        frontier = frontier.append(leaf_hash(leaf))


@pytest.mark.parametrize(
    ("size", "hashes", "reason"),
    [
        (-1, (HASH,), "a size out of range"),
        (SIZE_LIMIT + 1, (HASH,), "a size out of range"),
        (5, (HASH,), "1 frontier hashes; expected 2"),
        (5, (HASH,) * 3, "3 frontier hashes; expected 2"),
        (0, (HASH,), "1 frontier hashes; expected 0"),
        (5, (HASH, HASH + b"x"), "something else than hashes"),
    ],
)
def test_a_frontier_that_no_log_has_cannot_be_built(size: int, hashes: tuple[bytes, ...], reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        Frontier(size=size, hashes=hashes)


def test_the_longest_log_has_a_head() -> None:
    longest = Frontier(size=SIZE_LIMIT, hashes=tuple(bytes((n,)) * 32 for n in range(63)))
    assert parse_head(format_head(longest)) == longest


@pytest.mark.parametrize("size", range(131))
def test_a_head_is_read_back(size: int) -> None:
    assert parse_head(format_head(frontier_of(size))) == frontier_of(size)


FRONTIER = list(TREE.frontier(3))
GOOD = {"root": TREE.root(0, 3), "size": 3, "frontier": FRONTIER}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"root": TREE.root(0, 2)}, "another root"),
        ({"root": 7}, "another root"),
        ({"frontier": FRONTIER[::-1]}, "another root"),
        ({"size": 4}, "expected 1"),
        ({"size": True}, "something else than an integer"),
        ({"size": None}, "something else than an integer"),
        ({"size": -3}, "a size out of range"),
        ({"frontier": 7}, "something else than a list"),
        ({"frontier": [HASH, "text"]}, "something else than bytes"),
        ({"frontier": [HASH, b"short"]}, "something else than hashes"),
        ({"more": 1}, "other fields"),
    ],
)
def test_a_head_that_is_not_one_is_refused(change: dict[str, object], reason: str) -> None:
    assert parse_head(codec.encode(GOOD)) == frontier_of(3)
    with pytest.raises(FormatError, match=reason):
        parse_head(codec.encode(GOOD | change))


def test_a_head_that_is_no_map_is_refused() -> None:
    with pytest.raises(FormatError, match="other fields"):
        parse_head(codec.encode(["root", "size", "frontier"]))


def test_a_head_larger_than_any_is_refused_before_it_is_read() -> None:
    with pytest.raises(FormatError, match="at most 2,207"):
        parse_head(bytes(2208))
