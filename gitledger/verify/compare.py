"""Where a stored publication differs from the one that its events give: a walk over two trees that stops at equal ids.

Bounded by what was recomputed: of what only the stored tree has, the top is named and nothing below it is read. A pair
of trees is compared once, because a parent may have left a tree that expands to a million paths.
"""

from collections.abc import Mapping
from typing import Final

from gitledger.ids import ObjectFormat, Oid
from gitledger.ledger.publication import read
from gitledger.store import layout
from gitledger.store.tree import DIRECTORY, TreeEntry, parse_tree
from gitledger.verify.case import Case, UnjudgeableError

_CODES: Final[Mapping[bytes, str]] = {
    layout.EVENTS: "order",
    layout.DELTAS: "order",
    layout.RULES: "rules",
    layout.KEYS: "keys",
    layout.SEGMENTS: "segments",
    layout.STATE: "state",
    layout.INDEX: "timeline",
}
_LOG_CODES: Final[Mapping[bytes, str]] = {layout.LOG_HEAD.encode(): "log-head", b"tile": "log-tile"}


def note_differences(
    case: Case, *, stored: Oid, recomputed: Oid, trees: Mapping[Oid, bytes], unknown: frozenset[bytes] = frozenset()
) -> None:
    """Note each place where the stored tree is not the recomputed one.

    Args:
        case: the publication.
        stored: the tree that its commit names.
        recomputed: the tree that its events give.
        trees: recomputed trees that need not be in the store.
        unknown: names in the publication's tree of which it is not known what they should hold.

    Raises:
        DamageError: a tree that is as a parent left it cannot be read.
    """
    pending, known = [(b"", stored, recomputed)], set[tuple[Oid, Oid]]()
    while pending:
        path, found, expected = pending.pop()
        if (found, expected) in known:
            continue
        known.add((found, expected))
        try:
            have = {entry.name: entry for entry in case.tree(found, shown_path(path))}
        except UnjudgeableError:
            # Noted; the other trees are compared all the same.
            continue
        data = trees[expected] if expected in trees else read(case.objects, expected, "tree")
        want = {entry.name: entry for entry in parse_tree(data, case.objects.format)}
        below = []
        for name in sorted((have.keys() | want.keys()) - (unknown if not path else frozenset())):
            place = path + b"/" + name if path else name
            mine, theirs = want.get(name), have.get(name)
            if mine == theirs:
                continue
            if mine and theirs and mine.mode == theirs.mode == DIRECTORY:
                below.append((place, theirs.oid, mine.oid))
            else:
                message = f"{shown_path(place)} is {_what(theirs)}; expected {_what(mine)}"
                case.note(_code(place, theirs, mine), shown_path(place), message)
        pending += reversed(below)


def place_of(oid: Oid, root: Oid, trees: Mapping[Oid, bytes], object_format: ObjectFormat) -> str:
    """Return the first path at which recomputed trees name an object, or an empty text; for messages."""
    pending, known = [(b"", root)], set[Oid]()
    while pending:
        path, one = pending.pop()
        if one == oid:
            return shown_path(path)
        if one in known or one not in trees:
            continue
        known.add(one)
        entries = parse_tree(trees[one], object_format)
        pending += [(path + b"/" + entry.name if path else entry.name, entry.oid) for entry in reversed(entries)]
    return ""


def shown_path(path: bytes) -> str:
    """Return a path of a tree as text; a `Case` makes one line of it."""
    return path.decode("utf-8", "backslashreplace")


def _code(path: bytes, found: TreeEntry | None, expected: TreeEntry | None) -> str:
    top, _, rest = path.partition(b"/")
    if not rest:
        return "tree-absent" if found is None else "tree-foreign" if expected is None else "tree-format"
    if top == layout.LOG:
        return _LOG_CODES.get(rest.split(b"/", 1)[0], "tree-foreign")
    return _CODES[top]


def _what(entry: TreeEntry | None) -> str:
    if entry is None:
        return "absent"
    return f"{'tree' if entry.mode == DIRECTORY else 'blob'} {entry.oid.hex()}"
