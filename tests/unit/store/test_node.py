import pytest

from gitledger.errors import FormatError
from gitledger.ids import SHA1, Oid
from gitledger.store.node import Node, bucket_name, parse_node
from gitledger.store.tree import DIRECTORY, FILE, TreeEntry, directory_head, file_head, format_tree

A, B = Oid(b"a" * 20), Oid(b"b" * 20)


def node_of(*entries: TreeEntry, depth: int = 0, mark: bytes = b"") -> Node:
    node = Node(20, b"", depth)
    parse_node(node, format_tree(entries), SHA1, mark)
    return node


def files(*names: bytes) -> list[TreeEntry]:
    return [TreeEntry(FILE, name, A) for name in names]


def directories(*names: bytes) -> list[TreeEntry]:
    return [TreeEntry(DIRECTORY, name, A) for name in names]


def test_rows_are_added_and_taken_away_in_git_s_order() -> None:
    node = Node(20)
    heads = {name: file_head(name) for name in (b"b", b"a.", b"a-", b"a0")} | {b"a": directory_head(b"a")}
    for head in heads.values():
        node.insert(head, A)
    expected = [heads[name] + A for name in (b"a-", b"a.", b"a", b"a0", b"b")]
    assert node.rows() == expected
    assert bytes(node.data) == b"".join(expected)
    node.remove(heads[b"a"])
    assert node.rows() == expected[:2] + expected[3:]
    assert node.get(heads[b"a"]) is None
    assert node.get(heads[b"b"]) == A


def test_only_the_object_id_is_exchanged() -> None:
    node = node_of(*files(b"a", b"ab", b"b"))
    assert node.exchange(file_head(b"ab"), B) == A
    assert node.rows() == [file_head(b"a") + A, file_head(b"ab") + B, file_head(b"b") + A]
    assert node.exchange(file_head(b"c"), B) is None
    assert node.exchange(directory_head(b"a"), B) is None


def test_what_looks_like_a_row_inside_an_object_id_is_none() -> None:
    trap = Oid((b"xx" + file_head(b"b")).ljust(20, b"\0"))
    node = node_of(TreeEntry(FILE, b"a", trap), *files(b"c"))
    assert node.get(file_head(b"b")) is None
    node.insert(file_head(b"b"), B)
    assert node.get(file_head(b"b")) == B
    assert node.get(file_head(b"a")) == trap


def test_what_looks_like_a_row_across_two_rows_is_none() -> None:
    # The id of "a" ends as a row begins; with what follows it looks like the file "100644 b".
    trap = Oid(b"100644 ".rjust(20, b"x"))
    node = node_of(TreeEntry(FILE, b"a", trap), *files(b"b"))
    assert node.get(file_head(b"100644 b")) is None
    node.insert(file_head(b"100644 b"), B)
    assert node.rows()[0] == file_head(b"100644 b") + B
    node.remove(file_head(b"b"))
    assert node.get(file_head(b"a")) == trap


def test_a_bucket_is_the_next_digit_of_the_hash() -> None:
    # SHA-256("a") is ca978112...
    assert [bucket_name(b"a", depth) for depth in range(4)] == [b"~~c", b"~~a", b"~~9", b"~~7"]


@pytest.mark.parametrize("depth", [0, 63])
def test_a_tree_of_buckets_is_split(depth: int) -> None:
    assert node_of(*directories(b"~~0", b"~~f"), depth=depth).split
    assert not node_of(*directories(b"a", b"f"), depth=depth).split
    assert not node_of().split


def test_a_mark_belongs_to_files_alone() -> None:
    assert len(node_of(*files(b"~a"), *directories(b"a"), mark=b"~").rows()) == 2


@pytest.mark.parametrize(
    ("entries", "mark"),
    [
        ([*directories(b"~~0"), *files(b"a")], b""),
        ([*directories(b"~~0"), *directories(b"a")], b""),
        ([*directories(b"~~0", b"~~g")], b""),
        ([*directories(b"~~00")], b""),
        ([*directories(b"~~A")], b""),
        ([*files(b"~~0")], b""),
        ([*files(b"~a")], b""),
        ([*directories(b"~a")], b"~"),
        ([*files(b"a")], b"~"),
        ([*files(b"~~a")], b"~"),
        ([*directories(b"~~0"), *files(b"~a")], b"~"),
    ],
    ids=str,
)
def test_a_tree_that_no_path_map_has_is_refused(entries: list[TreeEntry], mark: bytes) -> None:
    with pytest.raises(FormatError, match="a tree of a path map holds"):
        node_of(*entries, mark=mark)


def test_there_are_no_more_splits_than_digits() -> None:
    with pytest.raises(FormatError):
        node_of(*directories(b"~~0"), depth=64)
