"""Where an event stands: found in the catalog, confirmed in Git.

What the catalog says is an answer only after this:

1. the publication that it names is here, and has the event at the place that it says;
2. in the Merkle log of the head, the event has the number that it says;
3. where that number is too new for a stored tile, the publication is among those that the head follows at once.

Where that fails, and where there is no catalog, the answer is looked for by a walk through the history.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from gitledger.errors import DamageError, StorageError
from gitledger.ids import EventId, Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place, not_found, place_in
from gitledger.ledger.history import find_event as look_for
from gitledger.ledger.publication import Publication, publications, read, read_publication
from gitledger.ledger.stored_log import StoredLog, leaf_hashes, stored_leaf_data
from gitledger.model.merkle import HASH_BYTES, leaf_hash
from gitledger.model.tile import TILE_WIDTH
from gitledger.store import layout
from gitledger.store.commit import parse_commit

if TYPE_CHECKING:
    from gitledger.store.catalog import Catalog, Run

# The newest publications, which are read in less time than it takes to import SQLite.
_NEWEST: Final = 2
_T = TypeVar("_T")


def find_event(ledger: Ledger, top: Publication, event: EventId) -> Place:
    """Return where an event stands in a publication's log.

    Raises:
        NotFoundError: it is not in that log.
    """
    near = _look_near(ledger, top, event)
    if near:
        return near
    found = _ask(ledger, top, lambda finder: finder.of([event]))
    return found[0] if found else look_for(ledger.objects, top, event)


def places_of(ledger: Ledger, top: Publication, events: Sequence[EventId]) -> list[Place] | None:
    """Return where events stand in a publication's log, or None if that must be looked for.

    Raises:
        NotFoundError: one is not in that log.
    """
    return _ask(ledger, top, lambda finder: finder.of(events))


def place_of_number(ledger: Ledger, top: Publication, number: int) -> Place | None:
    """Return where the event of this number in a publication's log stands, or None if that must be looked for."""
    return _ask(ledger, top, lambda finder: finder.numbered(number))


def place_before(ledger: Ledger, place: Place, count: int) -> Place | None:
    """Return the event ``count`` events before another along first parents, or None if that must be looked for."""
    return _ask(ledger, place.publication, lambda finder: finder.before(place, count))


def _look_near(ledger: Ledger, top: Publication, event: EventId) -> Place | None:
    """Return where an event stands among the newest publications along first parents, or None."""
    cut = ledger.cut()
    with suppress(DamageError):  # for a walk to say, if there is no other way
        for publication in islice(publications(ledger.objects, top), _NEWEST):
            if event in publication.events:
                return place_in(publication, publication.events.index(event))
            if publication.oid in cut:
                break
    return None


def _ask(ledger: Ledger, top: Publication, question: "Callable[[_Finder], _T]") -> _T | None:
    """Return the answer to a question about a publication's log; None if the ledger's catalog is not about that."""
    if ledger.catalog is None:
        return None
    try:
        with ledger.catalog(ledger.name) as catalog:
            return question(_Finder(ledger, catalog, top)) if _covers(ledger, catalog, top) else None
    except (StorageError, DamageError):
        # The catalog is in use, broken, or wrong; or what it names is gone. Nobody needs it to find the answer.
        return None


def _covers(ledger: Ledger, catalog: "Catalog", top: Publication) -> bool:
    """Return whether a publication is on the way to the ledger's head, with the catalog brought up to date."""
    if catalog.size_at(top.oid) is None:
        head = ledger.refs.read(layout.ledger_ref(ledger.name))
        if head is None or catalog.size_at(head) is not None:
            return False
        # Imported here because a catalog is mostly up to date.
        from gitledger.ledger.line import Line

        line = Line(ledger.objects, catalog, head, ledger.cut())
        catalog.extend(line.size, line.runs())
    return catalog.size_at(top.oid) == top.log.size


