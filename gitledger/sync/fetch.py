"""``fetch``: learn what a remote has. No ledger moves."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import LedgerName, Oid
from gitledger.store import layout
from gitledger.store.base import RefStore


class Source(Protocol):
    """A remote that can be asked and fetched from."""

    name: str

    def list(self) -> Mapping[LedgerName, Oid]:
        """Return the ledgers that it has now, and where their refs point."""

    def fetch(self, *, depth: int | None = None) -> None:
        """Bring the tracking refs up to date."""


@frozen
class Fetched:
    """A ledger of which the remote has something else than what was known here.

    Attributes:
        ledger: its name.
        old: the publication that was known, or None.
        new: the one that it has now.
    """

    ledger: LedgerName
    old: Oid | None
    new: Oid


def fetch(refs: RefStore, remote: Source, *, depth: int | None = None, dry_run: bool = False) -> list[Fetched]:
    """Bring the tracking refs of a remote up to date; return what changed, by name.

    Args:
        refs: where the tracking refs are.
        remote: whom to ask.
        depth: cut history off behind this many publications.
        dry_run: only ask what the remote has.

    Raises:
        StorageError: the remote cannot be reached.
    """
    before = tracked(refs, remote.name)
    if dry_run:
        after: Mapping[LedgerName, Oid] = remote.list()
    else:
        remote.fetch(depth=depth)
        after = tracked(refs, remote.name)
    return [
        Fetched(ledger=name, old=before.get(name), new=new)
        for name, new in sorted(after.items())
        if before.get(name) != new
    ]


def tracked(refs: RefStore, remote: str) -> dict[LedgerName, Oid]:
    """Return what is known of the ledgers of a remote; refs with names that no ledger has are passed over."""
    found = {}
    for ref, oid in refs.list(layout.tracking_refs(remote)).items():
        with suppress(FormatError):
            found[layout.parse_tracking_ref(remote, ref)] = oid
    return found
