"""A map from paths to blobs, kept as Git trees: the shape of ``state/``, ``index/``, ``rules/`` and ``keys/``.

Specified in ``docs/format/state.md``. A directory with more than ``SPLIT_ABOVE`` children is split: its children
lie in subtrees ``~~0`` to ``~~f`` by the next hexadecimal digit of SHA-256(component), again where one still has
more. The shape depends on the set of paths alone, so equal maps have equal ids, and a change touches
O(log n) small trees however many paths a directory has.

Trees are hashed when `PathMap.root` is asked for and handed out by `PathMap.take_new`, once each, when they
are to be stored: the shapes in between exist in memory only.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Final

from gitledger.errors import FormatError
from gitledger.ids import ObjectFormat, Oid, shown
from gitledger.store.base import NewObject
from gitledger.store.tree import DIRECTORY, FILE, parse_tree

SPLIT_ABOVE: Final = 64
NEVER_SPLIT: Final = 1 << 62
_BUCKET: Final = b"~~"
# Loaded trees are forgotten, between two publications, once there are more: about 200 MB.
_LOADED_LIMIT: Final = 100_000


class _Node:
    """One tree in memory.

    ``names`` are Git's sort keys (a directory's ends with a slash), ``rows`` the entries' bytes beside them.
    ``kids`` are the subtrees loaded so far; a row is brought up to date when its kid, in ``stale``, is hashed.
    """

    __slots__ = ("kids", "names", "oid", "rows", "split", "stale", "stored")

    def __init__(self) -> None:
        self.names: list[bytes] = []
        self.rows: list[bytes] = []
        self.kids: dict[bytes, _Node] = {}
        self.stale: set[bytes] = set()
        self.oid: Oid | None = None
        self.stored = False
        self.split = False

    def find(self, name: bytes) -> int:
        """Return the place of a sort key, or -1."""
        place = bisect_left(self.names, name)
        return place if place < len(self.names) and self.names[place] == name else -1

    def put(self, name: bytes, row: bytes) -> None:
        place = bisect_left(self.names, name)
        if place < len(self.names) and self.names[place] == name:
            self.rows[place] = row
        else:
            self.names.insert(place, name)
            self.rows.insert(place, row)

    def drop(self, name: bytes) -> None:
        place = self.find(name)
        del self.names[place], self.rows[place]
        self.kids.pop(name, None)
        self.stale.discard(name)


class PathMap:
    """A mutable map from slash-joined paths to blob ids over immutable trees.

    Args:
        load: returns the bytes of a tree by its id.
        object_format: names the trees.
        root: the tree to start from; None is the empty map.
        mark: what the name of every leaf begins with in its tree; not part of the path.
        split_above: how many children a directory may have before it is split.
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
        self._load = load
        self._format = object_format
        self._mark = mark
        self._split_above = split_above
        self._loaded = 0
        self._root = self._read(root) if root else _Node()

    def get(self, path: str) -> Oid | None:
        """Return the blob at ``path``, or None."""
        *parents, leaf = path.encode().split(b"/")
        node: _Node | None = self._root
        for component in parents:
            holder = self._holder(node, component)
            node = holder and self._kid(holder, component + b"/")
            if node is None:
                return None
        holder = self._holder(node, leaf)
        if holder is None:
            return None
        place = holder.find(self._mark + leaf)
        return Oid(holder.rows[place][-self._format.size :]) if place >= 0 else None

    def set(self, path: str, oid: Oid) -> None:
        """Point ``path`` at a blob.

        Raises:
            FormatError: ``path`` lies below a leaf, or has paths below it.
        """
        *parents, leaf = path.encode().split(b"/")
        node = self._root
        for component in parents:
            if not self._mark:
                self._refuse_leaf(node, component, path)
            node = self._descend(node, component, component + b"/", b"")
        if not self._mark:
            self._refuse_directory(node, leaf, path)
        name = self._mark + leaf
        self._descend(node, leaf, name, b"%s %s\0%s" % (FILE, name, oid))

    def delete(self, path: str) -> None:
        """Remove ``path``, which must be there. Directories that become empty go with it."""
        *parents, leaf = path.encode().split(b"/")
        trail: list[tuple[_Node, bytes]] = []
        node = self._root
        for component in parents:
            node = self._trace(node, component, component + b"/", trail)
        self._trace(node, leaf, self._mark + leaf, trail)
        parent, name = trail.pop()
        parent.drop(name)
        self._shrink(parent)
        for above, step in reversed(trail):
            if above.kids[step].names:
                above.stale.add(step)
            else:
                above.drop(step)
            self._shrink(above)

    def root(self) -> Oid | None:
        """Return the id of the tree as it is now, or None for the empty map."""
        return self._hash(self._root) if self._root.names else None

    def take_new(self) -> list[NewObject]:
        """Return the trees that are part of the map now and were neither loaded nor taken before."""
        taken: list[NewObject] = []
        if self.root() is None:
            return taken
        pending = [self._root]
        while pending:
            node = pending.pop()
            if node.stored:
                continue
            if node.oid is None:
                raise AssertionError("a tree that was not hashed")
            taken.append(NewObject(node.oid, "tree", b"".join(node.rows)))
            node.stored = True
            pending.extend(node.kids.values())
        self._loaded += len(taken)
        if self._loaded > _LOADED_LIMIT:
            self._loaded = 0
            self._root.kids.clear()
        return taken

    def items(self, prefix: str = "") -> Iterator[tuple[str, Oid]]:
        """Yield every path and blob, in the order of the paths' bytes.

        Args:
            prefix: only what lies below this directory; the empty text is the whole map.
        """
        node: _Node | None = self._root
        for component in prefix.encode().split(b"/") if prefix else ():
            holder = self._holder(node, component)
            node = holder and self._kid(holder, component + b"/")
            if node is None:
                return
        yield from self._walk(node or self._root, prefix + "/" if prefix else "")

    def _walk(self, start: _Node, prefix: str) -> Iterator[tuple[str, Oid]]:
        pending = [self._children(start, prefix.encode())]
        while pending:
            step = next(pending[-1], None)
            if step is None:
                pending.pop()
            elif isinstance(step[1], _Node):
                pending.append(self._children(step[1], step[0] + b"/"))
            else:
                yield step[0].decode(), step[1]

    def _children(self, node: _Node, prefix: bytes) -> Iterator[tuple[bytes, "_Node | Oid"]]:
        """Yield the children of one directory, split or not, with their paths, in order."""
        found: list[tuple[bytes, bytes, _Node]] = []
        pending = [node]
        while pending:
            one = pending.pop()
            if one.split:
                pending.extend(self._must_kid(one, name) for name in one.names)
            else:
                found.extend((name.removeprefix(self._mark), name, one) for name in one.names)
        for order, name, holder in sorted(found, key=lambda row: row[0]):
            if name.endswith(b"/"):
                yield prefix + order[:-1], self._must_kid(holder, name)
            else:
                yield prefix + order, Oid(holder.rows[holder.find(name)][-self._format.size :])

    def _component(self, name: bytes) -> bytes:
        return name[:-1] if name.endswith(b"/") else name[len(self._mark) :]

    def _holder(self, node: _Node | None, component: bytes) -> _Node | None:
        """Return the tree of a directory, behind its buckets, that would list ``component``."""
        if node is None or not node.split:
            return node
        digits = sha256(component).hexdigest().encode()
        depth = 0
        while node is not None and node.split:
            node = self._kid(node, _BUCKET + digits[depth : depth + 1] + b"/")
            depth += 1
        return node

    def _descend(self, node: _Node, component: bytes, name: bytes, row: bytes) -> _Node:
        """Make sure that ``name`` is in the directory ``node``; return the child, or the holder of a leaf's row.

        Every tree on the way is marked as changed.
        """
        depth = 0
        if node.split:
            digits = sha256(component).hexdigest().encode()
            while node.split:
                node = self._enter(node, _BUCKET + digits[depth : depth + 1] + b"/")
                depth += 1
        if row:
            node.oid, node.stored = None, False
            node.put(name, row)
            child = node
        else:
            child = self._enter(node, name)
        if len(node.names) > self._split_above:
            self._split(node, depth)
        return child

    def _enter(self, node: _Node, name: bytes) -> _Node:
        """Return the kid of a tree, a new one if need be; both will be hashed again."""
        node.oid, node.stored = None, False
        node.stale.add(name)
        kid = self._kid(node, name)
        if kid is None:
            kid = node.kids[name] = _Node()
            node.put(name, b"")
        kid.oid, kid.stored = None, False
        return kid

    def _trace(self, node: _Node, component: bytes, name: bytes, trail: list[tuple[_Node, bytes]]) -> _Node:
        """Follow one component of a path that exists, mark the trees on it as changed, note them in ``trail``."""
        digits = sha256(component).hexdigest().encode()
        depth = 0
        while node.split:
            bucket = _BUCKET + digits[depth : depth + 1] + b"/"
            trail.append((node, bucket))
            node.oid, node.stored = None, False
            node = self._must_kid(node, bucket)
            depth += 1
        trail.append((node, name))
        node.oid, node.stored = None, False
        return self._must_kid(node, name) if name.endswith(b"/") else node

    def _split(self, node: _Node, depth: int) -> None:
        """Turn a plain tree into buckets by digit ``depth``, and those again that are still too large."""
        names, rows, kids, stale = node.names, node.rows, node.kids, node.stale
        node.names, node.rows, node.kids, node.stale = [], [], {}, set()
        node.split = True
        for name, row in zip(names, rows, strict=True):
            digit = sha256(self._component(name)).hexdigest()[depth].encode()
            bucket = self._enter(node, _BUCKET + digit + b"/")
            bucket.names.append(name)
            bucket.rows.append(row)
            if name in kids:
                bucket.kids[name] = kids[name]
            if name in stale:
                bucket.stale.add(name)
        for bucket in node.kids.values():
            if len(bucket.names) > self._split_above:
                self._split(bucket, depth + 1)

    def _shrink(self, node: _Node) -> None:
        """Undo a split whose children have become few enough for one tree."""
        if not node.split:
            return
        count = 0
        for name in node.names:
            bucket = self._must_kid(node, name)
            count += len(bucket.names)
            if bucket.split or count > self._split_above:
                return
        buckets = [self._must_kid(node, name) for name in node.names]
        rows = sorted((name, row) for bucket in buckets for name, row in zip(bucket.names, bucket.rows, strict=True))
        node.names, node.rows = [name for name, _ in rows], [row for _, row in rows]
        node.kids = {name: kid for bucket in buckets for name, kid in bucket.kids.items()}
        node.stale = {name for bucket in buckets for name in bucket.stale}
        node.split = False

    def _kid(self, node: _Node, name: bytes) -> _Node | None:
        kid = node.kids.get(name)
        if kid is None:
            place = node.find(name)
            if place < 0:
                return None
            kid = node.kids[name] = self._read(Oid(node.rows[place][-self._format.size :]))
        return kid

    def _must_kid(self, node: _Node, name: bytes) -> _Node:
        kid = self._kid(node, name)
        if kid is None:
            raise AssertionError(f"no subtree {name!r}")
        return kid

    def _read(self, oid: Oid) -> _Node:
        node = _Node()
        for entry in parse_tree(self._load(oid), self._format):
            node.names.append(entry.order)
            node.rows.append(b"%s %s\0%s" % entry)
        node.split = bool(node.names) and node.names[0].startswith(_BUCKET) and node.names[0].endswith(b"/")
        node.oid, node.stored = oid, True
        self._loaded += 1
        return node

    def _hash(self, node: _Node) -> Oid:
        if node.oid is None:
            for name in node.stale:
                oid = self._hash(node.kids[name])
                node.rows[node.find(name)] = b"%s %s\0%s" % (DIRECTORY, name[:-1], oid)
            node.stale.clear()
            node.oid = self._format.oid("tree", b"".join(node.rows))
        return node.oid

    def _refuse_leaf(self, node: _Node, component: bytes, path: str) -> None:
        holder = self._holder(node, component)
        if holder is not None and holder.find(component) >= 0:
            raise _both(path, "something above it holds a value")

    def _refuse_directory(self, node: _Node, component: bytes, path: str) -> None:
        holder = self._holder(node, component)
        if holder is not None and holder.find(component + b"/") >= 0:
            raise _both(path, "variables below it hold values")


def _both(path: str, reason: str) -> FormatError:
    return FormatError(
        f"variable {shown(path)} cannot hold a value: {reason}; expected either 'a' or 'a/b', not both",
        hint="delete the other one in the same append",
        details={"variable": path},
    )
