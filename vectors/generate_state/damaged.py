"""Trees that are no state: no set of variables makes them."""

import hashlib
from collections.abc import Iterator
from typing import Final

from tests.split_tree import Oracle
from vectors.generate_model.scenario import Scenario
from vectors.generate_state.states import NULL, alike, blob, numbered

DAMAGE_ERROR: Final = "DamageError"
VALUE: Final = blob(bytes.fromhex(NULL), "sha1")
FILE: Final = b"100644"
DIRECTORY: Final = b"40000"


def scenarios() -> Iterator[Scenario]:
    """Yield all of them."""
    yield from other_shapes()
    yield from other_rows()
    yield from other_names()


def other_shapes() -> Iterator[Scenario]:
    """Yield trees in which every variable is, but not where it belongs."""
    yield refused("a directory of 65 children that is not split", *made(numbered(65), split_above=65))
    yield refused("a directory of 64 children that is split", *made(numbered(64), split_above=63))
    yield refused("a bucket of 65 children that is not split", *buckets([alike("0", 65), alike("1", 1)]))
    yield refused("a variable in the bucket of another digit", *buckets([alike("1", 33), alike("0", 33)]))
    yield refused("a bucket without children", *buckets([alike("0", 64), alike("1", 1), []]))
    nothing = tree()
    yield refused("a directory without children", tree(row(FILE, "a"), row(DIRECTORY, "b", oid(nothing))), nothing)
    bucket = tree(row(FILE, "a"))
    yield refused("a bucket beside a variable", tree(row(FILE, "a"), row(DIRECTORY, "~~0", oid(bucket))), bucket)
    yield refused("a bucket that no digit names", tree(row(DIRECTORY, "~~g", oid(bucket))), bucket)
    yield refused("a bucket of two digits", tree(row(DIRECTORY, "~~00", oid(bucket))), bucket)


def other_rows() -> Iterator[Scenario]:
    """Yield bytes that Git would not have written, or modes that no state has."""
    yield refused("an executable", tree(row(b"100755", "a")))
    yield refused("a symbolic link", tree(row(b"120000", "a")))
    yield refused("a submodule", tree(row(b"160000", "a")))
    yield refused("a mode of old that lets the group write", tree(row(b"100664", "a")))
    below = tree(row(FILE, "b"))
    yield refused("a mode with a zero before it", tree(row(b"040000", "a", oid(below))), below)
    yield refused("a name out of order", tree(row(FILE, "b"), row(FILE, "a")))
    says = "a directory that sorts as if its name did not end with a slash"
    yield refused(says, tree(row(DIRECTORY, "a", oid(below)), row(FILE, "a.")), below)
    yield refused("a name that stands twice", tree(row(FILE, "a"), row(FILE, "a")))
    says = "a name that is a variable and a directory"
    yield refused(says, tree(row(FILE, "a"), row(FILE, "a."), row(DIRECTORY, "a", oid(below))), below)
    yield refused("a tree that is cut short", tree(row(FILE, "a"))[:-1])
    yield refused("a tree with a byte after it", tree(row(FILE, "a"), b"1"))


def other_names() -> Iterator[Scenario]:
    """Yield trees with names that no component of a variable has."""
    yield refused("a tree with a name of no bytes", tree(row(FILE, "")))
    yield refused("a tree with a slash in a name", tree(row(FILE, "a/b")))
    yield refused("a tree with the mark of a timeline", tree(row(FILE, "~a")))
    yield refused("a tree with a name that is not UTF-8", tree(FILE + b" \xff\0" + VALUE))
    yield refused("a tree with a name that is not in NFC", tree(row(FILE, "e\u0301")))
    yield refused("a tree with a name that Git treats specially", tree(row(FILE, ".gitattributes")))


def row(mode: bytes, name: str, target: bytes = VALUE) -> bytes:
    """Return one row of a tree."""
    return mode + b" " + name.encode() + b"\0" + target


def tree(*rows: bytes) -> bytes:
    """Return the bytes of a tree, in whatever order the rows stand."""
    return b"".join(rows)


def oid(data: bytes) -> bytes:
    """Return the id of a tree."""
    return hashlib.sha1(b"tree %d\0" % len(data) + data, usedforsecurity=False).digest()


def made(names: list[str], *, split_above: int) -> list[bytes]:
    """Return the trees of a map that is split elsewhere than it should be, the root first."""
    oracle = Oracle(dict.fromkeys(names, VALUE), split_above=split_above)
    return [oracle.trees.pop(oracle.root), *oracle.trees.values()]


def buckets(members: list[list[str]]) -> list[bytes]:
    """Return a root with these names in its first buckets, whatever their digits are, and the buckets."""
    below = [tree(*(row(FILE, name) for name in sorted(names))) for names in members]
    return [tree(*(row(DIRECTORY, f"~~{digit}", oid(data)) for digit, data in enumerate(below))), *below]


def refused(says: str, root: bytes, *below: bytes) -> Scenario:
    """Return the scenario of a root, and the trees below it, that is refused."""
    trees = {oid(data).hex(): data.hex() for data in (root, *below)}
    return Scenario(says=f"{says} is refused", expected=DAMAGE_ERROR, content={"root": oid(root).hex(), "trees": trees})
