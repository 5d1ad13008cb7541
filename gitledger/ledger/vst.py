"""``vst`` and ``blame``: the timeline of a variable, and the newest event of many."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import Final

from gitledger.errors import DamageError, NotFoundError
from gitledger.frozen import frozen
from gitledger.ids import EventId, Variable, parse_variable, shown
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place, backwards
from gitledger.ledger.log import describe
from gitledger.ledger.publication import Publication, Published
from gitledger.ledger.resolve import head_place, numbering, resolve
from gitledger.ledger.state import State
from gitledger.ledger.timelines import Timelines

_WINDOW: Final = 4096
"""Events that are looked for together."""


@frozen
class Blamed:
    """A variable that holds a value, and the event that last wrote it."""

    variable: Variable
    event: EventId


def vst(ledger: Ledger, variable: str, *, at: str | None = None) -> Iterator[EventId]:
    """Return the events that changed a variable, newest first.

    In a shallow repository older ones may be missing, and of the last ones all but the ids: `written` counts all.

    Raises:
        FormatError: not the name of a variable.
        NotFoundError: no such ledger or event, or the variable was never written up to there.
    """
    name = parse_variable(variable)
    place = resolve(ledger, at) if at is not None else head_place(ledger)
    events = _timelines(ledger, place).events(name)
    newest = next(events, None)
    if newest is None:
        raise NotFoundError(
            f"variable {shown(name)} was never written; expected one that has a timeline",
            hint="git ledger state lists variables",
            details={"variable": name},
        )
    return chain([newest], events)


def written(ledger: Ledger, variable: str, *, at: str | None = None) -> int:
    """Return how many events changed a variable, wherever they are.

    Raises:
        FormatError: not the name of a variable.
        NotFoundError: no such ledger or event.
    """
    place = resolve(ledger, at) if at is not None else head_place(ledger)
    return _timelines(ledger, place).count(parse_variable(variable))


def published_in_order(ledger: Ledger, events: Iterable[EventId], *, at: str | None = None) -> Iterator[Published]:
    """Yield events that `vst` returned, newest first as given, with all that the ledger knows about them.

    In a shallow repository it ends with the last that is here.

    Args:
        ledger: as for `vst`.
        events: any of the events.
        at: as for `vst`.
    """
    top = numbering(ledger, resolve(ledger, at)) if at is not None else head_place(ledger).publication
    yield from describe(ledger, _places(ledger, top, iter(events)))


def blame(ledger: Ledger, prefix: str = "", *, at: str | None = None) -> Iterator[Blamed]:
    """Yield each variable below a directory that holds a value, with the event that last wrote it.

    Raises:
        NotFoundError: no such ledger or event.
    """
    place = resolve(ledger, at) if at is not None else head_place(ledger)
    timelines = _timelines(ledger, place)
    for variable, _ in State(ledger.objects, place).blobs(prefix):
        event = next(timelines.events(variable), None)
        if event is None:
            raise DamageError(f"variable {shown(variable)} holds a value and has no timeline; expected one")
        yield Blamed(variable=variable, event=event)


def _timelines(ledger: Ledger, place: Place) -> Timelines:
    return Timelines(ledger.objects, place, is_cut=bool(ledger.cut()))


def _places(ledger: Ledger, top: Publication, events: Iterator[EventId]) -> Iterator[Place]:
    """Yield where events stand, from the catalog as long as it knows, then by a walk."""
    # Imported here because the ids alone need no places.
    from gitledger.ledger.locate import places_of

    below, size = top.log.size + 1, 1
    while window := tuple(islice(events, size)):
        found: list[Place] | None = None
        with suppress(NotFoundError):  # the walk says which it is
            found = places_of(ledger, top, window)
        if found is None:
            yield from _walk(ledger, top, chain(window, events))
            return
        for place in found:
            if place.seq >= below:
                raise _out_of_order(place.event)
            below = place.seq
            yield place
        # The first ones at once, later ones with less ado.
        size = min(2 * size, _WINDOW)


def _walk(ledger: Ledger, top: Publication, events: Iterator[EventId]) -> Iterator[Place]:
    wanted = next(events, None)
    if wanted is None:
        return
    cut = ledger.cut()
    for place in backwards(ledger.objects, top, cut):
        if place.event == wanted:
            yield place
            wanted = next(events, None)
            if wanted is None:
                return
    if not cut:
        raise _out_of_order(wanted)


def _out_of_order(event: EventId) -> DamageError:
    return DamageError(
        f"a timeline names event {event.hex()}, which the log has not before those above; expected the log's order",
        hint="git ledger verify says more",
    )
