"""Where a stored publication differs from the one that its events give: a walk over two trees that stops at equal ids.

Bounded by what was recomputed: of what only the stored tree has, the top is named and nothing below it is read, so
that a tree which expands to a million paths costs one line.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from gitledger.errors import CorruptObjectError, FormatError, MissingObjectError
from gitledger.ids import Oid
from gitledger.ledger.publication import read
from gitledger.store import layout
from gitledger.store.base import NewObject, ObjectStore
from gitledger.store.tree import DIRECTORY, TreeEntry, parse_tree
from gitledger.verify.finding import Finding

_CODES: Final[Mapping[bytes, str]] = {
    layout.EVENTS: "order",
    layout.DELTAS: "order",
    layout.RULES: "rules",
    layout.KEYS: "keys",
    layout.SEGMENTS: "segments",
    layout.STATE: "state",
    layout.INDEX: "timeline",
}


def differences(
    objects: ObjectStore, publication: Oid, *, stored: Oid, recomputed: Oid, new: Mapping[Oid, NewObject]
) -> Iterator[Finding]:
    """Yield a finding for each place where the stored tree is not the recomputed one.

    Args:
        objects: where stored trees are read.
        publication: for the places.
        stored: the tree that the commit names.
        recomputed: the tree that the events give.
        new: recomputed objects that need not be in the store.
    """
    pending = [(b"", stored, recomputed)]
    while pending:
        path, found, expected = pending.pop()
        where = f"{publication.hex()}:{_shown(path)}"
        try:
            have = {entry.name: entry for entry in parse_tree(read(objects, found, "tree"), objects.format)}
        except MissingObjectError as error:
            yield Finding(code="object-missing", where=where, message=error.message)
            continue
        except CorruptObjectError as error:
            yield Finding(code="object-corrupt", where=where, message=error.message)
            continue
        except FormatError as error:
            yield Finding(code="tree-format", where=where, message=error.message)
            continue
        data = new[expected].data if expected in new else read(objects, expected, "tree")
        want = {entry.name: entry for entry in parse_tree(data, objects.format)}
        for name in sorted(have.keys() | want.keys()):
            below = path + b"/" + name if path else name
            mine, theirs = want.get(name), have.get(name)
            if mine == theirs:
                continue
            if mine and theirs and mine.mode == theirs.mode == DIRECTORY:
                pending.append((below, theirs.oid, mine.oid))
            else:
                yield _finding(publication, below, theirs, mine)


def _finding(publication: Oid, path: bytes, found: TreeEntry | None, expected: TreeEntry | None) -> Finding:
    where = f"{publication.hex()}:{_shown(path)}"
    top, _, rest = path.partition(b"/")
    if top == layout.LOG:
        code = "log-head" if rest == layout.LOG_HEAD.encode() else "log-tile"
    else:
        code = _CODES.get(top, "")
    if found is None or expected is None:
        code = code if rest and code else ("tree-absent" if found is None else "tree-foreign")
    return Finding(
        code=code or "tree-foreign",
        where=where,
        message=f"{_shown(path)} is {_what(found)}; expected {_what(expected)}",
    )


def _what(entry: TreeEntry | None) -> str:
    if entry is None:
        return "absent"
    return f"{'tree' if entry.mode == DIRECTORY else 'blob'} {entry.oid.hex()}"


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
