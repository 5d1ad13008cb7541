from collections.abc import Callable, Iterator

import pytest

from gitledger.errors import FormatError
from gitledger.model.merkle import EMPTY_ROOT, SIZE_LIMIT, Frontier, leaf_hash, node_hash
from gitledger.model.proof import check_consistency, check_inclusion, consistency_proof, inclusion_proof
from gitledger.model.tile import stored_hashes
from tests.rfc6962 import Oracle

LEAVES = [bytes((n,)) for n in range(130)]
TREE = Oracle(LEAVES)
SIZES = range(1, 131)


def frontier_of(size: int, tree: Oracle = TREE) -> Frontier:
    return Frontier(size=size, hashes=tree.frontier(size))


def flips(data: bytes) -> Iterator[bytes]:
    for bit in range(8 * len(data)):
        yield (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


def other_shapes(proof: list[bytes]) -> Iterator[list[bytes]]:
    yield [*proof, bytes(32)]
    for n, found in enumerate(proof):
        yield proof[:n] + proof[n + 1 :]
        yield [*proof[:n], found, *proof[n:]]
        yield [*proof[:n], found[:-1], *proof[n + 1 :]]
        yield [*proof[:n], found + b"\0", *proof[n + 1 :]]


def bent(proof: list[bytes]) -> Iterator[list[bytes]]:
    yield from other_shapes(proof)
    for n, found in enumerate(proof):
        for flipped in flips(found):
            yield [*proof[:n], flipped, *proof[n + 1 :]]


def refused(check: Callable[..., None], *args: object, **kwargs: object) -> None:
    with pytest.raises(FormatError):
        check(*args, **kwargs)


@pytest.mark.parametrize("size", SIZES)
def test_inclusion_of_every_leaf_in_every_log_is_proved_as_the_rfc_defines(size: int) -> None:
    log, root = frontier_of(size), TREE.root(0, size)
    for index in range(size):
        proof = inclusion_proof(log, index, TREE.hashes)
        assert proof == TREE.path(index, 0, size)
        check_inclusion(leaf_hash(LEAVES[index]), proof, index=index, size=size, root=root)


@pytest.mark.parametrize("new", SIZES)
def test_consistency_of_every_two_logs_is_proved_as_the_rfc_defines(new: int) -> None:
    log = frontier_of(new)
    for old in range(new + 1):
        proof = consistency_proof(log, old, TREE.hashes)
        assert proof == (TREE.proof(old, new) if 0 < old < new else [])
        check_consistency(proof, old_size=old, old_root=TREE.root(0, old), new_size=new, new_root=TREE.root(0, new))


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (1, 3), (2, 3), (5, 7), (6, 8), (64, 65), (100, 130)])
def test_an_inclusion_proof_with_anything_changed_is_refused(index: int, size: int) -> None:
    leaf, root, proof = leaf_hash(LEAVES[index]), TREE.root(0, size), TREE.path(index, 0, size)
    for other in bent(proof):
        refused(check_inclusion, leaf, other, index=index, size=size, root=root)
    for other_leaf in flips(leaf):
        refused(check_inclusion, other_leaf, proof, index=index, size=size, root=root)
    for other_root in flips(root):
        refused(check_inclusion, leaf, proof, index=index, size=size, root=other_root)
    for other_index in set(range(-1, size + 2)) - {index}:
        refused(check_inclusion, leaf, proof, index=other_index, size=size, root=root)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 3), (3, 7), (4, 8), (6, 8), (7, 8), (64, 65), (65, 130)])
def test_a_consistency_proof_with_anything_changed_is_refused(old: int, new: int) -> None:
    sizes = {"old_size": old, "new_size": new}
    roots = {"old_root": TREE.root(0, old), "new_root": TREE.root(0, new)}
    proof = TREE.proof(old, new)
    for other in bent(proof):
        refused(check_consistency, other, **sizes, **roots)
    for name, root in roots.items():
        for other_root in flips(root):
            refused(check_consistency, proof, **sizes, **roots | {name: other_root})
    for other_old in set(range(-1, new + 2)) - {old}:
        refused(check_consistency, proof, **sizes | {"old_size": other_old}, **roots)


@pytest.mark.parametrize("size", [0, 1, 5])
def test_a_log_is_consistent_with_itself_only_by_the_same_root_and_no_proof(size: int) -> None:
    root = TREE.root(0, size)
    check_consistency([], old_size=size, old_root=root, new_size=size, new_root=root)
    refused(check_consistency, [root], old_size=size, old_root=root, new_size=size, new_root=root)
    refused(check_consistency, [], old_size=size, old_root=bytes(32), new_size=size, new_root=root)


def test_the_empty_log_is_the_beginning_of_every_log() -> None:
    check_consistency([], old_size=0, old_root=EMPTY_ROOT, new_size=5, new_root=TREE.root(0, 5))
    refused(check_consistency, [], old_size=0, old_root=bytes(32), new_size=5, new_root=TREE.root(0, 5))
    refused(check_consistency, [EMPTY_ROOT], old_size=0, old_root=EMPTY_ROOT, new_size=5, new_root=TREE.root(0, 5))


def test_a_byte_moved_from_a_leaf_to_its_sibling_is_refused() -> None:
    leaf, (sibling,), root = leaf_hash(LEAVES[1]), TREE.path(1, 0, 2), TREE.root(0, 2)
    check_inclusion(leaf, [sibling], index=1, size=2, root=root)
    refused(check_inclusion, leaf[1:], [sibling + leaf[:1]], index=1, size=2, root=root)


def test_sizes_beyond_any_log_are_refused_however_well_the_hashes_fit() -> None:
    leaf = root = bytes(32)
    for _ in range(63):
        root = node_hash(root, leaf)
    refused(check_inclusion, leaf, [leaf] * 63, index=0, size=SIZE_LIMIT + 1, root=root)
    sizes = {"old_size": 2**62, "new_size": SIZE_LIMIT + 1}
    refused(check_consistency, [leaf], **sizes, old_root=leaf, new_root=node_hash(leaf, leaf))
    huge = 1 << 200_000
    refused(check_inclusion, leaf, [], index=0, size=huge, root=root)
    refused(check_consistency, [], old_size=1, old_root=leaf, new_size=huge, new_root=root)


def test_a_proof_from_a_head_and_full_tiles_reads_no_event_for_an_old_leaf() -> None:
    leaves = [n.to_bytes(3, "big") for n in range(65_536 + 300)]
    tree, reads = Oracle(leaves), []

    def tile(level: int, index: int) -> bytes:
        reads.append((level, index))
        return tree.hashes(level, index * 256, index * 256 + 256)

    def no_leaves(start: int, stop: int) -> bytes:
        raise AssertionError(f"leaves {start} to {stop - 1} were read")

    read = stored_hashes(len(leaves), tile=tile, leaves=no_leaves)
    log = frontier_of(len(leaves), tree)
    assert inclusion_proof(log, 1000, read) == tree.path(1000, 0, len(leaves))
    assert set(reads) == {(0, 3), (1, 0)}
    reads.clear()
    assert consistency_proof(log, 65_537 - 256, read) == tree.proof(65_537 - 256, len(leaves))
    assert set(reads) == {(0, 255), (1, 0)}
