"""A path map does what a dict does, and its trees are those that the oracle builds from the dict from scratch."""

from hashlib import sha256
from itertools import count, islice

import pytest
from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from gitledger.errors import FormatError
from gitledger.ids import SHA1, SHA256, ObjectFormat, Oid
from gitledger.store.pathmap import PathMap
from tests.split_tree import Oracle


def colliding(prefix: str, number: int) -> list[str]:
    """Names that stay in one bucket for as many splits as ``prefix`` has digits."""
    names = (f"n{i}" for i in count() if sha256(b"n%d" % i).hexdigest().startswith(prefix))
    return list(islice(names, number))


# "a" and what sorts before and after "a/", names of two and four bytes a letter, and names that collide.
COMPONENTS = [
    "a",
    "a b",
    "a.b",
    "a-",
    "a0",
    "é",
    "日本",
    "😀",
    *colliding("0", 4),
    *colliding("00", 5),
    *colliding("123", 4),
]
PATHS = st.lists(st.sampled_from(COMPONENTS), min_size=1, max_size=3).map("/".join)


class PathMapMachine(RuleBasedStateMachine):
    """Changes a path map and a dict alike and compares them."""

    @initialize(object_format=st.sampled_from([SHA1, SHA256]), mark=st.sampled_from(["", "~"]), above=st.integers(2, 4))
    def start(self, object_format: ObjectFormat, mark: str, above: int) -> None:
        self.format, self.mark, self.above = object_format, mark, above
        self.model: dict[str, Oid] = {}
        self.stored: dict[bytes, bytes] = {}
        self.map = self.load(None)

    def load(self, root: Oid | None) -> PathMap:
        return PathMap(self.stored.__getitem__, self.format, root, mark=self.mark.encode(), split_above=self.above)

    def oracle(self) -> Oracle:
        return Oracle(self.model, mark=self.mark, split_above=self.above, algorithm=self.format.name)

    def in_the_way(self, path: str) -> bool:
        return not self.mark and any(
            one != path and (path.startswith(f"{one}/") or one.startswith(f"{path}/")) for one in self.model
        )

    @rule(path=PATHS, value=st.integers(0, 3))
    def set(self, path: str, value: int) -> None:
        oid = self.format.oid("blob", b"%d" % value)
        if self.in_the_way(path):
            with pytest.raises(FormatError, match="cannot hold a value"):
                self.map.set(path, oid)
        else:
            self.map.set(path, oid)
            self.model[path] = oid

    @rule(paths=st.lists(PATHS, min_size=5, max_size=12))
    def set_many(self, paths: list[str]) -> None:
        for path in paths:
            self.set(path, 0)

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        assume(self.model)
        path = data.draw(st.sampled_from(sorted(self.model)))
        self.map.delete(path)
        del self.model[path]

    @rule(data=st.data())
    def delete_many(self, data: st.DataObject) -> None:
        for _ in range(min(8, len(self.model))):
            self.delete(data)

    @rule(path=PATHS)
    def get(self, path: str) -> None:
        assert self.map.get(path) == self.model.get(path)

    @rule()
    def items(self) -> None:
        expected = sorted(self.model.items(), key=lambda item: item[0].encode())
        assert list(self.map.items()) == expected

    @rule(path=PATHS)
    def items_below(self, path: str) -> None:
        expected = sorted((one, oid) for one, oid in self.model.items() if one.startswith(f"{path}/"))
        assert list(self.map.items(path)) == expected

    @rule()
    def root(self) -> None:
        assert self.map.root() == (self.oracle().root if self.model else None)

    @rule()
    def take_new(self) -> None:
        oracle = self.oracle()
        for new in self.map.take_new():
            assert new.kind == "tree"
            assert oracle.trees[new.oid] == new.data
            self.stored[new.oid] = new.data
        assert self.map.take_new() == []
        if self.model:
            assert oracle.trees.items() <= self.stored.items()

    @rule()
    def reload(self) -> None:
        self.take_new()
        self.map = self.load(self.map.root())


PathMapMachine.TestCase.settings = settings(stateful_step_count=40)
TestPathMap = PathMapMachine.TestCase
