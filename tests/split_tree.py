"""The oracle of path maps: builds the canonical trees of a plain dict from scratch, as docs/format/state.md says.

It shares no code with the package and takes no short cut: every tree is built, sorted and hashed anew.
"""

import hashlib
from collections.abc import Mapping

Children = dict[tuple[str, bool], bytes]
"""(component, whether it is a directory) -> object id."""


class Oracle:
    """The trees of one map; ``root`` names the first of them, ``trees`` holds their bytes by id."""

    def __init__(
        self, blobs: Mapping[str, bytes], *, mark: str = "", split_above: int = 64, algorithm: str = "sha1"
    ) -> None:
        self.mark = mark
        self.split_above = split_above
        self.algorithm = algorithm
        self.trees: dict[bytes, bytes] = {}
        self.root = self._directory(blobs)

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
        return self._split(children, 0) if len(children) > self.split_above else self._plain(children)

    def _split(self, children: Children, digit: int) -> bytes:
        buckets: dict[str, Children] = {}
        for (name, folder), oid in children.items():
            key = hashlib.sha256(name.encode()).hexdigest()[digit]
            buckets.setdefault(key, {})[name, folder] = oid
        rows = []
        for key, members in buckets.items():
            more = len(members) > self.split_above
            rows.append((f"~~{key}", True, self._split(members, digit + 1) if more else self._plain(members)))
        return self._tree(rows)

    def _plain(self, children: Children) -> bytes:
        return self._tree(
            [(name if folder else self.mark + name, folder, oid) for (name, folder), oid in children.items()]
        )

    def _tree(self, rows: list[tuple[str, bool, bytes]]) -> bytes:
        rows.sort(key=lambda row: (row[0] + "/" if row[1] else row[0]).encode())
        data = b"".join(
            (b"40000 " if folder else b"100644 ") + name.encode() + b"\0" + oid for name, folder, oid in rows
        )
        oid = hashlib.new(self.algorithm, b"tree %d\0" % len(data) + data).digest()
        self.trees[oid] = data
        return oid
