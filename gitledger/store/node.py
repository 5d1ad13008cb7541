"""One tree of a path map in memory: the bytes that Git hashes, changed in place, and the subtrees loaded below it.

A tree stays in the bytes that Git stores: they are the smallest form, about 50 bytes a child, and a changed object id
costs one search and one copy. ``starts`` says where each row begins: insertion becomes a binary search, and bytes that
look like a row but lie across two of them, or inside an object id, are not taken for one.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Final

from gitledger.errors import FormatError
from gitledger.ids import ObjectFormat, Oid
from gitledger.store.tree import (
    DIRECTORY,
    DIRECTORY_BYTE,
    DIRECTORY_NAME,
    FILE_NAME,
    directory_head,
    parse_tree,
    row_name,
    row_order,
)

_BUCKETS: Final = {digit: b"~~" + digit.encode() for digit in "0123456789abcdef"}
_BUCKET_NAMES: Final = frozenset(_BUCKETS.values())
_DIGITS: Final = 64  # of a SHA-256 in hexadecimal: no directory can be split deeper


class Node:
    """One tree.

    Attributes:
        size: bytes of an object id.
        head: what stands before this tree's id in its row in the tree above; empty at the root.
        at: where that id lies in the tree above; -1 if rows have moved since it was looked for.
        depth: how many digits of SHA-256(component) led here from the top of the directory.
        split: whether the children are the buckets of a directory instead of its own children.
        kids: the subtrees in memory, by name.
        stale: those of ``kids`` whose rows are out of date here, because they have changed.
        oid: the id, or None while the tree has changed since it was hashed.
        stored: whether the tree was loaded, or handed out to be stored, as it is now.
        taken: the version that was handed out last; the next one differs little from it.
    """

    __slots__ = ("at", "data", "depth", "head", "kids", "oid", "size", "split", "stale", "starts", "stored", "taken")

    def __init__(self, size: int, head: bytes = b"", depth: int = 0) -> None:
        self.size = size
        self.head = head
        self.at = -1
        self.depth = depth
        self.split = False
        self.data = bytearray()
        self.starts = array("I")
        self.kids: dict[bytes, Node] = {}
        self.stale: list[Node] = []
        self.oid: Oid | None = None
        self.stored = False
        self.taken: Oid | None = None

    def get(self, head: bytes) -> Oid | None:
        """Return the object id in the row with this head, or None."""
        at = self._find(head)
        return None if at < 0 else Oid(bytes(self.data[at : at + self.size]))

    def exchange(self, head: bytes, oid: Oid) -> Oid | None:
        """Point the row with this head at another object; return the one before, or None if there is no such row."""
        at = self._find(head)
        if at < 0:
            return None
        end = at + self.size
        before = bytes(self.data[at:end])
        self.data[at:end] = oid
        return Oid(before)

    def renew(self, kid: "Node", oid: Oid) -> None:
        """Point the row of a subtree in memory at what it has become."""
        if kid.at < 0:
            kid.at = self._find(kid.head)
        self.data[kid.at : kid.at + self.size] = oid

    def insert(self, head: bytes, oid: bytes) -> None:
        """Add a row, which must not be there, at its place in Git's order."""
        starts, length = self.starts, len(head) + self.size
        place = self._place(row_order(head))
        at = starts[place] if place < len(starts) else len(self.data)
        self.data[at:at] = head + oid
        starts[place:] = array("I", [at, *[start + length for start in starts[place:]]])
        self._rows_moved()

    def remove(self, head: bytes) -> None:
        """Take away the row with this head, which must be there."""
        at, length = self._find(head) - len(head), len(head) + self.size
        place = bisect_left(self.starts, at)
        del self.data[at : at + length]
        self.starts[place:] = array("I", [start - length for start in self.starts[place + 1 :]])
        self._rows_moved()

    def rows(self) -> list[bytes]:
        """Return the rows in Git's order."""
        data = bytes(self.data)
        return [data[start:end] for start, end in zip(self.starts, [*self.starts[1:], len(data)], strict=False)]

    def adopt(self, name: bytes, kid: "Node") -> None:
        """Add a new subtree under a name that is not there."""
        self.insert(kid.head, bytes(self.size))
        self.kids[name] = kid
        self.stale.append(kid)

    def bucket(self, component: bytes) -> "Node":
        """Return the bucket in memory that a component belongs to, a new one if there is none."""
        name = bucket_name(component, self.depth)
        kid = self.kids.get(name)
        if kid is None:
            kid = Node(self.size, directory_head(name), self.depth + 1)
            self.adopt(name, kid)
        return kid

    def scatter(self, mark: bytes) -> None:
        """Split: move the children to buckets."""
        rows, kids = self.rows(), self.kids
        self.split, self.kids = True, {}
        self.fill(())
        buckets: dict[Node, list[bytes]] = {}
        for row in rows:
            component = row_name(row) if row.startswith(DIRECTORY) else row_name(row).removeprefix(mark)
            buckets.setdefault(self.bucket(component), []).append(row)
        for bucket, members in buckets.items():
            bucket.kids = {name: kids[name] for name in map(row_name, members) if name in kids}
            bucket.fill(members)

    def gather(self, buckets: "list[Node]") -> None:
        """Undo a split: take back the children of all the buckets."""
        self.split = False
        self.kids = {name: kid for bucket in buckets for name, kid in bucket.kids.items()}
        self.fill(sorted((row for bucket in buckets for row in bucket.rows()), key=row_order))

    def fill(self, rows: Iterable[bytes]) -> None:
        """Hold these rows, which are in Git's order, and no others; ``kids`` must fit them."""
        self.data.clear()
        self.starts = array("I")
        for row in rows:
            self.starts.append(len(self.data))
            self.data += row
        self.stale = [kid for kid in self.kids.values() if kid.oid is None]
        self._rows_moved()

    def _place(self, order: bytes) -> int:
        """Return before how many of the rows a row belongs that Git sorts by ``order``, which none of them has."""
        # `bisect_left` with `row_order` as its key, at a third of the price.
        data, starts = self.data, self.starts
        low, high = 0, len(starts)
        while low < high:
            middle = (low + high) // 2
            start = starts[middle]
            end = data.index(0, start)
            if data[start] == DIRECTORY_BYTE:
                is_before = data[start + DIRECTORY_NAME : end] + b"/" < order
            else:
                is_before = data[start + FILE_NAME : end] < order
            if is_before:
                low = middle + 1
            else:
                high = middle
        return low

    def _rows_moved(self) -> None:
        for kid in self.kids.values():
            kid.at = -1

    def _find(self, head: bytes) -> int:
        data, starts = self.data, self.starts
        at = data.find(head)
        while at >= 0:
            place = bisect_left(starts, at)
            if place < len(starts) and starts[place] == at:
                return at + len(head)
            at = data.find(head, at + 1)
        return -1


def bucket_name(component: bytes, depth: int) -> bytes:
    """Return the bucket, ``depth`` splits below the top of its directory, that a component belongs to."""
    return _BUCKETS[_digits(component)[depth]]


def parse_node(node: Node, data: bytes, object_format: ObjectFormat, mark: bytes) -> None:
    """Fill a new node with the tree that these bytes hold.

    Raises:
        FormatError: they are no tree of a path map.
    """
    entries = parse_tree(data, object_format)
    node.split = bool(entries) and entries[0].name in _BUCKET_NAMES and node.depth < _DIGITS
    for mode, name, _ in entries:
        if node.split:
            fits = mode == DIRECTORY and name in _BUCKET_NAMES
        else:
            own = b"" if mode == DIRECTORY else mark
            fits = name.startswith(own) and not name.startswith(b"~", len(own))
        if not fits:
            raise FormatError(f"a tree of a path map holds {name!r} here; expected only ~~0 to ~~f, or no name with ~")
    node.fill([b"%s %s\0%s" % entry for entry in entries])


@lru_cache(maxsize=4096)
def _digits(component: bytes) -> str:
    return sha256(component).hexdigest()
