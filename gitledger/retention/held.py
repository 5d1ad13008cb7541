"""Whether somebody else holds all that a prune would drop. Nobody is believed who has not just been asked."""

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from gitledger.ids import LedgerName, Oid
from gitledger.ledger.handle import Ledger
from gitledger.retention.prune import Plan
from gitledger.store.housekeeping import Housekeeping


class Remote(Protocol):
    """A remote that can be asked."""

    name: str

    def list(self) -> Mapping[LedgerName, Oid]:
        """Return its ledgers, and where their refs point."""

    def fetch(self) -> None:
        """Bring the tracking refs up to date."""


AskCut = Callable[[Collection[Oid]], frozenset[Oid] | None]
"""Returns where the history of commits is cut off at a remote; None if it lacks one of them."""


def is_on_remote(ledger: Ledger, house: Housekeeping, remote: Remote, ask_cut: AskCut, plan: Plan) -> bool:
    """Return whether a remote's ledger goes on from the cut, and has all that is before it.

    Raises:
        StorageError: it cannot be reached.
    """
    theirs = remote.list().get(ledger.name)
    if theirs is None:
        return False
    if ledger.objects.missing([theirs]):
        remote.fetch()
    if not house.is_before(plan.base.oid, theirs):
        return False
    cut = ask_cut(plan.base.commit.parents)
    # What lies before the oldest that is here is not ours to judge: it went with an earlier prune.
    return cut is not None and not any(_is_between(ledger, house, plan, oid) for oid in cut)


def _is_between(ledger: Ledger, house: Housekeeping, plan: Plan, oid: Oid) -> bool:
    return oid != plan.oldest.oid and not ledger.objects.missing([oid]) and house.is_before(plan.oldest.oid, oid)
