"""The oracle of path maps: builds the canonical trees of a plain dict from scratch, as docs/format/state.md says.

It shares no code with the package and takes no short cut: every tree is built, sorted and hashed anew.
"""

import hashlib
from collections.abc import Iterator, Mapping

Children = dict[tuple[str, bool], bytes]
"""(component, whether it is a directory) -> object id."""
Row = tuple[str, bool, bytes]
"""Name in the tree, whether it is a directory, object id."""


class Oracle:
    """The trees of one map; ``root`` names the first of them, ``trees`` holds their bytes by id."""

    def __init__(
        self, blobs: Mapping[str, bytes], *, mark: str = "", split_above: int = 64, algorithm: str = "sha1"
    ) -> None:
        self.mark = mark
        self.split_above = split_above
        self.algorithm = algorithm
        self.trees: dict[bytes, bytes] = {}
        self.rows: dict[bytes, list[Row]] = {}
        self.root = self._directory(blobs)

    def listing(self) -> list[str]:
        """Return what ``git ls-tree -r -t`` prints, names unquoted."""
        return list(self._list(self.root, ""))

    def _list(self, tree: bytes, prefix: str) -> Iterator[str]:
        for name, folder, oid in self.rows[tree]:
            yield f"{'040000 tree' if folder else '100644 blob'} {oid.hex()}\t{prefix}{name}"
            if folder:
                yield from self._list(oid, f"{prefix}{name}/")

    def _directory(self, blobs: Mapping[str, bytes]) -> bytes:
        children: Children = {}
        below: dict[str, dict[str, bytes]] = {}
        for path, oid in blobs.items():
            first, slash, rest = path.partition("/")
            if slash:
                below.setdefault(first, {})[rest] = oid
            else:
                children[first, False] = oid
        for name, inner in below.items():
            children[name, True] = self._directory(inner)
        return self._tree_of(children, 0)

    def _tree_of(self, children: Children, digit: int) -> bytes:
        """Return the tree of one directory, or of one bucket of it whose names share ``digit`` digits."""
        if len(children) <= self.split_above:
            return self._tree(
                [(name if folder else self.mark + name, folder, oid) for (name, folder), oid in children.items()]
            )
        buckets: dict[str, Children] = {}
        for (name, folder), oid in children.items():
            bucket = "~~" + hashlib.sha256(name.encode()).hexdigest()[digit]
            buckets.setdefault(bucket, {})[name, folder] = oid
        return self._tree([(bucket, True, self._tree_of(members, digit + 1)) for bucket, members in buckets.items()])

    def _tree(self, rows: list[Row]) -> bytes:
        rows.sort(key=lambda row: (row[0] + "/" if row[1] else row[0]).encode())
        data = b"".join(
            (b"40000 " if folder else b"100644 ") + name.encode() + b"\0" + oid for name, folder, oid in rows
        )
        oid = hashlib.new(self.algorithm, b"tree %d\0" % len(data) + data).digest()
        self.trees[oid], self.rows[oid] = data, rows
        return oid
