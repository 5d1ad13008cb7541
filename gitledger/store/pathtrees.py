"""The trees of a path map, in the repository and in memory: finds the way in them and lists them, changes nothing.

A tree is loaded when a path leads through it and stays in memory until so many have gathered that all are forgotten;
what is only listed is not kept. Nothing recurses: a path may have 512 components.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from gitledger.errors import DamageError, FormatError
from gitledger.ids import ObjectFormat, Oid
from gitledger.store.node import Node, bucket_name, parse_node
from gitledger.store.tree import directory_head, row_name, row_order

# Children in memory, at 75 to 100 bytes each, beyond which trees are forgotten: state and index together in 120 MB.
LOADED_LIMIT: Final = 600_000
# Trees read one by one that make it worth while to look for what else is not in memory.
_MANY: Final = 64


class Trail(NamedTuple):
    """The way to a path, as far as there are trees for it.

    Attributes:
        nodes: the trees, buckets included, from the root on.
        missing: the directories that are not there, from the first of them on.
        leaf: the last component of the path.
    """

    nodes: list[Node]
    missing: list[bytes]
    leaf: bytes


class PathTrees:
    """The trees below one root.

    Args:
        load: returns the bytes of a tree by its id.
        object_format: names the trees.
        root: the tree to start from; None is the empty map.
        mark: what the name of every leaf begins with in its tree.

    Attributes:
        root: the tree of the whole map.
        loaded: children in memory; whoever adds some counts them here.
        read_alone: how many trees were read one by one since the last `read_ahead`; many before the first.
    """

    def __init__(
        self, load: Callable[[Oid], bytes], object_format: ObjectFormat, root: Oid | None, mark: bytes
    ) -> None:
        self._load = load
        self._format = object_format
        self._mark = mark
        self.loaded = 0
        self.read_alone = _MANY
        self.root = self._read(root, Node(object_format.size)) if root else Node(object_format.size)

    def locate(self, path: str) -> Trail:
        """Return the way to a path."""
        *parents, leaf = path.encode().split(b"/")
        nodes, missing = self._follow(parents)
        if not missing:
            self._enter_buckets(nodes, leaf)
        return Trail(nodes, missing, leaf)

    def kid(self, node: Node, name: bytes) -> Node | None:
        """Return a subtree, which stays in memory, or None."""
        kid = node.kids.get(name)
        if kid is None:
            head = directory_head(name)
            oid = node.get(head)
            return None if oid is None else self.open(node, head + oid)
        return kid

    def open(self, node: Node, row: bytes) -> Node:
        """Return the subtree of a row, which stays in memory."""
        name = row_name(row)
        if name not in node.kids:
            node.kids[name] = self._peek(node, row)
            self.loaded += len(node.kids[name].starts)
        return node.kids[name]

    def read_ahead(self, paths: Iterable[str], load_many: Callable[[list[Oid]], Iterator[bytes]]) -> None:
        """Load the trees on the ways to some paths, level by level, those of a level at once.

        Does nothing if hardly any tree had to be read alone since the last time: the ways are in memory.

        Args:
            paths: where somebody is about to go.
            load_many: returns the bytes of trees by their ids, in the order asked for.
        """
        if self.read_alone < _MANY:
            return
        self.read_alone = 0
        ways = [path.encode().split(b"/") for path in paths]
        while unread := dict.fromkeys(found for way in ways if (found := self._first_unread(way))):
            oids = [Oid(row[-node.size :]) for node, row in unread]
            for (node, row), oid, data in zip(unread, oids, load_many(oids), strict=True):
                kid = self._parse(oid, _below(node, row), data)
                node.kids[row_name(row)] = kid
                self.loaded += len(kid.starts)

    def _first_unread(self, way: list[bytes]) -> tuple[Node, bytes] | None:
        """Return where the first tree on a way is named that is there and not in memory, and the row that names it."""
        node, at = self.root, 0
        while node.split or at < len(way) - 1:
            name = bucket_name(way[at], node.depth) if node.split else way[at]
            at += not node.split
            kid = node.kids.get(name)
            if kid is None:
                oid = node.get(directory_head(name))
                return None if oid is None else (node, directory_head(name) + oid)
            node = kid
        return None

    def items(self, prefix: str) -> Iterator[tuple[str, Oid]]:
        """Yield every path below a directory, or below the root if ``prefix`` is empty, in the order of their bytes."""
        nodes, missing = self._follow(prefix.encode().split(b"/") if prefix else [])
        start = prefix.encode() + b"/" if prefix else b""
        pending = [] if missing else [self._children(nodes[-1], start)]
        while pending:
            path, child = next(pending[-1], (b"", None))
            if child is None:
                pending.pop()
            elif isinstance(child, Node):
                pending.append(self._children(child, path))
            else:
                yield _text(path), child

    def _children(self, top: Node, prefix: bytes) -> Iterator[tuple[bytes, Node | Oid]]:
        """Yield the children of one directory, split or not, with their paths, in order."""
        size = self._format.size
        found: list[bytes] = []
        kids: dict[bytes, Node] = {}
        pending = [top]
        while pending:
            node = pending.pop()
            if node.split:
                pending += [self._peek(node, row) for row in node.rows()]
            else:
                kids |= node.kids
                # One bytes object a child: a directory may have a million.
                found += [row_order(row).removeprefix(self._mark) + b"\0" + row[-size:] for row in node.rows()]
        for row in sorted(found):
            order, _, oid = row.partition(b"\0")
            name = order.removesuffix(b"/")
            if name == order:
                yield prefix + name, Oid(oid)
            else:
                yield prefix + order, kids.get(name) or self._read(Oid(oid), Node(size))

    def _follow(self, parents: list[bytes]) -> tuple[list[Node], list[bytes]]:
        """Return the trees from the root to the top of a directory, and those of its components that lack one."""
        if self.loaded > LOADED_LIMIT and self.root.stored:
            self.root.kids.clear()
            self.loaded = 0
        nodes = [self.root]
        for covered, component in enumerate(parents):
            kid = self.kid(nodes[-1], component) if self._enter_buckets(nodes, component) else None
            if kid is None:
                return nodes, parents[covered:]
            nodes.append(kid)
        return nodes, []

    def _enter_buckets(self, nodes: list[Node], component: bytes) -> bool:
        """Extend the way to the tree that would list ``component``; return whether it is there."""
        node = nodes[-1]
        while node.split:
            kid = self.kid(node, bucket_name(component, node.depth))
            if kid is None:
                return False
            nodes.append(kid)
            node = kid
        return True

    def _peek(self, node: Node, row: bytes) -> Node:
        """Return the subtree of a row: the one in memory, or a new one that is not kept."""
        return node.kids.get(row_name(row)) or self._read(Oid(row[-node.size :]), _below(node, row))

    def _read(self, oid: Oid, node: Node) -> Node:
        self.read_alone += 1
        return self._parse(oid, node, self._load(oid))

    def _parse(self, oid: Oid, node: Node, data: bytes) -> Node:
        try:
            parse_node(node, data, self._format, self._mark)
        except FormatError as error:
            # Stored, so no fault of the caller, who gets a FormatError for a path that has no place.
            message = f"tree {oid.hex()} is none of a path map: {error.message}"
            raise DamageError(message, details={"oid": oid.hex()}) from error
        node.oid, node.stored = oid, True
        return node


def _below(node: Node, row: bytes) -> Node:
    """Return a new tree for a row."""
    return Node(node.size, row[: -node.size], node.depth + 1 if node.split else 0)


def _text(path: bytes) -> str:
    try:
        return path.decode()
    except UnicodeDecodeError as error:
        raise DamageError(f"a tree of a path map holds the path {path!r}; expected UTF-8") from error
