import pytest

from gitledger.errors import FormatError
from gitledger.ids import SHA1, SHA256, ObjectFormat, Oid
from gitledger.store.tree import (
    DIRECTORY,
    FILE,
    TreeEntry,
    directory_head,
    file_head,
    format_tree,
    parse_tree,
    row_name,
    row_order,
)

A, B = Oid(b"a" * 20), Oid(b"b" * 20)


def row(mode: bytes, name: bytes, oid: bytes = A) -> bytes:
    return mode + b" " + name + b"\0" + oid


def test_the_id_of_the_empty_tree_is_git_s() -> None:
    assert SHA1.oid("tree", format_tree([])).hex() == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert SHA256.oid("tree", b"").hex() == "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"


def test_a_directory_sorts_as_if_its_name_ended_with_a_slash() -> None:
    names = [(FILE, b"a-"), (FILE, b"a."), (DIRECTORY, b"a"), (FILE, b"a0"), (FILE, "é".encode())]
    entries = [TreeEntry(mode, name, A) for mode, name in names]
    data = format_tree(reversed(entries))
    assert data == b"".join(row(mode, name) for mode, name in names)
    assert parse_tree(data, SHA1) == entries


@pytest.mark.parametrize("object_format", [SHA1, SHA256], ids=lambda one: one.name)
def test_object_ids_may_hold_bytes_that_look_like_a_row(object_format: ObjectFormat) -> None:
    oid = Oid(row(FILE, b"x", b"\0" * 40)[: object_format.size])
    entries = [TreeEntry(FILE, b"a", oid), TreeEntry(DIRECTORY, b"b", oid)]
    assert parse_tree(format_tree(entries), object_format) == entries


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (row(FILE, b"a")[:-1], "no row"),
        (row(FILE, b"a") + b"1", "no row"),
        (b"x" + row(FILE, b"a"), "no row"),
        (row(FILE, b"a") + b"0" + row(FILE, b"b"), "no row"),
        (row(b"040000", b"a"), "no row"),
        (row(b"100755", b"a"), "no row"),
        (row(b"120000", b"a"), "no row"),
        (row(b"160000", b"a"), "no row"),
        (row(FILE, b""), "no row"),
        (row(FILE, b"a/b"), "no row"),
        (row(FILE, b"b") + row(FILE, b"a"), "out of order"),
        (row(FILE, b"a") + row(FILE, b"a", B), "out of order or twice"),
        (row(DIRECTORY, b"a") + row(FILE, b"a."), "out of order"),
        (row(FILE, b"a") + row(FILE, b"a.") + row(DIRECTORY, b"a"), "a name twice"),
        (b"\xff" * 40, "no row"),
    ],
)
def test_what_git_would_not_write_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        parse_tree(data, SHA1)


def test_a_tree_of_the_other_hash_is_refused() -> None:
    with pytest.raises(FormatError):
        parse_tree(row(FILE, b"a") + row(FILE, b"b"), SHA256)


@pytest.mark.parametrize("name", [b"a", b"a b", b"40000 x"])
def test_the_parts_of_a_row(name: bytes) -> None:
    file, directory = file_head(name) + A, directory_head(name) + B
    assert (file, directory) == (row(FILE, name), row(DIRECTORY, name, B))
    assert row_name(file) == row_name(directory) == name
    assert (row_order(file), row_order(directory)) == (name, name + b"/")
    assert row_order(bytearray(file + directory), len(file)) == name + b"/"
