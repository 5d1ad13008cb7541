"""Reading where history was pruned: what ``--deep`` fetches from archives, and who is told of it without."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import NamedTuple

from gitledger.cli.door import Door
from gitledger.errors import MissingObjectError, NotFoundError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place
from gitledger.ledger.resolve import resolve


class Reading(NamedTuple):
    """A ledger that is read, with what is archived or without.

    Attributes:
        ledger: the ledger.
        place: returns where the event that a REV names stands.
    """

    ledger: Ledger
    place: Callable[[str], Place]


@contextmanager
def reading(door: Door, *, deep: bool) -> Iterator[Reading]:
    """Yield the ledger to read from, until the block ends.

    Raises:
        NotFoundError: what is asked for was pruned, and is archived; the hint says where.
    """
    if deep:
        # Imported here because few questions need it.
        from gitledger.retention.archives import archives
        from gitledger.retention.deep import DeepObjects, deep_place

        known = archives(door.source)
        with closing(DeepObjects(door.ledger.objects, known, door.outside.env)) as objects:
            # With archives behind it, its history is whole.
            ledger = replace(door.ledger, objects=objects, cut=frozenset[Oid])
            yield Reading(ledger, partial(deep_place, ledger, known))
        return
    try:
        yield Reading(door.ledger, partial(resolve, door.ledger))
    except (MissingObjectError, NotFoundError) as error:
        if not door.repository.shallow:
            raise
        raise _told(door, error) from error


def _told(door: Door, error: MissingObjectError | NotFoundError) -> MissingObjectError | NotFoundError:
    from gitledger.retention.archives import archives

    known = [one.url for one in archives(door.source)]
    if not known:
        return error
    return NotFoundError(
        f"{error.message.partition(';')[0]}; what was pruned is archived at {', '.join(known)}",
        hint="the same with --deep looks there; git ledger rehydrate brings it back",
        details={**error.details, "archives": known},
    )
