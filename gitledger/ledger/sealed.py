"""The tree of a publication, put together from its parts."""

from collections.abc import Mapping, Sequence

from gitledger.frozen import frozen
from gitledger.ids import EventId, ObjectFormat, Oid
from gitledger.model.merkle import Frontier
from gitledger.store import layout
from gitledger.store.base import NewObject
from gitledger.store.pathmap import PathMap
from gitledger.store.tree import DIRECTORY, FILE, TreeEntry, format_tree


@frozen
class Sealed:
    """A publication's tree, not yet committed.

    Attributes:
        tree: its id.
        objects: every object that it adds to the repository.
        trees: what the tree names, by name.
        events: its events in causal order.
        deltas: the delta of each.
        log: the Merkle log after its last event.
    """

    tree: Oid
    objects: list[NewObject]
    trees: Mapping[bytes, Oid]
    events: tuple[EventId, ...]
    deltas: tuple[Oid, ...]
    log: Frontier


def numbered(oids: Sequence[bytes]) -> list[TreeEntry]:
    """Return the rows of ``events/`` or ``deltas/``."""
    return [TreeEntry(FILE, layout.position_name(place), Oid(oid)) for place, oid in enumerate(oids)]


def named(oids: Sequence[Oid]) -> list[TreeEntry]:
    """Return the rows of ``segments/``."""
    return [TreeEntry(FILE, layout.oid_name(oid).encode(), oid) for oid in oids]


def assemble(
    object_format: ObjectFormat,
    envelope: Oid,
    lists: Mapping[bytes, list[TreeEntry]],
    maps: Mapping[bytes, PathMap],
) -> tuple[dict[bytes, Oid], list[NewObject]]:
    """Return what a publication's tree names, and its new trees, the top one last. What is empty is left out."""
    new: list[NewObject] = []
    rows = [TreeEntry(FILE, layout.ENVELOPE, envelope)]
    for name, entries in lists.items():
        if entries:
            new.append(_tree(object_format, entries))
            rows.append(TreeEntry(DIRECTORY, name, new[-1].oid))
    for name, paths in maps.items():
        root = paths.root()
        if root:
            rows.append(TreeEntry(DIRECTORY, name, root))
        new += paths.take_new()
    new.append(_tree(object_format, rows))
    return {row.name: row.oid for row in rows}, new


def _tree(object_format: ObjectFormat, rows: list[TreeEntry]) -> NewObject:
    data = format_tree(rows)
    return NewObject(object_format.oid("tree", data), "tree", data)
