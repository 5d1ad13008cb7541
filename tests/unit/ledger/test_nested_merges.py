"""A history whose merges bring in merges, each the second side of the next: walked and judged on a shallow stack."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from gitledger.ids import Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import backwards
from gitledger.ledger.publication import head_of
from gitledger.store.base import RefUpdate
from gitledger.store.memory import MemoryObjects, MemoryRefs
from gitledger.verify import verify
from tests.forger import Act, Forger, Known
from tests.ledgers import ledger_on

DEPTH = 25


@contextmanager
def shallow_stack(frames: int) -> Iterator[None]:
    """Let calls nest only this deep."""
    limit, frame, depth = sys.getrecursionlimit(), sys._getframe(), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    sys.setrecursionlimit(depth + frames)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def nested_merges() -> tuple[Ledger, Known]:
    """Return a ledger in which each merge is the second side of the next."""
    forger = Forger()
    genesis = forger.publish([], [Act(rule={"name": "genesis", "ledger": "main", "nonce": bytes(16)})])
    known = forger.publish([genesis], [Act({"start": 0})])
    for number in range(DEPTH):
        sides = (forger.publish([genesis], [Act({f"side/{number}": attempt})]) for attempt in count())
        first = next(side for side in sides if side.newest < known.newest)
        known = forger.publish([first, known], [Act(rule={"name": "merge"})])
    ledger = ledger_on(MemoryObjects(), MemoryRefs())
    ledger.objects.write(list(forger.made.values()))
    ledger.refs.update([RefUpdate("refs/ledger/main", None, Oid(known.commit))])
    return ledger, known


def test_merges_within_merges_need_no_deep_stack() -> None:
    ledger, known = nested_merges()
    with shallow_stack(30):
        places = list(backwards(ledger.objects, head_of(ledger)))
        report = verify(ledger)
    assert [place.event for place in reversed(places)] == list(known.log)
    assert [place.seq for place in reversed(places)] == list(range(1, 2 * DEPTH + 3))
    assert (report.findings, report.events) == ((), 2 * DEPTH + 2)
