"""REV: how people name a state. Specified in ``docs/revisions.md``.

=============  ==========================================================
``NAME``       the newest event of a ledger
``#N``         the N-th event of this ledger's log, from 1
``PREFIX``     an event id, or an unambiguous beginning of 7 digits or more
``REV~N``      N events back along first parents
=============  ==========================================================
"""

import re
from typing import Final

from gitledger.errors import DamageError, FormatError, NotFoundError, UsageError
from gitledger.frozen import replace
from gitledger.ids import EventId, Oid, parse_ledger_name, parse_oid, shown
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place, backwards, end_of, place_in
from gitledger.ledger.publication import Publication, head_of, publications, read_publication
from gitledger.model.event import parse_event
from gitledger.store import layout
from gitledger.store.base import ObjectStore

_DIGITS: Final = 7
# Publications that are read sooner than a catalog is brought up to date.
_NEAR: Final = 16
# Compiled when a REV is read, which most questions have none of.
_SEQ: Final = r"#([1-9][0-9]{0,17})"
_PREFIX: Final = rf"[0-9a-f]{{{_DIGITS},64}}"
_BACK: Final = r"(?s:(?P<rev>.*))~(?P<count>[0-9]{0,17})"


def head_place(ledger: Ledger) -> Place:
    """Return where a ledger's newest event stands.

    Raises:
        NotFoundError: there is no such ledger.
    """
    return end_of(head_of(ledger))


def resolve(ledger: Ledger, rev: str) -> Place:
    """Return where the event that ``rev`` names stands.

    Raises:
        NotFoundError: nothing of that name.
        UsageError: not of the form of any REV, or an ambiguous prefix.
    """
    back = re.fullmatch(_BACK, rev)
    if back:
        return _earlier(ledger, resolve(ledger, back["rev"]), int(back["count"] or 1))
    if number := number_of(rev):
        return _numbered(ledger, number)
    if _is_ledger(ledger, rev):
        return head_place(replace(ledger, name=parse_ledger_name(rev)))
    if is_prefix(rev):
        return _by_prefix(ledger, rev)
    raise NotFoundError(
        f"{shown(rev)} names no event; expected a ledger, an event id of at least {_DIGITS} digits, NAME~N or #N",
        hint="git ledger log lists events",
    )


def number_of(rev: str) -> int | None:
    """Return N of ``#N``; None for any other form."""
    match = re.fullmatch(_SEQ, rev)
    return int(match[1]) if match else None


def is_prefix(rev: str) -> bool:
    """Return whether it has the form of an event's id, or of the beginning of one."""
    return bool(re.fullmatch(_PREFIX, rev))


def numbering(ledger: Ledger, place: Place) -> Publication:
    """Return a publication in whose log the event at a place has the ``seq`` that the place says.

    That is the one which carries it, unless a merge brought it into this ledger's log.
    """
    return place.publication if place.seq == place.publication.first_seq + place.position else head_of(ledger)


def previous(ledger: Ledger, place: Place) -> Place | None:
    """Return the event's first parent, or None for genesis."""
    if place.position:
        return replace(place, position=place.position - 1, seq=place.seq - 1)
    for oid in place.publication.commit.parents[:1]:
        return end_of(read_publication(ledger.objects, oid))
    return None


def _is_ledger(ledger: Ledger, rev: str) -> bool:
    try:
        return ledger.refs.read(layout.ledger_ref(parse_ledger_name(rev))) is not None
    except FormatError:
        return False


def _earlier(ledger: Ledger, place: Place, count: int) -> Place:
    # Imported here because the newest event is found without.
    from gitledger.ledger.locate import find_event, place_before

    left = count
    for number, publication in enumerate(publications(ledger.objects, place.publication)):
        position = place.position if publication is place.publication else len(publication.events) - 1
        if left <= position:
            left = position - left
            found = place_in(publication, left)
            top = numbering(ledger, place)
            return found if top is place.publication else find_event(ledger, top, found.event)
        left -= position + 1
        if number == _NEAR and (known := place_before(ledger, place, count)):
            return known
    most = count - left - 1
    raise NotFoundError(f"event {place.event.hex()} has no event {count} before it; expected at most {most}")


def _numbered(ledger: Ledger, seq: int) -> Place:
    from gitledger.ledger.locate import place_of_number

    head = head_of(ledger)
    if seq > head.log.size:
        raise NotFoundError(f"ledger {ledger.name} has no event #{seq}; expected #1 to #{head.log.size}")
    if seq < head.first_seq and (known := place_of_number(ledger, head, seq)):
        return known
    for publication in publications(ledger.objects, head):
        if publication.first_seq <= seq <= publication.log.size:
            return place_in(publication, seq - publication.first_seq)
        if publication.log.size < seq:
            break
    # A merge brought it in: it stands in the other side's publications.
    for place in backwards(ledger.objects, head):
        if place.seq == seq:
            return place
    raise DamageError(f"the log of ledger {ledger.name} has {head.log.size} events and no #{seq}; expected every one")


def _by_prefix(ledger: Ledger, prefix: str) -> Place:
    found = [EventId(oid) for oid in _objects(ledger.objects, prefix) if _is_event(ledger, EventId(oid))]
    if not found:
        raise NotFoundError(f"no event has an id that begins with {prefix}; expected one that git ledger log lists")
    if len(found) > 1:
        raise UsageError(
            f"{prefix} begins the ids of {len(found)} events; expected more digits",
            hint="one of " + ", ".join(event.hex() for event in found[:5]),
            details={"events": [event.hex() for event in found]},
        )
    from gitledger.ledger.locate import find_event

    return find_event(ledger, head_of(ledger), found[0])


def _objects(objects: ObjectStore, prefix: str) -> list[Oid]:
    if len(prefix) == objects.format.size * 2:
        oid = parse_oid(prefix)
        return [] if objects.missing([oid]) else [oid]
    return objects.find(prefix)


def _is_event(ledger: Ledger, oid: EventId) -> bool:
    found = ledger.objects.read(oid)  # type: ignore[arg-type]  # every event id is an object id
    if found.kind != "blob":
        return False
    try:
        parse_event(found.data)
    except FormatError:
        return False
    return True
