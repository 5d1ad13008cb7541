"""Whether a bundle holds what its manifest says, judged by ids, digests and the log alone."""

from collections.abc import Iterator, Sequence
from typing import Final

from gitledger.errors import DamageError
from gitledger.ids import EventId
from gitledger.ledger.stored_log import leaf_hashes
from gitledger.model.manifest import Manifest
from gitledger.model.merkle import Frontier, grow
from gitledger.store.base import ObjectStore
from gitledger.store.bundle import Opened, Scratch

_WINDOW: Final = 1024
"""Events that are read at a time."""


def check_whole(apart: Scratch, opened: Opened, manifest: Manifest) -> None:
    """Demand that a bundle which was opened holds its publications, all that their trees name, and nothing else.

    Raises:
        DamageError: something is missing, or something else came along.
    """
    named = apart.objects_of(manifest.publications)
    if named != opened.objects:
        raise DamageError(
            f"bundle {manifest.bundle.hex()} holds {opened.objects:,} objects; expected the {named:,} that its "
            "publications name"
        )


def check_log(objects: ObjectStore, manifest: Manifest, log: Frontier) -> None:
    """Demand that the events of a manifest lead from the log before it to one that is known.

    That the log before it is true follows from this, if ``log`` is: no other one leads there.

    Args:
        objects: where the events are.
        manifest: what names them.
        log: it ends with one of the bundle's events: a checkpoint may be in the middle.

    Raises:
        DamageError: an object is missing or corrupt, or the events are others than those in the log.
    """
    if not manifest.first <= log.size <= manifest.last:
        raise DamageError(
            f"bundle {manifest.bundle.hex()} is of events #{manifest.first} to #{manifest.last}; "
            f"expected a log of {log.size} events to end in it"
        )
    events = manifest.events[: log.size - manifest.before.size]
    hashes = grow(manifest.before.hashes, manifest.before.size, _leaves(objects, events))
    if tuple(hashes) != log.hashes:
        raise DamageError(
            f"events #{manifest.first} to #{log.size} of bundle {manifest.bundle.hex()} are not those of the log; "
            "expected the same root",
            details={"bundle": manifest.bundle.hex()},
        )


def _leaves(objects: ObjectStore, events: Sequence[EventId]) -> Iterator[bytes]:
    for start in range(0, len(events), _WINDOW):
        yield from leaf_hashes(objects, events[start : start + _WINDOW])
