"""Which publications are judged, and in which order: each after its parents, those of one line one after another."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from gitledger.errors import DamageError, FormatError
from gitledger.ids import Oid
from gitledger.ledger.graph import Node, only_reached
from gitledger.ledger.publication import read
from gitledger.model.envelope import CLOCK_LIMIT, parse_envelope
from gitledger.store import layout
from gitledger.store.base import ObjectStore
from gitledger.store.tree import parse_tree

Parents = Callable[[Oid], Sequence[Oid]]

PARENTS: Final = 2
"""How many parents a publication may have. A commit can name a million; more than these are not followed."""
_LINK = re.compile(rb"^(tree|parent) ([0-9a-f]+)$", re.MULTILINE)
_NEVER_CLOCKED: Final = CLOCK_LIMIT
"""The clock of a publication that says none: it is met next, and what is before it is not put off."""


class Order:
    """Publications, each after its parents, at 20 bytes each on a line without merges.

    Args:
        parents: returns the parents of a publication.
        head: the last publication; None for no publications at all.
    """

    def __init__(self, parents: Parents, head: Oid | None) -> None:
        self._size = len(head) if head else 1
        self._line = bytearray()  # along first parents, newest first
        merges: dict[int, Sequence[Oid]] = {}
        ahead: Oid | None = head
        while ahead is not None:
            before = parents(ahead)
            if len(before) > 1:
                merges[len(self._line)] = before[1:]
            self._line += ahead
            ahead = before[0] if before else None
        self._sides: dict[int, list[Oid]] = {}
        known = set(self._walk_line()) if merges else set[Oid]()
        for place in reversed(merges):
            self._sides[place] = _side(parents, merges[place], known)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._line) // self._size + sum(map(len, self._sides.values()))

    def __iter__(self) -> Iterator[Oid]:
        """Yield them, oldest first."""
        for place in reversed(range(0, len(self._line), self._size)):
            yield from self._sides.get(place, ())
            yield self._at(place)

    def _walk_line(self) -> Iterator[Oid]:
        return map(self._at, range(0, len(self._line), self._size))

    def _at(self, place: int) -> Oid:
        return Oid(bytes(self._line[place : place + self._size]))


def all_before(objects: ObjectStore, head: Oid, cut: frozenset[Oid] = frozenset()) -> Order:
    """Return a publication and all before it; none that one of ``cut``, where history is cut off, follows."""
    return Order(lambda oid: [] if oid in cut else parents_of(objects, oid), head)


def all_since(objects: ObjectStore, head: Oid, trusted: Oid, cut: frozenset[Oid] = frozenset()) -> Order:
    """Return what ``head`` reaches and ``trusted`` does not, as far as history is not cut off.

    Reads what is new, and on the trusted side as far back as the oldest publication that something new follows.
    """
    nodes: dict[Oid, Node] = {}

    def look(oid: Oid) -> Node:
        node = _node(objects, oid)
        nodes[oid] = Node(node.clock, ()) if oid in cut else node
        return nodes[oid]

    new = set(only_reached(look, trusted, head)[1])
    return Order(lambda oid: [parent for parent in nodes[oid].parents if parent in new], head if head in new else None)


def _side(parents: Parents, starts: Iterable[Oid], known: set[Oid]) -> list[Oid]:
    """Return what a merge brings in beside its line, each after its parents, and make it known."""
    found: list[Oid] = []
    pending = [(oid, False) for oid in starts]
    while pending:
        oid, are_parents_found = pending.pop()
        if are_parents_found:
            found.append(oid)
        elif oid not in known:
            known.add(oid)
            pending.append((oid, True))
            pending += [(parent, False) for parent in parents(oid)]
    return found


def parents_of(objects: ObjectStore, oid: Oid) -> list[Oid]:
    """Return the parents that are followed from a commit, whatever else is in it; none of what cannot be read."""
    return _links(objects, oid)[b"parent"][:PARENTS]


def _node(objects: ObjectStore, oid: Oid) -> Node:
    links = _links(objects, oid)
    parents = tuple(links[b"parent"][:PARENTS])
    try:
        data = read(objects, links[b"tree"][0], "tree")
        root = {entry.name: entry.oid for entry in parse_tree(data, objects.format)}
        return Node(parse_envelope(read(objects, root[layout.ENVELOPE], "blob")).ts, parents)
    except (DamageError, FormatError, LookupError):
        return Node(_NEVER_CLOCKED, parents)


def _links(objects: ObjectStore, oid: Oid) -> dict[bytes, list[Oid]]:
    """Return what a commit links to, whatever else is in it: what is before a forged commit is judged, too."""
    found: dict[bytes, list[Oid]] = {b"tree": [], b"parent": []}
    try:
        headers = read(objects, oid, "commit").partition(b"\n\n")[0]
    except (DamageError, FormatError):
        # For the judge to say.
        return found
    for name, digits in _LINK.findall(headers):
        if len(digits) == objects.format.size * 2:
            found[name].append(Oid(bytes.fromhex(digits.decode())))
    return found
