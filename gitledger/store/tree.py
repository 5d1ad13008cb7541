"""Git trees as bytes: ``format_tree`` and ``parse_tree``, and the rows that a tree is made of.

Our trees hold plain files and directories and nothing else: no executables, no symbolic links, no gitlinks. The
parser refuses everything that Git itself would not have written: wrong order, duplicates, padded modes.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from gitledger.errors import FormatError
from gitledger.ids import ObjectFormat, Oid

FILE: Final = b"100644"
DIRECTORY: Final = b"40000"
# Where the name is in a row, and the first byte of a directory's row.
FILE_NAME: Final = len(FILE) + 1
DIRECTORY_NAME: Final = len(DIRECTORY) + 1
DIRECTORY_BYTE: Final = DIRECTORY[0]


class TreeEntry(NamedTuple):
    """One name in a tree."""

    mode: bytes
    name: bytes
    oid: Oid

    @property
    def order(self) -> bytes:
        """The bytes that Git sorts by: a directory counts as if its name ended with a slash."""
        return self.name + b"/" if self.mode == DIRECTORY else self.name


def format_tree(entries: Iterable[TreeEntry]) -> bytes:
    """Return the bytes of a tree, sorted as Git sorts; the names must be distinct."""
    ordered = sorted(entries, key=lambda entry: entry.order)
    return b"".join([b"%s %s\0%s" % entry for entry in ordered])


def parse_tree(data: bytes, object_format: ObjectFormat) -> list[TreeEntry]:
    """Return the entries of a tree in Git's order.

    Raises:
        FormatError: bytes that Git would not have written, or a mode that no tree of a ledger has.
    """
    entries = [TreeEntry(mode, name, Oid(oid)) for mode, name, oid in _rows(object_format.size).findall(data)]
    covered = sum([len(mode) + len(name) for mode, name, _ in entries]) + len(entries) * (2 + object_format.size)
    if covered != len(data):
        raise FormatError("a tree holds bytes that are no row; expected 100644 or 40000, name and object id")
    before = b""
    for mode, name, _ in entries:
        order = name + b"/" if mode == DIRECTORY else name
        if order <= before:
            raise FormatError(f"a tree has {name!r} out of order or twice; expected Git's order")
        before = order
    if len({name for _, name, _ in entries}) != len(entries):
        raise FormatError("a tree has a name twice, as a file and as a directory; expected distinct names")
    return entries


def file_head(name: bytes) -> bytes:
    """Return what stands before the object id in the row of a file."""
    return b"100644 " + name + b"\0"


def directory_head(name: bytes) -> bytes:
    """Return what stands before the object id in the row of a directory."""
    return b"40000 " + name + b"\0"


def row_name(row: bytes) -> bytes:
    """Return the name in a row."""
    return row[row.index(b" ") + 1 : row.index(0)]


def row_order(data: bytes | bytearray, start: int = 0) -> bytes:
    """Return what Git sorts the row that begins at ``start`` by, as `TreeEntry.order` does."""
    end = data.index(0, start)
    if data[start] == DIRECTORY_BYTE:
        return bytes(data[start + DIRECTORY_NAME : end]) + b"/"
    return bytes(data[start + FILE_NAME : end])


@cache
def _rows(oid_size: int) -> re.Pattern[bytes]:
    return re.compile(rb"(%s|%s) ([^/\0]+)\0(.{%d})" % (FILE, DIRECTORY, oid_size), re.DOTALL)
