"""Reading what is archived without bringing it back: a wrapper around a repository's objects.

What is not here is looked for in archives: publications, events and sealed timeline segments by the manifests, and what
those name in the bundles that were fetched for them. A bundle is opened in a scratch repository, where every object
gets the id that its bytes have; it is gone when the wrapper is closed.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from gitledger.errors import NotFoundError
from gitledger.ids import ObjectFormat, Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place
from gitledger.ledger.publication import read_publication
from gitledger.ledger.resolve import is_prefix, number_of, resolve
from gitledger.model.manifest import Manifest
from gitledger.retention.holdings import Archive, Holding, newest_chain
from gitledger.store.base import GitObject, NewObject, ObjectStore
from gitledger.store.bundle import Scratch, scratch


class DeepObjects:
    """An `ObjectStore` that fetches what is not here. It writes nothing, and closes only what it opened.

    Args:
        inner: the objects of the repository.
        archives: where to look, in this order.
        env: the environment for git.
    """

    def __init__(self, inner: ObjectStore, archives: Sequence[Archive], env: Mapping[str, str]) -> None:
        self._inner = inner
        self._archives = archives
        self._env = env
        self._open = ExitStack()
        self._fetched: set[Oid] = set()

    @property
    def format(self) -> ObjectFormat:
        """The hash function that names objects here."""
        return self._inner.format

    def read(self, oid: Oid) -> GitObject:
        """Return one object, fetched if need be.

        Raises:
            MissingObjectError: it is not here, and not known to be in an archive.
            CorruptObjectError: as the objects below.
            DamageError: an archive gave other bytes than it was given, or none.
            StorageError: an archive cannot be read.
        """
        # Asked first, because a store takes its time before it says that what was to be read is missing.
        if self._inner.missing([oid]) and self._fetch(oid):
            return self._scratch.objects.read(oid)
        return self._inner.read(oid)

    def read_many(self, oids: Iterable[Oid]) -> Iterator[GitObject]:
        """Yield objects in the order asked for; raises as `read` does."""
        return map(self.read, oids)

    def missing(self, oids: Iterable[Oid]) -> list[Oid]:
        """Return those of ``oids`` that are neither here nor known to be in an archive; fetches nothing."""
        return [oid for oid in self._inner.missing(oids) if oid not in self._where and not self._has(oid)]

    def write(self, objects: Iterable[NewObject]) -> None:
        """Refuse to: nobody publishes on what is not here."""
        raise AssertionError(f"{len(list(objects))} objects were to be written through a reader of archives")

    def hold(self) -> AbstractContextManager[Callable[[], None]]:
        """Hold what the objects below write."""
        return self._inner.hold()

    def find(self, prefix: str) -> list[Oid]:
        """Return every object, here or named by a manifest, whose hexadecimal id starts with ``prefix``, sorted."""
        archived = [oid for oid in self._where if oid.hex().startswith(prefix)]
        return sorted({*self._inner.find(prefix), *archived})

    def close(self) -> None:
        """Drop what was fetched."""
        self._open.close()

    @cached_property
    def _where(self) -> dict[Oid, tuple[Archive, Holding]]:
        found = dict[Oid, tuple[Archive, Holding]]()
        for archive in self._archives:
            for holding in archive.holdings():
                manifest = holding.manifest
                for oid in (*manifest.publications, *map(Oid, manifest.events), *manifest.segments):
                    found.setdefault(oid, (archive, holding))
        return found

    @cached_property
    def _scratch(self) -> Scratch:
        return self._open.enter_context(scratch(None, self.format, self._env))

    def _has(self, oid: Oid) -> bool:
        return bool(self._fetched) and not self._scratch.objects.missing([oid])

    def _fetch(self, oid: Oid) -> bool:
        """Return whether an object has been fetched, now or before."""
        if self._has(oid):
            return True
        if oid not in self._where:
            return False
        archive, holding = self._where[oid]
        with TemporaryDirectory() as directory:
            path = Path(directory) / "bundle"
            archive.artifacts.get(holding.manifest.bundle, path)
            self._scratch.open(path)
        self._fetched.add(holding.manifest.tip)
        return True


def deep_place(ledger: Ledger, archives: Iterable[Archive], rev: str) -> Place:
    """Return where the event that ``rev`` names stands; of what is archived, only its publication is fetched.

    Args:
        ledger: whose objects are `DeepObjects` of the same archives.
        archives: where to look for what has a number or an id.
        rev: as for `resolve`, which is asked for the rest.

    Raises:
        NotFoundError: nothing of that name.
        UsageError: not of the form of any REV, or an ambiguous prefix.
    """
    for archive in archives:
        with suppress(NotFoundError):
            _, chain = newest_chain(ledger, archive)
            found = find_archived(chain, rev)
            if found and (rev.startswith("#") or len(ledger.objects.find(rev)) == 1):
                manifest, at = found
                publication = read_publication(ledger.objects, _carrier(manifest, at))
                position = publication.events.index(manifest.events[at])
                return Place(publication=publication, position=position, seq=manifest.first + at)
    return resolve(ledger, rev)


def find_archived(chain: Iterable[Holding], rev: str) -> tuple[Manifest, int] | None:
    """Return the first bundle of a ledger with the event that ``#N`` or digits of its id name, and its place there."""
    number = number_of(rev)
    for manifest in (one.manifest for one in chain):
        if number and manifest.first <= number <= manifest.last:
            return manifest, number - manifest.first
        if is_prefix(rev):
            for at, event in enumerate(manifest.events):
                if event.hex().startswith(rev):
                    return manifest, at
    return None


def _carrier(manifest: Manifest, at: int) -> Oid:
    """Return the publication that adds the event of this place, from 0, to the log."""
    return manifest.publications[bisect_right(list(accumulate(manifest.counts)), at)]
