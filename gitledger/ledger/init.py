"""``init``: start a ledger with its genesis event."""

from gitledger.errors import StaleRefError
from gitledger.ids import EventId
from gitledger.ledger.draft import Draft
from gitledger.ledger.group import Appended
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of
from gitledger.ledger.publish import publish, seal
from gitledger.model.delta import Delta, format_delta
from gitledger.model.event import Event, format_event
from gitledger.model.rule import NONCE_BYTES, format_rule, genesis_rule
from gitledger.store import layout


def init(ledger: Ledger) -> Appended:
    """Start a ledger, or return the newest event of the one that is there.

    Raises:
        DamageError: its ref points at something else than a publication.
        StorageError: it could not be written; nothing of it is visible.
    """
    if ledger.refs.read(layout.ledger_ref(ledger.name)) is not None:
        return Appended(event=head_of(ledger).events[-1], is_new=False)
    draft = Draft(ledger.objects, None)
    blob = ledger.objects.format.oid
    nothing = Delta(changes={})
    rule, delta = format_rule(genesis_rule(ledger.name, ledger.entropy(NONCE_BYTES))), format_delta(nothing)
    event = Event(parents=(), rule=blob("blob", rule), after=draft.after, writeset=(), delta=blob("blob", delta))
    data = format_event(event)
    event_id = EventId(blob("blob", data))
    draft.add(
        event_id, data, rule=(event.rule, rule), delta=(event.delta, delta), changed=nothing, key=None
    )
    publication, objects = seal(
        ledger,
        draft,
        op="genesis",
        ts=1,
        parents=[],
        events=[{}],
        message=f"ledger: start {ledger.name}\n",
    )
    try:
        publish(ledger, None, publication, objects)
    except StaleRefError:
        # Somebody else started it in this moment.
        return Appended(event=head_of(ledger).events[-1], is_new=False)
    return Appended(event=event_id, is_new=True)
