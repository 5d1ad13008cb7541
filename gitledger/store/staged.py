"""Objects that are made now and written later, all at once: a wrapper around any object store."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager

from gitledger.ids import ObjectFormat, Oid
from gitledger.store.base import GitObject, NewObject, ObjectStore


class StagedObjects:
    """An `ObjectStore` whose `write` only remembers; `flush` hands everything to the store below.

    What was written can be read at once, durable or not. Memory holds it until `flush`.
    """

    def __init__(self, inner: ObjectStore) -> None:
        self._inner = inner
        self._staged: dict[Oid, NewObject] = {}

    @property
    def format(self) -> ObjectFormat:
        """The hash function of the store below."""
        return self._inner.format

    def read(self, oid: Oid) -> GitObject:
        """Return one object, staged or stored; raises as the store below does."""
        new = self._staged.get(oid)
        return GitObject(new.kind, new.data) if new else self._inner.read(oid)

    def read_many(self, oids: Iterable[Oid]) -> Iterator[GitObject]:
        """Yield objects in the order asked for; raises as the store below does."""
        wanted = list(oids)
        stored = self._inner.read_many([oid for oid in wanted if oid not in self._staged])
        for oid in wanted:
            new = self._staged.get(oid)
            yield GitObject(new.kind, new.data) if new else next(stored)

    def missing(self, oids: Iterable[Oid]) -> list[Oid]:
        """Return those of ``oids`` that are neither staged nor stored."""
        return self._inner.missing([oid for oid in oids if oid not in self._staged])

    def write(self, objects: Iterable[NewObject]) -> None:
        """Remember objects for `flush`."""
        self._staged.update((new.oid, new) for new in objects)

    def flush(self, more: Iterable[Sequence[NewObject]] = ()) -> None:
        """Write what was staged, durable when it returns.

        Args:
            more: further objects, made while those before them are written already; they can be read as soon as they
                are here.

        Raises:
            StorageError: as the store below; everything stays staged. What ``more`` raises is raised as well.
        """
        self._inner.write(self._with(more))
        self._staged.clear()

    def _with(self, more: Iterable[Sequence[NewObject]]) -> Iterator[NewObject]:
        yield from list(self._staged.values())
        for objects in more:
            self.write(objects)
            yield from objects

    def hold(self) -> AbstractContextManager[Callable[[], None]]:
        """Hold what `flush` writes."""
        return self._inner.hold()

    def find(self, prefix: str) -> list[Oid]:
        """Return every object, staged or stored, whose hexadecimal id starts with ``prefix``, sorted."""
        staged = {oid for oid in self._staged if oid.hex().startswith(prefix)}
        return sorted(staged.union(self._inner.find(prefix)))

    def close(self) -> None:
        """Close the store below; what is staged is dropped."""
        self._staged.clear()
        self._inner.close()
