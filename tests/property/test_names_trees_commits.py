"""Whatever the bytes, parsers of names, trees and commits raise ``FormatError`` or give back what was formatted."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from gitledger.errors import FormatError
from gitledger.ids import SHA1, SHA256, ObjectFormat, Oid, parse_ledger_name, parse_oid, parse_variable
from gitledger.store.commit import Commit, Person, format_commit, parse_commit
from gitledger.store.tree import DIRECTORY, FILE, TreeEntry, format_tree, parse_tree

FORMATS = st.sampled_from([SHA1, SHA256])
NAMES = st.binary(min_size=1, max_size=12).filter(lambda name: not {0, 0x2F} & {*name})
PIECES = st.sampled_from([b"100644 ", b"40000 ", b"a", b"\0", b"b/", b"x" * 20, b"y" * 32, b"100644", b" "])
LINES = st.sampled_from(
    [
        b"tree " + b"0" * 40,
        b"parent " + b"1" * 40,
        b"author A <a> 1 +0000",
        b"committer B <b> 2 -0100",
        b"gpgsig x",
        b" y",
        b"",
        b"message",
        b"\0",
        b"\xff",
        b"author A <a> 99999999999999999999 +0000",
        b"tree " + b"0" * 64,
    ]
)
TEXT = st.text(st.characters(exclude_characters="<>\n\0", exclude_categories=["Cs"]), max_size=20)
PEOPLE = st.builds(Person, name=TEXT, email=TEXT, time=st.integers(0, 2**37), zone=st.sampled_from(["+0000", "-1130"]))


@given(
    FORMATS, st.dictionaries(NAMES, st.tuples(st.sampled_from([FILE, DIRECTORY]), st.binary(min_size=32, max_size=32)))
)
def test_a_tree_comes_back_as_it_was(object_format: ObjectFormat, content: dict[bytes, tuple[bytes, bytes]]) -> None:
    entries = [TreeEntry(mode, name, Oid(oid[: object_format.size])) for name, (mode, oid) in content.items()]
    found = parse_tree(format_tree(entries), object_format)
    assert sorted(found) == sorted(entries)
    assert [entry.order for entry in found] == sorted(entry.order for entry in entries)


@given(FORMATS, st.lists(PIECES | st.binary(max_size=30)).map(b"".join))
def test_bytes_that_are_accepted_as_a_tree_are_one(object_format: ObjectFormat, data: bytes) -> None:
    with suppress(FormatError):
        assert format_tree(parse_tree(data, object_format)) == data


@given(
    FORMATS,
    PEOPLE,
    PEOPLE,
    st.integers(0, 3),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
)
def test_a_commit_comes_back_as_it_was(
    object_format: ObjectFormat, author: Person, committer: Person, parents: int, message: str
) -> None:
    oid = object_format.oid("blob", b"")
    commit = Commit(tree=oid, parents=(oid,) * parents, author=author, committer=committer, message=message)
    assert parse_commit(format_commit(commit), object_format) == commit


@given(FORMATS, st.lists(LINES, max_size=9).map(b"\n".join) | st.binary())
def test_bytes_that_are_accepted_as_an_unsigned_commit_are_one(object_format: ObjectFormat, data: bytes) -> None:
    with suppress(FormatError):
        commit = parse_commit(data, object_format)
        assert commit.signature or format_commit(commit) == data


@given(st.text() | st.text("./~gitGIT1\\:\u200c\ud800\x00é ", max_size=12))
def test_any_text_is_a_name_or_refused(text: str) -> None:
    for parse in (parse_variable, parse_ledger_name):
        with suppress(FormatError):
            assert parse(text) == text
    with suppress(FormatError):
        assert parse_oid(text).hex() == text
