"""The way from a publication down to a value or a timeline, through the raw bytes of Git objects.

Prover and checker walk the same way: one reads each object from the repository and keeps its bytes (`Taken`), the
other takes the next of the bytes that it was given, if they hash to the id that the object before them names
(`Given`). So a proof holds each object of the way once, in order, and nothing else.

The way ends early where a tree lacks the next name. That tree is the only one in which the name could stand, so the
same objects show that there is nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from gitledger.errors import FormatError
from gitledger.ids import EventId, Kind, ObjectFormat, Oid, Variable
from gitledger.ledger.publication import read
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.timeline import parse_timeline
from gitledger.store import layout
from gitledger.store.base import ObjectStore
from gitledger.store.commit import parse_commit
from gitledger.store.node import Node, bucket_name, parse_node
from gitledger.store.tree import DIRECTORY, directory_head, file_head, parse_tree

_NOTHING: Final[Mapping[Oid, bytes]] = {}


class Reader(Protocol):
    """Returns the bytes of the next object on the way."""

    @property
    def format(self) -> ObjectFormat:
        """The hash function that names objects."""

    def __call__(self, oid: Oid, kind: Kind) -> bytes:
        """Return the bytes of an object; raises `FormatError` if it is another one."""


class Taken:
    """Objects as they are read from a repository.

    Args:
        objects: the repository.
        unstored: objects that are not in it.

    Attributes:
        objects: the bytes of each, in the order in which they were asked for.
    """

    def __init__(self, objects: ObjectStore, unstored: Mapping[Oid, bytes] = _NOTHING) -> None:
        self._store = objects
        self._unstored = unstored
        self.format = objects.format
        self.objects: list[bytes] = []

    def __call__(self, oid: Oid, kind: Kind) -> bytes:
        """Return the bytes of an object, and keep them."""
        data = self._unstored[oid] if oid in self._unstored else read(self._store, oid, kind)
        self.objects.append(data)
        return data


class Given:
    """Objects as a proof holds them.

    Args:
        object_format: names them.
        objects: their bytes, in order.
    """

    def __init__(self, object_format: ObjectFormat, objects: Sequence[bytes]) -> None:
        self.format = object_format
        self._ahead = list(reversed(objects))

    def __call__(self, oid: Oid, kind: Kind) -> bytes:
        """Return the bytes of the next object, which must have this id."""
        if not self._ahead:
            raise FormatError(f"a proof ends before the {kind} {oid.hex()}; expected its bytes")
        data = self._ahead.pop()
        found = self.format.oid(kind, data)
        if found != oid:
            raise FormatError(f"a proof has the {kind} {found.hex()} here; expected {oid.hex()}")
        return data

    def check_end(self) -> None:
        """Refuse a proof that holds more than the way.

        Raises:
            FormatError: objects are left.
        """
        if self._ahead:
            raise FormatError(f"a proof holds {len(self._ahead)} objects behind the last one; expected none")


def follow_publication(read_object: Reader, checkpoint: Checkpoint) -> tuple[Oid, Oid]:
    """Return the trees of state and timelines that the publication of a checkpoint names.

    Raises:
        FormatError: other objects, or other trees than the checkpoint says.
    """
    commit = parse_commit(read_object(checkpoint.publication, "commit"), read_object.format)
    entries = parse_tree(read_object(commit.tree, "tree"), read_object.format)
    trees = {entry.name: entry.oid for entry in entries if entry.mode == DIRECTORY}
    empty = read_object.format.oid("tree", b"")
    found = trees.get(layout.STATE, empty), trees.get(layout.INDEX, empty)
    if found != (checkpoint.state, checkpoint.index):
        raise FormatError("a publication has another state or another index than its checkpoint says")
    return found


def follow_value(read_object: Reader, state: Oid, variable: Variable) -> bytes | None:
    """Return the bytes of what a variable holds in a state, or None for nothing.

    Raises:
        FormatError: other objects, or a tree that no state has.
    """
    oid = _descend(read_object, state, variable, b"")
    return None if oid is None else read_object(oid, "blob")


def follow_timeline(read_object: Reader, index: Oid, variable: Variable) -> tuple[EventId, ...]:
    """Return all events that changed a variable, oldest first; none if it was never written.

    Raises:
        FormatError: other objects, a tree that no index has, segments that do not fit together.
    """
    oid = _descend(read_object, index, variable, layout.TIMELINE_MARK)
    segments: list[tuple[EventId, ...]] = []
    left: int | None = None
    while oid is not None:
        segment = parse_timeline(read_object(oid, "blob"))
        if left not in (None, segment.count) or len(segment.ids[0]) != read_object.format.size:
            raise FormatError(f"a segment counts {segment.count} events; expected {left}, of this repository")
        segments.append(segment.ids)
        oid, left = segment.prev, segment.count - len(segment.ids)
    return tuple(event for segment in reversed(segments) for event in segment)


def _descend(read_object: Reader, root: Oid, variable: Variable, mark: bytes) -> Oid | None:
    """Return the blob at the path of a variable in a path map (``docs/format/state.md``), or None."""
    if root == read_object.format.oid("tree", b""):
        return None
    *parents, leaf = variable.encode().split(b"/")
    found = root
    for component, head in (*((name, directory_head(name)) for name in parents), (leaf, file_head(mark + leaf))):
        depth, node = 0, _open(read_object, found, 0, mark)
        while node.split:
            bucket = node.get(directory_head(bucket_name(component, depth)))
            if bucket is None:
                return None
            depth += 1
            node = _open(read_object, bucket, depth, mark)
        below = node.get(head)
        if below is None:
            return None
        found = below
    return found


def _open(read_object: Reader, oid: Oid, depth: int, mark: bytes) -> Node:
    node = Node(read_object.format.size, depth=depth)
    parse_node(node, read_object(oid, "tree"), read_object.format, mark)
    return node
