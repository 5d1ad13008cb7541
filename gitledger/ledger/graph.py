"""The graph of publications: what only one of two heads can reach."""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple

from gitledger.ids import Oid

_BOTH: Final = 3


class Node(NamedTuple):
    """What a walk must know of one publication."""

    clock: int
    parents: tuple[Oid, ...]


def only_reached(look: Callable[[Oid], Node], left: Oid, right: Oid) -> tuple[list[Oid], list[Oid]]:
    """Return the publications that only the left, and only the right, of two heads can reach, newest first.

    The logical clock rises along every edge, so a walk by falling clock meets each publication after all that
    follow it, and may stop when everything still ahead is common to both. Where a clock lies, what follows from both
    heads may be returned; what follows from one alone always is.
    """
    sides = {left: 1}
    sides[right] = sides.get(right, 0) | 2
    ahead = {oid: look(oid) for oid in sides}
    queue = [(-node.clock, oid) for oid, node in ahead.items()]
    heapify(queue)
    undecided = sum(side != _BOTH for side in sides.values())
    only: tuple[list[Oid], list[Oid]] = ([], [])
    while undecided:
        _, oid = heappop(queue)
        side = sides[oid]
        if side != _BOTH:
            only[side - 1].append(oid)
            undecided -= 1
        for parent in ahead.pop(oid).parents:
            if parent not in sides:
                sides[parent], ahead[parent] = side, look(parent)
                heappush(queue, (-ahead[parent].clock, parent))
                undecided += side != _BOTH
            elif sides[parent] not in (side, _BOTH):
                sides[parent] = _BOTH
                undecided -= parent in ahead
    return only
