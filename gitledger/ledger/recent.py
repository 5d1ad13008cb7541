"""The events between two heads of one line, read as cheaply as they can be: what a writer looks at at each append.

`history` answers the same for any two heads, with places; it reads everything of each publication, and twice.
"""

from collections.abc import Iterator

from gitledger.ids import EventId, Oid
from gitledger.ledger.publication import damage_in, events_tree, read, read_event
from gitledger.model.event import Event
from gitledger.store.base import ObjectStore
from gitledger.store.commit import parse_commit
from gitledger.store.numbered import parse_numbered


def recent_events(objects: ObjectStore, old: Oid, new: Oid) -> list[tuple[EventId, Event]] | None:
    """Return the events published after ``old`` up to ``new``, oldest first.

    Returns:
        None if a merge lies between, or ``old`` is not before ``new``.

    Raises:
        DamageError: an object is missing, corrupt, or not what it must be.
    """
    found: list[list[tuple[EventId, Event]]] = []
    while new != old:
        with damage_in(new, "publication"):
            commit = parse_commit(read(objects, new, "commit"), objects.format)
            if len(commit.parents) != 1:
                return None
            found.append([(event, read_event(objects, event)) for event in _events(objects, commit.tree)])
            new = commit.parents[0]
    return [one for published in reversed(found) for one in published]


def _events(objects: ObjectStore, tree: Oid) -> Iterator[EventId]:
    listed = events_tree(read(objects, tree, "tree"), objects.format)
    return map(EventId, parse_numbered(read(objects, listed, "tree"), objects.format))
