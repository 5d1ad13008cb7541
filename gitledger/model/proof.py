"""Proofs that a log holds a leaf (inclusion), and that it only grew (consistency), as RFC 6962 defines them.

A proof is a list of 32-byte hashes, from the leaves to the root. Prover and checker walk the same path, so the shape
of a proof follows from the sizes alone and a checker takes no other. The path to a leaf:

1. A range of n > 1 leaves splits after the largest power of two below n.
2. The half without the leaf is a sibling; the proof holds its root.
3. The half with the leaf is the next range, until only the leaf is left.

A check returns nothing and raises if the proof does not hold, so that no caller can overlook the answer. Examples
are in ``docs/format/log.md``.
"""

from collections.abc import Sequence
from typing import Final

from gitledger.errors import FormatError
from gitledger.model.merkle import EMPTY_ROOT, HASH_BYTES, SIZE_LIMIT, Frontier, fold, node_hash
from gitledger.model.tile import HashReader, tile_root

_TILE_HEIGHT: Final = 8
_Range = tuple[int, int]


def inclusion_proof(log: Frontier, index: int, read: HashReader) -> list[bytes]:
    """Return the proof that leaf ``index`` (from 0, below the size) is in a log (RFC 6962, 2.1.1).

    Args:
        log: the log in which to prove it, at any of its sizes.
        index: number of the leaf.
        read: reads hashes of the log, at this size or a later one.
    """
    if not 0 <= index < log.size:
        raise AssertionError(f"leaf {index} of a log of {log.size}")
    return _roots(log, _siblings(index, log.size), read)


def check_inclusion(leaf: bytes, proof: Sequence[bytes], *, index: int, size: int, root: bytes) -> None:
    """Check that a leaf hash is number ``index`` (from 0) of the log with this size and root.

    The size must come from where the root comes from, a head or a checkpoint: a proof can hold for several sizes.

    Raises:
        FormatError: it is not, or the proof has another shape than the one that `inclusion_proof` makes.
    """
    if not 0 <= index < size <= SIZE_LIMIT:
        raise FormatError(f"a proof is about a leaf outside its log; expected one of at most {SIZE_LIMIT}")
    siblings = _siblings(index, size)
    _check_shape(proof, len(siblings))
    found = leaf
    for (start, _), sibling in zip(siblings, proof, strict=True):
        found = node_hash(sibling, found) if start < index else node_hash(found, sibling)
    if found != root:
        raise FormatError("an inclusion proof leads to another root than that of the log")


def consistency_proof(log: Frontier, old_size: int, read: HashReader) -> list[bytes]:
    """Return the proof that a log begins with the log of ``old_size`` leaves that it was once (RFC 6962, 2.1.2).

    Args:
        log: the log as it is later.
        old_size: 0 to the size of ``log``; at both ends the proof is empty.
        read: reads hashes of the log, at this size or a later one.
    """
    if not 0 <= old_size <= log.size:
        raise AssertionError(f"size {old_size} of a log of {log.size}")
    if old_size in {0, log.size}:
        return []
    shared, siblings = _fork(old_size, log.size)
    return _roots(log, siblings if shared[0] == 0 else [shared, *siblings], read)


def check_consistency(
    proof: Sequence[bytes], *, old_size: int, old_root: bytes, new_size: int, new_root: bytes
) -> None:
    """Check that the log with the new size and root begins with all leaves of the log with the old ones.

    Every log begins with the empty one, so about the new root an old size of 0 proves nothing.

    Raises:
        FormatError: it does not, or the proof has another shape than the one that `consistency_proof` makes.
    """
    if not 0 <= old_size <= new_size <= SIZE_LIMIT:
        raise FormatError(f"a proof is about a log that shrank; expected it to grow, to at most {SIZE_LIMIT}")
    if old_size in {0, new_size}:
        _check_shape(proof, 0)
        if old_root != (new_root if old_size else EMPTY_ROOT):
            raise FormatError("a log of the same size has another root")
        return
    shared, siblings = _fork(old_size, new_size)
    # Where the old log is one perfect subtree of the new one, its root is known to whoever checks, and left out.
    known = [old_root] if shared[0] == 0 else []
    _check_shape(proof, 1 + len(siblings) - len(known))
    first, *rest = *known, *proof
    old = new = first
    for (start, _), sibling in zip(siblings, rest, strict=True):
        if start < old_size:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        else:
            new = node_hash(new, sibling)
    if (old, new) != (old_root, new_root):
        raise FormatError("a consistency proof leads to other roots than those of the two logs")


def _siblings(index: int, size: int) -> list[_Range]:
    # The ranges of leaves that hang beside the path to a leaf, lowest first.
    start, stop, siblings = 0, size, list[_Range]()
    while stop - start > 1:
        middle = start + (1 << (stop - start - 1).bit_length() - 1)
        if index < middle:
            siblings.append((middle, stop))
            stop = middle
        else:
            siblings.append((start, middle))
            start = middle
    return siblings[::-1]


def _fork(old_size: int, new_size: int) -> tuple[_Range, list[_Range]]:
    # The largest subtree that ends where the old log ends and is in both trees, and the siblings on the path from it.
    siblings = _siblings(old_size - 1, new_size)
    right = next(n for n, (start, _) in enumerate(siblings) if start == old_size)
    return (siblings[right - 1][0] if right else old_size - 1, old_size), siblings[right:]


def _check_shape(proof: Sequence[bytes], length: int) -> None:
    if len(proof) != length or any(len(found) != HASH_BYTES for found in proof):
        raise FormatError(f"a proof has another shape; expected {length} hashes of {HASH_BYTES} bytes")


def _roots(log: Frontier, ranges: Sequence[_Range], read: HashReader) -> list[bytes]:
    # The frontier answers for the right edge, where no tile is full; the tiles answer for the rest.
    known = dict(zip(_perfect(0, log.size), log.hashes, strict=True))
    return [fold([known.get(part) or _subtree_root(part, read) for part in _perfect(*leaves)]) for leaves in ranges]


def _perfect(start: int, stop: int) -> list[_Range]:
    # The perfect subtrees of a node's range, largest first. A node begins at a multiple of its largest subtree.
    parts = []
    while start < stop:
        middle = start + (1 << (stop - start).bit_length() - 1)
        parts.append((start, middle))
        start = middle
    return parts


def _subtree_root(leaves: _Range, read: HashReader) -> bytes:
    start, stop = leaves
    level = ((stop - start).bit_length() - 1) // _TILE_HEIGHT
    shift = _TILE_HEIGHT * level
    return tile_root(read(level, start >> shift, stop >> shift))
