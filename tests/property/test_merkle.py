from contextlib import suppress
from functools import cache

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gitledger import codec
from gitledger.errors import FormatError
from gitledger.model.merkle import Frontier, format_head, leaf_data, leaf_hash, parse_head
from gitledger.model.proof import check_consistency, check_inclusion, consistency_proof, inclusion_proof
from gitledger.model.tile import HashReader, TiledLog, extend, parse_tile_path, stored_hashes, tile_path
from tests.rfc6962 import Oracle

LEAVES = [n.to_bytes(3, "big") for n in range(70_000)]
TREE = Oracle(LEAVES)
SIZES = st.integers(0, len(LEAVES))
HASHES = st.binary(min_size=32, max_size=32)


@cache
def hashed() -> list[bytes]:
    return [leaf_hash(leaf) for leaf in LEAVES]


@cache
def tiles() -> dict[tuple[int, int], bytes]:
    _, full = extend(TiledLog(frontier=Frontier()), hashed(), TREE.hashes)
    return {(tile.level, tile.index): tile.data for tile in full}


def frontier_of(size: int) -> Frontier:
    return Frontier(size=size, hashes=TREE.frontier(size))


def stored(size: int) -> HashReader:
    return stored_hashes(
        size,
        tile=lambda level, index: tiles()[level, index],
        leaves=lambda start, stop: b"".join(hashed()[start:stop]),
    )


@st.composite
def frontiers(draw: st.DrawFn) -> Frontier:
    size = draw(st.integers(0, 2**63 - 1))
    return Frontier(size=size, hashes=tuple(draw(HASHES) for _ in range(size.bit_count())))


@given(st.binary(), st.binary(), st.binary())
def test_leaf_data_is_canonical(event: bytes, rule: bytes, delta: bytes) -> None:
    assert leaf_data(event, rule, delta) == codec.encode([event, rule, delta])


@given(frontiers())
def test_a_head_is_read_back(frontier: Frontier) -> None:
    assert parse_head(format_head(frontier)) == frontier


@given(frontiers(), st.data())
def test_a_head_with_one_bit_changed_is_another_head_or_refused(frontier: Frontier, data: st.DataObject) -> None:
    head = format_head(frontier)
    bit = data.draw(st.integers(0, 8 * len(head) - 1))
    changed = (int.from_bytes(head, "big") ^ 1 << bit).to_bytes(len(head), "big")
    try:
        found = parse_head(changed)
    except FormatError:
        return
    # The root does not say how many leaves are below it: a size with as many 1s passes, and only replay tells.
    assert found.hashes == frontier.hashes
    assert found.size != frontier.size
    assert format_head(found) == changed


@given(st.binary(max_size=200))
def test_any_bytes_are_a_head_or_refused(data: bytes) -> None:
    with suppress(FormatError):
        assert format_head(parse_head(data)) == data


@given(st.integers(0, 6).flatmap(lambda level: st.tuples(st.just(level), st.integers(0, 2 ** (55 - 8 * level) - 2))))
def test_a_tile_path_is_read_back(tile: tuple[int, int]) -> None:
    assert parse_tile_path(tile_path(*tile)) == tile


@given(st.text() | st.from_regex(r"tile/[0-9]/(x[0-9]{3}/){0,7}[0-9]{3}", fullmatch=True))
def test_any_text_is_a_tile_path_or_refused(path: str) -> None:
    with suppress(FormatError):
        assert tile_path(*parse_tile_path(path)) == path


@settings(deadline=None)  # the first example builds the tree
@given(SIZES, SIZES)
@example(65_535, 65_536)
@example(0, 70_000)
def test_a_log_extended_from_any_size_is_the_same_log(one: int, other: int) -> None:
    old, new = sorted((one, other))
    log, full = extend(TiledLog(frontier=frontier_of(old)), hashed()[old:new], stored(old))
    assert log.frontier == frontier_of(new)
    for tile in full:
        assert tile.data == tiles()[tile.level, tile.index]
    assert len(full) == sum((new >> 8 * level) - (old >> 8 * level) for level in (1, 2))


@settings(deadline=None)  # the first example builds the tree
@given(st.lists(st.integers(0, 600), max_size=12), st.integers(0, 60_000))
def test_how_leaves_are_batched_makes_no_difference(steps: list[int], start: int) -> None:
    log, size, full = TiledLog(frontier=frontier_of(start)), start, []
    for step in steps:
        log, more = extend(log, hashed()[size : size + step], stored(start))
        size += step
        full += more
    together, at_once = extend(TiledLog(frontier=frontier_of(start)), hashed()[start:size], stored(start))
    assert log.frontier == together.frontier
    assert sorted(full, key=lambda tile: (tile.level, tile.index)) == at_once


@settings(deadline=None)  # the first example builds the tree
@given(SIZES.filter(bool), st.data())
def test_inclusion_is_proved_as_the_rfc_defines(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(frontier_of(size), index, stored(size))
    assert proof == TREE.path(index, 0, size)
    check_inclusion(hashed()[index], proof, index=index, size=size, root=TREE.root(0, size))


@settings(deadline=None)  # the first example builds the tree
@given(SIZES, SIZES)
def test_consistency_is_proved_as_the_rfc_defines(one: int, other: int) -> None:
    old, new = sorted((one, other))
    proof = consistency_proof(frontier_of(new), old, stored(new))
    assert proof == (TREE.proof(old, new) if 0 < old < new else [])
    check_consistency(proof, old_size=old, old_root=TREE.root(0, old), new_size=new, new_root=TREE.root(0, new))


@given(st.lists(st.binary(max_size=33), max_size=66), st.integers(-1, 2**64), st.integers(-1, 2**64), HASHES)
def test_an_invented_proof_is_refused(proof: list[bytes], one: int, other: int, root: bytes) -> None:
    invented = bytes(32)
    assume(root != invented)
    with pytest.raises(FormatError):
        check_inclusion(invented, proof, index=one, size=other, root=root)
    with pytest.raises(FormatError):
        check_consistency(proof, old_size=one, old_root=invented, new_size=other, new_root=root)
