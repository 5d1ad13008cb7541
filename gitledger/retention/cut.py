"""Where history can be cut off, so that all that stays goes on working. Nothing here reads or writes a repository.

Two laws. All that is kept must go through the publication at the cut: a merge of somebody who went on from before it
could not be judged, nor a push to a remote that has less. And appends must find the events of the log's last, partial
tile, whose hashes no tile holds yet: at most 255 events.
"""

from collections.abc import Collection, Iterable, Iterator

from gitledger.ids import Oid
from gitledger.ledger.publication import Publication
from gitledger.model.tile import TILE_WIDTH
from gitledger.store.housekeeping import Link


def passes(links: Iterable[Link], tips: Collection[Oid], newest: Oid) -> Iterator[Oid]:
    """Yield the publications that every way from ``tips`` to the beginning goes through, newest first.

    Args:
        links: all that ``tips`` reach, each before what it follows.
        tips: where the ways begin.
        newest: leave out all that come after this one, or beside it.
    """
    ahead, is_passed = set(tips), False
    for oid, parents in links:
        is_passed = is_passed or oid == newest
        ahead.discard(oid)
        if ahead and not parents:
            return  # There is another beginning.
        if is_passed and not ahead:
            yield oid
        ahead.update(parents)


def holds_its_last_tile(publication: Publication) -> bool:
    """Return whether a publication carries every event of the partial tile that its log ends with."""
    full = publication.log.size // TILE_WIDTH * TILE_WIDTH
    return publication.first_seq - 1 <= full
