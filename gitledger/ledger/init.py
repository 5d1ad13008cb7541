"""``init``: start a ledger with its genesis event."""

from gitledger.errors import StaleRefError
from gitledger.ledger.draft import Draft
from gitledger.ledger.group import Appended
from gitledger.ledger.guard import Guard
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of
from gitledger.ledger.publish import publish, seal
from gitledger.model.rule import NONCE_BYTES, genesis_rule
from gitledger.store import layout


def init(ledger: Ledger) -> Appended:
    """Start a ledger, or return the newest event of the one that is there.

    Raises:
        DamageError: its ref points at something else than a publication.
        UsageError: it is to be signed, and there is no key.
        StorageError: it could not be written; nothing of it is visible.
    """
    if ledger.refs.read(layout.ledger_ref(ledger.name)) is not None:
        return Appended(event=head_of(ledger).events[-1], is_new=False)
    draft = Draft(ledger.objects, None)
    event_id = draft.add_unwriting(genesis_rule(ledger.name, ledger.entropy(NONCE_BYTES)), ())
    publication, objects = seal(
        ledger,
        draft,
        Guard(draft),
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
