"""Proofs that hold, and proofs with one thing wrong."""

from collections.abc import Iterator, Mapping

from vectors.generate_merkle.tree import LEAVES, TREE, case, hash_of
from vectors.generate_model.scenario import ACCEPT, FORMAT_ERROR, Scenario


def scenarios() -> Iterator[Scenario]:
    """Return all of them."""
    yield from inclusions()
    yield from consistencies()


def inclusions() -> Iterator[Scenario]:
    """Proofs that a log holds a leaf."""
    for index, size in ((0, 1), (0, 2), (2, 3), (5, 7), (255, 256), (300, 70_000), (69_999, 70_000)):
        yield inclusion(f"leaf {index} is in the log of {size} events", index, size, {}, ACCEPT)
    root, proof = TREE.root(0, 7), TREE.path(5, 0, 7)
    for what, change in (
        ("of another leaf", {"leaf": hash_of(LEAVES[4])}),
        ("of a number too low", {"index": 4}),
        ("of a number too high", {"index": 6}),
        ("of a number outside the log", {"index": 7}),
        ("of a number below zero", {"index": -1}),
        ("for a size of another shape", {"size": 9}),
        ("with another root", {"root": TREE.root(0, 6).hex()}),
        ("with two hashes exchanged", {"proof": [proof[1].hex(), proof[0].hex(), proof[2].hex()]}),
        ("with a hash too few", {"proof": [found.hex() for found in proof[:-1]]}),
        ("with a hash too many", {"proof": [found.hex() for found in (*proof, root)]}),
        ("with a hash of 31 bytes", {"proof": [proof[0].hex()[2:], proof[1].hex(), proof[2].hex()]}),
    ):
        yield inclusion(f"an inclusion proof {what} is refused", 5, 7, change)


def inclusion(says: str, index: int, size: int, change: Mapping[str, object], expected: str = FORMAT_ERROR) -> Scenario:
    """Return the proof of a leaf with something changed."""
    proof = [found.hex() for found in TREE.path(index, 0, size)]
    root = TREE.root(0, size).hex()
    content = {"leaf": hash_of(LEAVES[index]), "index": index, "size": size, "root": root, "proof": proof, **change}
    return case("inclusion", says, expected, **content)


def consistencies() -> Iterator[Scenario]:
    """Proofs that a log only grew."""
    for old, new in ((0, 5), (5, 5), (1, 2), (4, 7), (6, 7), (3, 8), (256, 70_000), (65_537, 70_000)):
        yield consistency(f"the log of {new} events begins with that of {old}", old, new, {}, ACCEPT)
    proof = [found.hex() for found in TREE.proof(6, 7)]
    for what, change in (
        ("with another old root", {"old_root": TREE.root(0, 5).hex()}),
        ("with another new root", {"new_root": TREE.root(0, 8).hex()}),
        ("of another old size", {"old_size": 5}),
        ("of a new size of another shape", {"new_size": 9}),
        ("of a log that shrank", {"old_size": 7, "new_size": 6}),
        ("of a size below zero", {"old_size": -1}),
        ("with a hash too few", {"proof": proof[:-1]}),
        ("with a hash too many", {"proof": [*proof, proof[0]]}),
        ("with its hashes in reverse", {"proof": proof[::-1]}),
        ("with a hash of 33 bytes", {"proof": [proof[0] + "00", *proof[1:]]}),
    ):
        yield consistency(f"a consistency proof {what} is refused", 6, 7, change)
    yield consistency("a log of the same size with another root is refused", 5, 5, {"new_root": TREE.root(0, 6).hex()})
    yield consistency("an empty log with another root is refused", 0, 5, {"old_root": "00" * 32})


def consistency(says: str, old: int, new: int, change: Mapping[str, object], expected: str = FORMAT_ERROR) -> Scenario:
    """Return the proof between two sizes with something changed."""
    content = {
        "old_size": old,
        "old_root": TREE.root(0, old).hex(),
        "new_size": new,
        "new_root": TREE.root(0, new).hex(),
        "proof": [found.hex() for found in TREE.proof(old, new)] if 0 < old < new else [],
    }
    return case("consistency", says, expected, **{**content, **change})
