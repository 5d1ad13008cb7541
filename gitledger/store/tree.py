"""Git trees as bytes: ``format_tree`` and ``parse_tree``.

Our trees hold plain files and directories and nothing else: no executables, no symbolic links, no gitlinks. The
parser refuses everything that Git itself would not have written: wrong order, duplicates, padded modes.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from gitledger.errors import FormatError
from gitledger.ids import ObjectFormat, Oid

FILE: Final = b"100644"
DIRECTORY: Final = b"40000"


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
    """Return the bytes of a tree, sorted as Git sorts."""
    ordered = sorted(entries, key=lambda entry: entry.order)
    return b"".join([b"%s %s\0%s" % entry for entry in ordered])


def parse_tree(data: bytes, object_format: ObjectFormat) -> list[TreeEntry]:
    """Return the entries of a tree in Git's order.

    Raises:
        FormatError: bytes that Git would not have written, or a mode that no tree of a ledger has.
    """
    entries = []
    position, end = 0, len(data)
    before = b""
    names: set[bytes] = set()
    while position < end:
        space = data.find(b" ", position, position + 7)
        zero = data.find(b"\0", space)
        mode = data[position:space]
        stop = zero + 1 + object_format.size
        if space < 0 or zero < 0 or stop > end:
            raise FormatError(f"a tree is cut short at byte {position}; expected mode, name and object id")
        if mode not in (FILE, DIRECTORY):
            raise FormatError(f"a tree has the mode {mode!r}; expected 100644 or 40000")
        entry = TreeEntry(mode, data[space + 1 : zero], Oid(data[zero + 1 : stop]))
        order = entry.order
        if not entry.name or b"/" in entry.name:
            raise FormatError(f"a tree has the name {entry.name!r}; expected one path component")
        if order <= before or entry.name in names:
            raise FormatError(f"a tree has {entry.name!r} out of order or twice; expected Git's order")
        before = order
        names.add(entry.name)
        entries.append(entry)
        position = stop
    return entries
