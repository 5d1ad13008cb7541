"""Sharing out an order among workers: each has a share of neighbours; who is done takes half of the largest one left.

Neighbours, because a worker goes on in memory from what it judged before; where a share begins, trees and timelines are
read anew. What a worker gets at once is a run of its share: the rest can still be taken over.
"""

from itertools import islice, pairwise
from typing import Final, NamedTuple

from gitledger.ids import Oid
from gitledger.verify.order import Order

_LONGEST: Final = 256
"""Publications of a run: what one worker has for itself at most, if all are alike."""
_PART: Final = 4
"""One in so many publications of a share is handed out at once: one may be as much work as thousands of others."""


class Run(NamedTuple):
    """Neighbours that one worker judges, and the place of the first in the order, from 0."""

    start: int
    oids: list[Oid]


class Shares:
    """The shares of an order.

    Args:
        order: what is to be judged.
        workers: how many share it.
    """

    def __init__(self, order: Order, workers: int) -> None:
        ends = [len(order) * done // workers for done in range(workers + 1)]
        self._shares = [_Share(order, start, stop) for start, stop in pairwise(ends)]

    def next_run(self, worker: int) -> Run | None:
        """Return what a worker, counted from 0, is to judge next; None if nothing is left for anybody."""
        if not self._shares[worker].left:
            self._shares[worker] = max(self._shares, key=lambda share: share.left).give()
        return self._shares[worker].take()


class _Share:
    """Publications from one place of an order to another, less what was handed out or given away."""

    def __init__(self, order: Order, start: int, stop: int) -> None:
        self._order = order
        self._start = start
        self._stop = stop
        self._oids = islice(order, start, None)

    @property
    def left(self) -> int:
        return self._stop - self._start

    def take(self) -> Run | None:
        """Hand out the next run."""
        length = min(self.left, _LONGEST, max(1, self.left // _PART))
        run = Run(self._start, list(islice(self._oids, length)))
        self._start += length
        return run if length else None

    def give(self) -> "_Share":
        """Give away the later half; all, if it is one."""
        middle = self._start + self.left // 2
        given = _Share(self._order, middle, self._stop)
        self._stop = middle
        return given
