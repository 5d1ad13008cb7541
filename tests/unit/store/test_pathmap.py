import inspect
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from gitledger.errors import DamageError, FormatError, MissingObjectError
from gitledger.ids import SHA1, SHA256, ObjectFormat, Oid
from gitledger.store import pathtrees
from gitledger.store.pathmap import NEVER_SPLIT, SPLIT_ABOVE, PathMap
from gitledger.store.tree import DIRECTORY, FILE, TreeEntry, format_tree, parse_tree
from tests.split_tree import Oracle

BLOB = SHA1.oid("blob", b"")
OTHER = SHA1.oid("blob", b"other")


class Trees:
    """Trees by id, and how many of them were loaded."""

    def __init__(self) -> None:
        self.data: dict[Oid, bytes] = {}
        self.loads = 0

    def load(self, oid: Oid) -> bytes:
        self.loads += 1
        return self.data[oid]

    def take(self, paths: PathMap) -> Oid | None:
        self.data |= {new.oid: new.data for new in paths.take_new()}
        return paths.root()


def filled(names: list[str], trees: Trees | None = None, object_format: ObjectFormat = SHA1) -> PathMap:
    paths = PathMap((trees or Trees()).load, object_format, None)
    for name in names:
        paths.set(name, object_format.oid("blob", b""))
    return paths


def many(count: int) -> list[str]:
    return [f"v{number:05}" for number in range(count)]


