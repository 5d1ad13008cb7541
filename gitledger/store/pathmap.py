"""A map from paths to blobs, kept as Git trees: the shape of ``state/``, ``index/``, ``rules/`` and ``keys/``.

Specified in ``docs/format/state.md``. A directory with more than ``SPLIT_ABOVE`` children is split: its children
lie in subtrees ``~~0`` to ``~~f`` by the next hexadecimal digit of SHA-256(component), again where one still has
more. The shape depends on the set of paths alone, so equal maps have equal ids, and a change touches
O(log n) small trees however many paths a directory has.

Trees are hashed when `PathMap.root` is asked for and handed out by `PathMap.take_new`, once each, when they
are to be stored: the shapes in between exist in memory only.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final

from gitledger.errors import FormatError
from gitledger.ids import ObjectFormat, Oid, shown
from gitledger.store.base import NewObject
from gitledger.store.node import Node
from gitledger.store.pathtrees import PathTrees, Trail
from gitledger.store.tree import directory_head, file_head, row_name

SPLIT_ABOVE: Final = 64
NEVER_SPLIT: Final = 1 << 62


class PathMap:
    """A mutable map from slash-joined paths to blob ids over immutable trees.

    Every method raises what ``load`` raises, and ``DamageError`` for a tree that no path map has.

    Args:
        load: returns the bytes of a tree by its id.
        object_format: names the trees.
        root: the tree to start from; None is the empty map.
        mark: what the name of every leaf begins with in its tree; not part of the path.
        split_above: how many children a directory may have before it is split; at least 2.
    """

    def __init__(
        self,
        load: Callable[[Oid], bytes],
        object_format: ObjectFormat,
        root: Oid | None,
        *,
        mark: bytes = b"",
        split_above: int = SPLIT_ABOVE,
    ) -> None:
        self._format = object_format
        self._mark = mark
        self._split_above = split_above
        self._trees = PathTrees(load, object_format, root, mark)

    def get(self, path: str) -> Oid | None:
        """Return the blob at ``path``, or None."""
        trail = self._trees.locate(path)
        return None if trail.missing else trail.nodes[-1].get(file_head(self._mark + trail.leaf))

    def read_ahead(self, paths: Iterable[str], load_many: Callable[[list[Oid]], Iterator[bytes]]) -> None:
        """Load what lies on the ways to some paths, many trees at once, unless most of it is in memory.

        Args:
            paths: what is about to be asked for or set.
            load_many: returns the bytes of trees by their ids, in the order asked for; what it raises is raised.
        """
        self._trees.read_ahead(paths, load_many)

    def set(self, path: str, oid: Oid) -> Oid | None:
        """Point ``path`` at a blob; return what it pointed at before, or None.

        Raises:
            FormatError: ``path`` lies below a leaf, or has paths below it; nothing has changed.
        """
        trail = self._trees.locate(path)
        head = file_head(self._mark + trail.leaf)
        before = None if trail.missing else trail.nodes[-1].exchange(head, oid)
        if before is None:
            if not self._mark:
                _refuse_both(path, trail)
            _touch(trail.nodes)
            self._grow(trail, head, oid)
        elif before != oid:
            _touch(trail.nodes)
        return before

    def delete(self, path: str) -> None:
        """Remove ``path``, which must be there. Directories that become empty go with it."""
        nodes, missing, leaf = self._trees.locate(path)
        head = file_head(self._mark + leaf)
        if missing or nodes[-1].get(head) is None:
            raise AssertionError(f"{shown(path)} is not in the map")
        _touch(nodes)
        nodes[-1].remove(head)
        for above, node in reversed([*pairwise(nodes)]):
            if node.starts:
                self._unsplit(node)
            else:
                above.remove(node.head)
                above.stale.remove(node)
                del above.kids[row_name(node.head)]
        self._unsplit(nodes[0])

    def root(self) -> Oid | None:
        """Return the id of the tree as it is now, or None for the empty map."""
        root = self._trees.root
        if root.oid is None:
            changed = [(root, root)]
            for _, node in changed:
                for kid in node.stale:
                    changed.append((node, kid))  # noqa: PERF401  # nearly always one, for which a list costs more
            for above, node in reversed(changed):
                node.stale.clear()
                node.oid = self._format.oid("tree", node.data)
                if node is not above:
                    above.renew(node, node.oid)
        return root.oid if root.starts else None

    def take_new(self) -> list[NewObject]:
        """Return the trees that are part of the map now and were neither loaded nor taken before."""
        pending = [self._trees.root] if self.root() else []
        taken = []
        while pending:
            node = pending.pop()
            if not node.stored and node.oid:
                node.stored = True
                taken.append(NewObject(node.oid, "tree", bytes(node.data), node.taken))
                node.taken = node.oid
                pending += [kid for kid in node.kids.values() if not kid.stored]
        return taken

    def items(self, prefix: str = "") -> Iterator[tuple[str, Oid]]:
        """Yield every path and blob, in the order of the paths' bytes. The map must not change meanwhile.

        Args:
            prefix: only what lies below this directory; the empty text is the whole map.
        """
        return self._trees.items(prefix)

    def _grow(self, trail: Trail, head: bytes, oid: Oid) -> None:
        """Add the directories that a path lacks, and the leaf."""
        node = trail.nodes[-1]
        for component in trail.missing:
            kid = Node(self._format.size, directory_head(component))
            self._room(node, component).adopt(component, kid)
            node = kid
        self._room(node, trail.leaf).insert(head, oid)
        self._trees.loaded += 1

    def _room(self, node: Node, component: bytes) -> Node:
        """Return the tree that is to list one more child of a directory, split as far as this takes."""
        while node.split or len(node.starts) >= self._split_above:
            if not node.split:
                node.scatter(self._mark)
            node = node.bucket(component)
        return node

    def _unsplit(self, node: Node) -> None:
        """Undo a split whose children have become few enough for one tree."""
        if not node.split:
            return
        buckets, count = [], 0
        for row in node.rows():
            bucket = self._trees.open(node, row)
            count += len(bucket.starts)
            if bucket.split or count > self._split_above:
                return
            buckets.append(bucket)
        node.gather(buckets)


def _touch(nodes: list[Node]) -> None:
    """Mark the trees on a way as changed; one that was up to date is now among the stale ones of the tree above it."""
    above = None
    for node in nodes:
        if node.oid is not None:
            node.oid, node.stored = None, False
            if above is not None:
                above.stale.append(node)
        above = node


def _refuse_both(path: str, trail: Trail) -> None:
    """Refuse a new leaf that would lie below a leaf, or where a directory is."""
    node, missing, leaf = trail.nodes[-1], trail.missing, trail.leaf
    if missing and node.get(file_head(missing[0])) is not None:
        reason = "something above it holds a value"
    elif not missing and node.get(directory_head(leaf)) is not None:
        reason = "variables below it hold values"
    else:
        return
    raise FormatError(
        f"variable {shown(path)} cannot hold a value: {reason}; expected either 'a' or 'a/b', not both",
        hint="delete the other one in the same append",
        details={"variable": path},
    )
