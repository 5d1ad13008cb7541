"""``pending``: the events that were made and not published; each can be made again or forgotten."""

from typing import Final

from gitledger.codec import Value
from gitledger.errors import NotFoundError
from gitledger.ids import Variable, shown
from gitledger.ledger.change import Change
from gitledger.ledger.group import Appended
from gitledger.ledger.handle import Ledger
from gitledger.ledger.inflight import Pending, kept
from gitledger.ledger.publication import head_of, read_envelope, read_publication
from gitledger.ledger.since import Since
from gitledger.ledger.state import State
from gitledger.ledger.writer import Writer
from gitledger.store.base import RefUpdate

_SHORTEST: Final = 7
"""Digits of an event id; fewer name nothing."""


def pending(ledger: Ledger) -> list[Pending]:
    """Return the pending events of a ledger, sorted by id.

    Raises:
        DamageError: a ref under ``refs/ledger-inflight/`` keeps something else.
    """
    return kept(ledger)


def find_pending(ledger: Ledger, event: str) -> Pending:
    """Return the pending event that an id, or at least 7 digits of one, names.

    Raises:
        NotFoundError: it names none, or several.
    """
    found = [one for one in kept(ledger) if len(event) >= _SHORTEST and one.event.hex().startswith(event)]
    if len(found) != 1:
        raise NotFoundError(
            f"{shown(event)} names {len(found)} pending events; expected one", hint="git ledger pending lists them"
        )
    return found[0]


def retry(ledger: Ledger, one: Pending) -> Appended:
    """Make the change of a pending event again, on the present head; then it is pending no longer.

    Whoever retries has been told who wrote first, so what was written since is no reason to refuse. What the decision
    depended on is: nothing that it read may have been written, and what was expected must hold.

    Raises:
        OverlapError: an event since has written what was read.
        ExpectationError: an expected value does not hold.
        ConflictError: the key belongs to another change, or no turn was to be had.
        StaleRefError: somebody else has retried or dropped it.
    """
    change = _change(ledger, one)
    base = read_publication(ledger.objects, one.place.publication.commit.parents[0])
    reads = Change(rule=change.rule, writes={}, reads=change.reads)

    def decide(_state: State) -> Change:
        Since(ledger, base, head_of(ledger)).check(reads)
        return change

    answer = Writer(ledger).decide(decide, also=[RefUpdate(one.ref, one.tag, None)])
    if not answer.is_new:
        drop(ledger, one)
    return answer


def drop(ledger: Ledger, one: Pending) -> None:
    """Forget a pending event; Git will collect it as garbage.

    Raises:
        StaleRefError: somebody else has retried or dropped it.
    """
    ledger.refs.update([RefUpdate(one.ref, one.tag, None)])


def _change(ledger: Ledger, one: Pending) -> Change:
    """Return the change as it was asked for; who asked is remembered."""
    published, place = one.published, one.place
    state = State(ledger.objects, place)
    envelope = read_envelope(ledger.objects, place.publication)
    remembered: dict[str, Value] = {"author": envelope.author, **envelope.events[place.position]}
    key = remembered.pop("key", None)
    unchanged: dict[Variable, bytes | None] = {name: state.holds(name) for name in one.writes}
    return Change(
        rule=published.rule,
        writes={**unchanged, **published.delta.changes},
        reads=frozenset(published.event.readset),
        expect=one.expect,
        key=None if key is None else str(key),
        meta=remembered,
    )