class _Finder:
    """Answers about one publication's log."""

    def __init__(self, ledger: Ledger, catalog: "Catalog", top: Publication) -> None:
        self._ledger = ledger
        self._objects = ledger.objects
        self._catalog = catalog
        self._top = top
        self._log = StoredLog(ledger.objects, top)
        self._tile = lru_cache(maxsize=4)(self._log.tile)
        self._read = lru_cache(maxsize=4)(partial(read_publication, ledger.objects))

    def of(self, events: Sequence[EventId]) -> list[Place] | None:
        """Return where events stand, or None if that must be looked for.

        Raises:
            NotFoundError: one is not in the log.
        """
        places = [place for place in map(self._claimed, events) if place]
        return places if len(places) == len(events) and self._are_confirmed(places) else None

    def numbered(self, number: int) -> Place | None:
        """Return where the event of a number stands, or None if that must be looked for."""
        place = self._place(number)
        return place if place and self._are_confirmed([place]) else None

    def before(self, place: Place, count: int) -> Place | None:
        """Return what stands ``count`` events before a place along first parents, or None as above."""
        run = self._run(place.seq)
        if run is None or not run.is_line:
            return None
        wanted = self._steps(place.seq) - count
        number = 1 + bisect_left(range(1, place.seq), wanted, key=self._steps)
        # What is not in the catalog counts no steps, and is passed over.
        return self.numbered(number) if wanted > 0 and self._steps(number) == wanted else None

    def _run(self, number: int) -> "Run | None":
        run = self._catalog.run_with(number)
        if run is not None and run.last - run.position <= number:
            return run
        if not self._ledger.cut():
            self._catalog.refute()
        return None  # The catalog begins where history is cut off.

    def _place(self, number: int) -> Place | None:
        """Return where the event of a number stands if the catalog is right."""
        run = self._run(number)
        if run is None:
            return None
        publication = self._read(run.publication)
        position = run.position - run.last + number
        if position >= len(publication.events):
            self._catalog.refute()
        return Place(publication=publication, position=position, seq=number)

    def _claimed(self, event: EventId) -> Place | None:
        """Return where an event stands if the catalog is right, or None if that must be looked for."""
        for number in self._catalog.numbers(event):
            place = self._place(number) if 1 <= number <= self._top.log.size else None
            if place and place.event == event:
                return place
        index = self._log.find(event, leaf_hash(stored_leaf_data(self._objects, event)))
        if index is None:
            raise not_found(event)
        if self._run(index + 1):
            self._catalog.refute()
        return None

    def _are_confirmed(self, places: Sequence[Place]) -> bool:
        """Return whether Git says so, too; False if that can't be told from the log and the newest publications."""
        tiled = self._top.log.size - self._top.log.size % TILE_WIDTH
        stored = [place for place in places if place.seq <= tiled]
        for place, leaf in zip(stored, leaf_hashes(self._objects, [one.event for one in stored]), strict=True):
            index, row = divmod(place.seq - 1, TILE_WIDTH)
            if self._tile(0, index)[row * HASH_BYTES :][:HASH_BYTES] != leaf:
                self._catalog.refute()
        for place in places:
            if place.seq <= tiled:
                continue
            if place.seq != place.publication.first_seq + place.position:
                return False  # A merge brought it in.
            if not self._follows(place.publication.oid):
                self._catalog.refute()
        return True

    def _steps(self, number: int) -> int:
        run = self._run(number)
        if run is None:
            return 0
        return run.steps - (run.last - number if run.is_line else 0)

    def _follows(self, wanted: Oid) -> bool:
        """Return whether a publication is one of the newest: each has an event, so there are fewer than a tile's."""
        oid = self._top.oid
        for _ in range(TILE_WIDTH):
            if oid == wanted:
                return True
            parents = parse_commit(read(self._objects, oid, "commit"), self._objects.format).parents
            if not parents:
                return False
            oid = parents[0]
        return False
