"""``gc``: make a repository small and quick again, beside whoever works in it. Specified in ``docs/git-ledger-gc.md``.

Git does nearly all of it. What is ours: leases of writers that died, which would keep their packs for ever; a prune
that died; and a commit graph that knows which paths each publication changed. Nobody's work is thrown away: events
that lost a race stay until somebody drops them.
"""

from gitledger.frozen import frozen
from gitledger.ledger.handle import Ledger
from gitledger.store import layout
from gitledger.store.housekeeping import Housekeeping
from gitledger.store.pack_writer import drop_stale_leases


@frozen
class Collected:
    """What a collection did.

    Attributes:
        leases: how many leases were dropped whose owners are gone.
        packs: how many packs there were before, and are now.
        size: bytes of disk that objects took before, and take now.
        pending: how many events are kept that were made and not published, of any ledger.
    """

    leases: int
    packs: tuple[int, int]
    size: tuple[int, int]
    pending: int


def gc(ledger: Ledger, house: Housekeeping) -> Collected:
    """Collect garbage in the repository of a ledger.

    Raises:
        StorageError: git refuses, for instance because another collection runs; nothing is lost.
    """
    packs, size = house.packs(), house.size()
    leases = drop_stale_leases(house.repository.objects_dir / "pack")
    if house.is_dropping:
        house.drop_unreached()
    house.collect()
    house.write_commit_graph()
    return Collected(
        leases=len(leases),
        packs=(packs, house.packs()),
        size=(size, house.size()),
        pending=len(ledger.refs.list(layout.INFLIGHT)),
    )
