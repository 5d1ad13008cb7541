"""``log`` and ``show``: events with all that the ledger knows about them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from gitledger.errors import MissingObjectError
from gitledger.frozen import frozen
from gitledger.ids import Variable
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place, backwards
from gitledger.ledger.locate import find_event
from gitledger.ledger.publication import Publication, Published, read_envelope, read_published
from gitledger.ledger.resolve import head_place, numbering, previous, resolve
from gitledger.ledger.state import State


@frozen
class Shown:
    """One event beside what it replaced.

    Attributes:
        published: the event.
        before: what each variable of its write set held before, as canonical bytes; None for nothing. None for all
            where that is not here, because history is cut off.
    """

    published: Published
    before: Mapping[Variable, bytes | None] | None


def log(
    ledger: Ledger,
    rev: str | None = None,
    *,
    since: str | None = None,
    rule: str | None = None,
    touching: str | None = None,
) -> Iterator[Published]:
    """Yield events in the order of the ledger's log, newest first; in a shallow repository, those that are here.

    Args:
        ledger: where to look.
        rev: the event to begin with; the newest if None. If it belongs to another ledger only, it is that one's log.
        since: only events after this one.
        rule: only events of the rule with this name.
        touching: only events that wrote this variable, or one below it.

    Raises:
        NotFoundError: no such ledger or event, or ``since`` is not in that log.
    """
    start = resolve(ledger, rev) if rev is not None else head_place(ledger)
    top = numbering(ledger, start)
    after = find_event(ledger, top, resolve(ledger, since).event).seq if since is not None else 0
    for one in describe(ledger, _between(ledger, top, start.seq, after)):
        if rule is not None and one.rule.name != rule:
            continue
        if touching is not None and not any(_is_within(name, touching) for name in one.event.writeset):
            continue
        yield one


def show(ledger: Ledger, rev: str) -> Shown:
    """Return one event and what it replaced.

    Raises:
        NotFoundError: no such ledger or event.
    """
    return shown_at(ledger, resolve(ledger, rev))


def shown_at(ledger: Ledger, place: Place) -> Shown:
    """Return the event at a place and what it replaced."""
    published = next(describe(ledger, [place]))
    try:
        return Shown(published=published, before=_replaced(ledger, place, published))
    except MissingObjectError:
        if not ledger.cut():
            raise
        return Shown(published=published, before=None)


def _replaced(ledger: Ledger, place: Place, published: Published) -> dict[Variable, bytes | None]:
    before = previous(ledger, place)
    state = before and State(ledger.objects, before)
    return {name: state.holds(name) if state else None for name in published.event.writeset}


def describe(ledger: Ledger, places: Iterable[Place]) -> Iterator[Published]:
    """Yield the event at each place; the envelope of neighbours in one publication is read once."""
    for _, group in groupby(places, key=lambda place: place.publication.oid):
        neighbours = iter(group)
        first = next(neighbours)
        envelope = read_envelope(ledger.objects, first.publication)
        yield read_published(ledger.objects, first.publication, envelope, first.position, first.seq)
        for place in neighbours:
            yield read_published(ledger.objects, place.publication, envelope, place.position, place.seq)


def _between(ledger: Ledger, top: Publication, last: int, after: int) -> Iterator[Place]:
    for place in backwards(ledger.objects, top, ledger.cut()):
        if place.seq <= after:
            return
        if place.seq <= last:
            yield place


def _is_within(variable: Variable, prefix: str) -> bool:
    directory = prefix if prefix.endswith("/") else prefix + "/"
    return variable == prefix or variable.startswith(directory)
