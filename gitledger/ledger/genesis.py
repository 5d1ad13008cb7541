"""The first event of a ledger, which is its identity, from any of its publications."""

from gitledger.errors import DamageError
from gitledger.ids import EventId
from gitledger.ledger.publication import Publication, read, read_rule
from gitledger.model.delta import Delta, format_delta
from gitledger.model.event import Event, format_event
from gitledger.model.rule import GENESIS
from gitledger.store import layout
from gitledger.store.base import ObjectStore
from gitledger.store.pathmap import PathMap


def genesis_of(objects: ObjectStore, publication: Publication) -> EventId:
    """Return the first event of a ledger, also where history is cut off: its rule is in every publication.

    All else in it is the same in every ledger, so its id follows from the rule's. Reads the rules that were ever used.

    Raises:
        DamageError: a rule cannot be read, or none is that of a first event.
    """
    rules = PathMap(lambda oid: read(objects, oid, "tree"), objects.format, publication.trees[layout.RULES])
    for _, oid in rules.items():  # noqa: PERF102 - no dict
        if read_rule(objects, oid).name == GENESIS:
            delta = objects.format.oid("blob", format_delta(Delta(changes={})))
            after = objects.format.oid("tree", b"")
            event = Event(parents=(), rule=oid, after=after, writeset=(), delta=delta)
            return EventId(objects.format.oid("blob", format_event(event)))
    raise DamageError(
        f"publication {publication.oid.hex()} has no rule of a first event; expected one",
        hint="git ledger verify says more",
    )
