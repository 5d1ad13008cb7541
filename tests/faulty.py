"""Ports that fail on purpose: each wraps a port and does as it does, except where it was told otherwise."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from gitledger.errors import StaleRefError, StorageError
from gitledger.ids import Oid
from gitledger.store import layout
from gitledger.store.base import GitObject, NewObject, RefUpdate


class Wrapped:
    """A port that passes everything on."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class FullDisk(Wrapped):
    """Objects of which only the first ``good`` calls of `write` succeed; later ones leave ``leaves`` objects behind."""

    def __init__(self, inner: Any, *, good: int, leaves: int = 0) -> None:
        super().__init__(inner)
        self.good = good
        self.leaves = leaves

    def write(self, objects: Iterable[NewObject]) -> None:
        self.good -= 1
        if self.good < 0:
            self.inner.write(list(objects)[: self.leaves])
            raise StorageError("the disk is full")
        self.inner.write(objects)


class BrokenRefs(Wrapped):
    """Refs of which only the first ``good`` calls of `update` succeed; later ones move nothing."""

    def __init__(self, inner: Any, *, good: int) -> None:
        super().__init__(inner)
        self.good = good

    def update(self, updates: Sequence[RefUpdate]) -> None:
        self.good -= 1
        if self.good < 0:
            raise StorageError("the disk is read-only")
        self.inner.update(updates)


class LosingRefs(Wrapped):
    """Refs that lose the first ``losses`` swaps of a ledger, as if others had been there, who then took it back."""

    def __init__(self, inner: Any, *, losses: int) -> None:
        super().__init__(inner)
        self.losses = losses
        self.tries = 0

    def update(self, updates: Sequence[RefUpdate]) -> None:
        if updates[0].name.startswith(layout.REFS):
            self.tries += 1
            if self.tries <= self.losses:
                raise StaleRefError(updates[0].name, expected=None, found=None)
        self.inner.update(updates)


class Counted(Wrapped):
    """Objects that count how often each was read."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.of: Counter[Oid] = Counter()

    @property
    def reads(self) -> int:
        """How many reads there were."""
        return self.of.total()

    def read(self, oid: Oid) -> GitObject:
        self.of[oid] += 1
        return self.inner.read(oid)

    def read_many(self, oids: Iterable[Oid]) -> Iterator[GitObject]:
        for oid in oids:
            self.of[oid] += 1
            yield from self.inner.read_many([oid])


class CountedRefs(Wrapped):
    """Refs that count how often somebody tried to move them."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.tries = 0

    def update(self, updates: Sequence[RefUpdate]) -> None:
        self.tries += 1
        self.inner.update(updates)


class PrecededRefs(Wrapped):
    """Refs at which somebody else is first: before each of the next swaps of a ledger one of ``others`` is called."""

    def __init__(self, inner: Any, *others: Callable[[], object]) -> None:
        super().__init__(inner)
        self.others = list(others)

    def update(self, updates: Sequence[RefUpdate]) -> None:
        if self.others and updates[0].name.startswith(layout.REFS):
            self.others.pop(0)()
        self.inner.update(updates)


class UnsyncedRefs(Wrapped):
    """Refs that move, and then fail to make it durable."""

    def update(self, updates: Sequence[RefUpdate]) -> None:
        self.inner.update(updates)
        raise StorageError("the directory cannot be synced")