@pytest.fixture
def shallow_stack() -> Iterator[None]:
    """Allow 60 more calls in each other: whoever recurses into a path of 512 components fails."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 60)
    yield
    sys.setrecursionlimit(before)


def test_the_empty_map() -> None:
    paths = PathMap(Trees().load, SHA1, None)
    assert (paths.root(), paths.take_new(), list(paths.items()), paths.get("a/b")) == (None, [], [], None)
    paths.set("a/b", BLOB)
    paths.delete("a/b")
    assert (paths.root(), paths.take_new(), list(paths.items()), paths.get("a/b")) == (None, [], [], None)


@pytest.mark.parametrize("object_format", [SHA1, SHA256], ids=lambda one: one.name)
@pytest.mark.parametrize("count", [SPLIT_ABOVE, SPLIT_ABOVE + 1, 16 * SPLIT_ABOVE + 200])
def test_a_directory_is_split_above_64_children(object_format: ObjectFormat, count: int) -> None:
    oracle = Oracle(dict.fromkeys(many(count), object_format.oid("blob", b"")), algorithm=object_format.name)
    paths = filled(many(count), object_format=object_format)
    assert paths.root() == oracle.root
    names = {entry.name for entry in parse_tree(oracle.trees[oracle.root], object_format)}
    assert (b"~~0" in names) is (count > SPLIT_ABOVE)
    assert {new.oid: new.data for new in paths.take_new()} == oracle.trees


def test_a_directory_that_shrinks_is_as_if_it_had_never_grown() -> None:
    small = filled(many(SPLIT_ABOVE)).root()
    trees = Trees()
    root = trees.take(filled(many(1500), trees))
    paths = PathMap(trees.load, SHA1, root)
    for name in many(1500)[SPLIT_ABOVE:]:
        paths.delete(name)
    assert paths.root() == small


def test_a_directory_may_be_told_never_to_be_split() -> None:
    paths = PathMap(Trees().load, SHA1, None, split_above=NEVER_SPLIT)
    for name in many(300):
        paths.set(name, BLOB)
    assert paths.root() == SHA1.oid("tree", format_tree(TreeEntry(FILE, name.encode(), BLOB) for name in many(300)))


@pytest.mark.parametrize("around", [0, 200], ids=["plain", "split"])
@pytest.mark.parametrize(
    ("there", "new", "reason"),
    [
        ("d/a", "d/a/b", "something above it holds a value"),
        ("d/a", "d/a/b/c/d", "something above it holds a value"),
        ("d/a/b", "d/a", "variables below it hold values"),
        ("d/a/b/c", "d/a", "variables below it hold values"),
    ],
)
def test_a_and_a_b_do_not_both_hold_a_value(around: int, there: str, new: str, reason: str) -> None:
    trees = Trees()
    paths = filled([there, *(f"d/{name}" for name in many(around))], trees)
    before = trees.take(paths)
    with pytest.raises(FormatError, match=reason) as caught:
        paths.set(new, BLOB)
    assert caught.value.details == {"variable": new}
    assert (paths.root(), paths.take_new(), paths.get(new)) == (before, [], None)
    paths.delete(there)
    paths.set(new, BLOB)
    assert paths.root() == filled([new, *(f"d/{name}" for name in many(around))]).root()


def test_with_a_mark_a_and_a_b_stand_side_by_side() -> None:
    paths = PathMap(Trees().load, SHA1, None, mark=b"~")
    for name in ("a/b", "a", "a.b"):
        paths.set(name, BLOB)
    assert [path for path, _ in paths.items()] == ["a", "a.b", "a/b"]
    below = SHA1.oid("tree", format_tree([TreeEntry(FILE, b"~b", BLOB)]))
    entries = [TreeEntry(FILE, b"~a", BLOB), TreeEntry(FILE, b"~a.b", BLOB), TreeEntry(DIRECTORY, b"a", below)]
    assert paths.root() == SHA1.oid("tree", format_tree(entries))


@pytest.mark.usefixtures("shallow_stack")
def test_the_deepest_path() -> None:
    path = "/".join(["a"] * 511 + ["bc"])
    assert len(path) == 1024
    trees = Trees()
    root = trees.take(filled([path], trees))
    assert len(trees.data) == 512
    paths = PathMap(trees.load, SHA1, root)
    assert paths.get(path) == BLOB
    assert list(paths.items()) == [(path, BLOB)]
    paths.set(path, OTHER)
    assert paths.root() != root
    assert len(paths.take_new()) == 512
    paths.delete(path)
    assert paths.root() is None


def test_setting_what_is_set_changes_nothing() -> None:
    trees = Trees()
    paths = filled(["a/b", "a/c"], trees)
    root = trees.take(paths)
    paths.set("a/b", BLOB)
    assert (paths.root(), paths.take_new()) == (root, [])


def test_only_the_trees_on_the_way_are_loaded_and_written() -> None:
    trees = Trees()
    root = trees.take(filled(many(5000), trees))
    trees.loads = 0
    paths = PathMap(trees.load, SHA1, root)
    assert paths.get("v01234") == BLOB
    assert trees.loads == 3
    paths.set("v01234", OTHER)
    assert len(paths.take_new()) == trees.loads == 3


def test_to_delete_what_is_not_there_is_our_own_mistake() -> None:
    paths = filled(["a/b", *many(100)])
    before = paths.root()
    for path in ("a/c", "a", "x", "x/y", "v00000/x"):
        with pytest.raises(AssertionError, match="not in the map"):
            paths.delete(path)
    assert paths.root() == before


def test_items_below_a_directory() -> None:
    paths = filled(["a", "b/x", "b/y/z", "b.c", "bb/x"])
    assert [path for path, _ in paths.items("b")] == ["b/x", "b/y/z"]
    assert [path for path, _ in paths.items("b/y")] == ["b/y/z"]
    assert [path for path, _ in paths.items()] == ["a", "b.c", "b/x", "b/y/z", "bb/x"]
    for nothing in ("a", "c", "b/x", "b/y/z/0"):
        assert list(paths.items(nothing)) == []


def test_the_names_of_a_split_directory_are_listed_in_their_own_order() -> None:
    trees = Trees()
    names = [*many(200), *(f"d/{name}" for name in many(100))]
    root = trees.take(filled(names, trees))
    assert [path for path, _ in PathMap(trees.load, SHA1, root).items()] == sorted(names)


def test_a_missing_tree_is_the_loader_s_error() -> None:
    def load(oid: Oid) -> bytes:
        raise MissingObjectError(oid.hex())

    root = SHA1.oid("tree", b"")
    with pytest.raises(MissingObjectError):
        PathMap(load, SHA1, root)


@pytest.mark.parametrize("use", [lambda m: m.get("d/x"), lambda m: m.set("d/x", BLOB), lambda m: list(m.items())])
def test_a_tree_that_no_path_map_has_is_refused_when_it_is_reached(use: Callable[[PathMap], object]) -> None:
    bad = format_tree([TreeEntry(FILE, b"x", BLOB), TreeEntry(DIRECTORY, b"~~0", BLOB)])
    top = format_tree([TreeEntry(DIRECTORY, b"d", SHA1.oid("tree", bad))])
    trees = {SHA1.oid("tree", data): data for data in (bad, top)}
    paths = PathMap(trees.__getitem__, SHA1, SHA1.oid("tree", top))
    with pytest.raises(DamageError, match="is none of a path map"):
        use(paths)


@pytest.mark.parametrize(("limit", "loads"), [(10, 100), (10_000, 0)])
def test_trees_are_forgotten_once_they_are_many(monkeypatch: pytest.MonkeyPatch, limit: int, loads: int) -> None:
    monkeypatch.setattr(pathtrees, "LOADED_LIMIT", limit)
    trees = Trees()
    names = many(2000)
    paths = filled(names, trees)
    root = trees.take(paths)
    for name in names[:50]:
        paths.set(name, OTHER)
        trees.take(paths)
    assert trees.loads == loads
    for name in names[:50]:
        paths.set(name, BLOB)
    assert paths.root() == root


def test_what_is_not_stored_yet_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pathtrees, "LOADED_LIMIT", 10)
    paths = filled(many(500))
    assert [path for path, _ in islice(paths.items(), 500)] == many(500)
    assert paths.get("v00499") == BLOB


def test_a_child_in_memory_takes_less_than_a_hundred_bytes() -> None:
    trees = Trees()
    names = [f"group-{number % 20}/measurement-{number // 20:06}" for number in range(6000)]
    root = trees.take(filled(names, trees))
    paths = PathMap(trees.load, SHA1, root)
    tracemalloc.start()
    for name in names:
        paths.get(name)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size / len(names) < 100


def test_what_lies_ahead_is_read_by_levels() -> None:
    """A directory in a directory, both split: nothing is loaded alone afterwards, wherever a path ends."""
    trees, asked = Trees(), list[int]()
    names = [f"d{number % 90}/{name}" for number, name in enumerate(many(4_000))]
    root = trees.take(filled(names, trees))

    def load_many(oids: list[Oid]) -> Iterator[bytes]:
        asked.append(len(oids))
        return map(trees.data.__getitem__, oids)

    paths = PathMap(trees.load, SHA1, root)
    known = set(trees.data)
    wanted = [*names[:300], "d3", "d4/nothing", "nothing/at/all", "d5/v00005/below"]
    paths.read_ahead(wanted, load_many)
    assert len(asked) <= 5
    assert sum(asked) < len(known)
    before = trees.loads
    assert [paths.get(name) for name in wanted] == [BLOB] * 300 + [None] * 4
    assert trees.loads == before
    assert paths.root() == root
    assert paths.take_new() == []


def test_a_warm_map_looks_for_nothing_ahead() -> None:
    """Until many trees had to be read one by one."""
    trees, asked = Trees(), list[list[Oid]]()

    def load_many(oids: list[Oid]) -> Iterator[bytes]:
        asked.append(oids)
        return map(trees.data.__getitem__, oids)

    names = [f"d{number}/x" for number in range(200)]
    paths = PathMap(trees.load, SHA1, trees.take(filled(names, trees)))
    paths.read_ahead(names[:1], load_many)
    asked.clear()
    paths.read_ahead(names[1:9], load_many)
    assert asked == []
    for name in names[1:80]:
        paths.get(name)
    paths.read_ahead(names[80:88], load_many)
    assert [len(oids) for oids in asked] == [8]
