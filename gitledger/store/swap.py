"""Why a swap of refs cannot happen, found by reading the refs, whatever the implementation reports about it.

Git, libgit2 and dulwich each tell a lost swap in another way, partly only in a message for people. So every
implementation that fails to move refs asks here, and all of them answer with the same errors.
"""

from collections.abc import Sequence

from gitledger.errors import ConflictError, LedgerError, StaleRefError
from gitledger.ids import Oid
from gitledger.store.base import RefStore, RefUpdate


def refusal(refs: RefStore, updates: Sequence[RefUpdate]) -> LedgerError | None:
    """Return why ``updates`` cannot all be made on ``refs`` as they stand now, or None if nothing is in the way."""
    for update in updates:
        found = refs.read(update.name)
        if found != update.old:
            return StaleRefError(update.name, expected=shown_oid(update.old), found=shown_oid(found))
    created = {update.name for update in updates if update.old is None and update.new is not None}
    for name in sorted(created):
        blocker = _blocker(refs, name, created)
        if blocker:
            return ConflictError(
                f"{name} cannot stand beside {blocker}; expected that no ref is a directory of another",
                hint="choose another name, or delete the other ref first",
                details={"ref": name, "blocker": blocker},
            )
    return None


def all_moved(refs: RefStore, updates: Sequence[RefUpdate]) -> bool:
    """Return whether every ref holds its new value, whoever moved it there."""
    return all(refs.read(update.name) == update.new for update in updates)


def shown_oid(oid: Oid | None) -> str | None:
    """Return an object id as `StaleRefError` carries it."""
    return None if oid is None else oid.hex()


def _blocker(refs: RefStore, name: str, created: set[str]) -> str | None:
    # A ref is a file in Git's oldest backend, so refs/x and refs/x/y exclude each other in every backend.
    slashes = [at for at, char in enumerate(name) if char == "/"]
    for end in slashes[1:]:
        parent = name[:end]
        if parent in created or refs.read(parent) is not None:
            return parent
    return next(iter(refs.list(f"{name}/")), None)
