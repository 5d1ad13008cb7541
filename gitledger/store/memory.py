"""The store in memory: what the two ports mean, without a disk. Unit tests of every room run on it.

It is stricter than a disk: an object whose bytes do not hash to its name is our own mistake and an
``AssertionError`` here.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from gitledger.errors import MissingObjectError
from gitledger.ids import SHA1, ObjectFormat, Oid
from gitledger.store.base import GitObject, NewObject, RefUpdate
from gitledger.store.swap import refusal


class MemoryObjects:
    """Objects in a dict; an `ObjectStore`."""

    def __init__(self, object_format: ObjectFormat = SHA1) -> None:
        self._format = object_format
        self._objects: dict[Oid, GitObject] = {}

    @property
    def format(self) -> ObjectFormat:
        """The hash function that names objects here."""
        return self._format

    def read(self, oid: Oid) -> GitObject:
        """Return one object; raises `MissingObjectError`."""
        try:
            return self._objects[oid]
        except KeyError:
            raise MissingObjectError(oid.hex()) from None

    def read_many(self, oids: Iterable[Oid]) -> Iterator[GitObject]:
        """Yield the objects in the order asked for; raises `MissingObjectError`."""
        return map(self.read, oids)

    def missing(self, oids: Iterable[Oid]) -> list[Oid]:
        """Return those of ``oids`` that are not here, in the order asked for."""
        return [oid for oid in oids if oid not in self._objects]

    def write(self, objects: Iterable[NewObject]) -> None:
        """Store objects, all of them or, if one does not hash to its name, none."""
        written = list(objects)
        for new in written:
            if self._format.oid(new.kind, new.data) != new.oid:
                raise AssertionError(f"{new.kind} {new.oid.hex()} does not hash to its name")
        self._objects.update({new.oid: GitObject(new.kind, new.data) for new in written})

    def hold(self) -> AbstractContextManager[Callable[[], None]]:
        """Return at once: nobody collects garbage here."""
        return nullcontext(_nothing_is_gone)

    def find(self, prefix: str) -> list[Oid]:
        """Return every object whose hexadecimal id starts with ``prefix``, sorted."""
        return sorted(oid for oid in self._objects if oid.hex().startswith(prefix))

    def close(self) -> None:
        """Do nothing: memory holds neither processes nor files."""


class MemoryRefs:
    """Refs in a dict; a `RefStore` that threads may share."""

    def __init__(self) -> None:
        self._refs: dict[str, Oid] = {}
        self._swap = threading.Lock()

    def read(self, name: str) -> Oid | None:
        """Return what a ref points at, or None if it does not exist."""
        return self._refs.get(name)

    def list(self, prefix: str) -> Mapping[str, Oid]:
        """Return all refs whose name starts with ``prefix``, sorted by name."""
        return {name: oid for name, oid in sorted(self._refs.items()) if name.startswith(prefix)}

    def update(self, updates: Sequence[RefUpdate]) -> None:
        """Move refs by compare-and-swap, all or none.

        Raises:
            StaleRefError: a ref did not hold ``old``; nothing moved.
            ConflictError: a ref would be a directory of another; nothing moved.
        """
        with self._swap:
            error = refusal(self, updates)
            if error:
                raise error
            moved = dict(self._refs)
            for update in updates:
                if update.new is None:
                    moved.pop(update.name, None)
                else:
                    moved[update.name] = update.new
            # One assignment: a reader, who takes no lock, sees all of it or none.
            self._refs = moved

    def turn(self, lost: int = 0) -> AbstractContextManager[None]:  # noqa: ARG002 - the port's signature
        """Return at once: in memory a lost swap costs nothing."""
        return nullcontext()

    def close(self) -> None:
        """Do nothing: memory holds neither processes nor files."""


def _nothing_is_gone() -> None:
    """Memory forgets nothing."""
