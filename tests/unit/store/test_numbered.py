import pytest

from gitledger.errors import FormatError
from gitledger.ids import SHA1, SHA256, ObjectFormat, Oid
from gitledger.store import layout
from gitledger.store.numbered import parse_numbered, parse_rows
from gitledger.store.tree import DIRECTORY, FILE, TreeEntry, format_tree, parse_tree


def tree(count: int, object_format: ObjectFormat) -> bytes:
    oids = [object_format.oid("blob", b"%d" % number) for number in range(count)]
    return format_tree(TreeEntry(FILE, layout.position_name(place), oid) for place, oid in enumerate(oids))


@pytest.mark.parametrize("object_format", [SHA1, SHA256], ids=lambda one: one.name)
@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 255, 256, 257, 4_095, 4_096, 4_097])
def test_it_reads_what_the_tree_holds(count: int, object_format: ObjectFormat) -> None:
    data = tree(count, object_format)
    assert parse_numbered(data, object_format) == [entry.oid for entry in parse_tree(data, object_format)]
    assert parse_rows(data, object_format) == [(entry.name, entry.oid) for entry in parse_tree(data, object_format)]


def test_the_longest_list() -> None:
    data = tree(layout.PUBLICATION_EVENTS, SHA1)
    assert parse_numbered(data, SHA1)[-1] == SHA1.oid("blob", b"65535")


def test_every_byte_of_a_head_counts() -> None:
    data = tree(20, SHA1)
    for row in (0, 1, 16, 19):
        for at in range(row * 32, row * 32 + 12):
            changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            try:
                expected = [(entry.name, entry.oid) for entry in parse_tree(changed, SHA1)]
            except FormatError:
                with pytest.raises(FormatError):
                    parse_numbered(changed, SHA1)
                with pytest.raises(FormatError):
                    parse_rows(changed, SHA1)
            else:
                assert parse_numbered(changed, SHA1) == [oid for _, oid in expected]
                assert parse_rows(changed, SHA1) == expected
    for cut in (data[:-1], data + b"1", data[1:]):
        with pytest.raises(FormatError):
            parse_numbered(cut, SHA1)
        with pytest.raises(FormatError):
            parse_rows(cut, SHA1)


def test_other_names_are_read_row_by_row() -> None:
    oid = Oid(bytes(20))
    data = format_tree([TreeEntry(FILE, b"0001", oid), TreeEntry(DIRECTORY, b"x", oid)])
    assert parse_numbered(data, SHA1) == [oid, oid]
