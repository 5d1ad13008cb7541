"""Whether a bundle holds what its manifest says, judged by ids, digests and the log alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gitledger.errors import DamageError
from gitledger.ids import EventId
from gitledger.ledger.publication import Publication
from gitledger.ledger.stored_log import leaf_hashes
from gitledger.model.manifest import Manifest
from gitledger.model.merkle import Frontier, grow
from gitledger.retention.holdings import Archive
from gitledger.retention.source import Source
from gitledger.retention.steps import parents_of
from gitledger.store.base import ObjectStore
from gitledger.store.bundle import Opened, Scratch, scratch

_WINDOW: Final = 1024
"""Events that are read at a time."""


@contextmanager
def judged(source: Source, archive: Archive, manifest: Manifest, log: Frontier) -> Iterator[tuple[Scratch, Opened]]:
    """Fetch a bundle and open it apart from the repository; yield where, once it is what its manifest says.

    Args:
        source: the repository, on whose disk this happens.
        archive: where the bundle is.
        manifest: what it is to hold.
        log: as for `check_log`.

    Raises:
        DamageError: it is missing or damaged, or holds something else.
        FormatError: it is no bundle.
        StorageError: the archive or the disk refuses.
    """
    repository = source.repository
    with TemporaryDirectory(prefix="tmp_objdir-judged-", dir=repository.objects_dir) as made:
        path = Path(made) / "bundle"
        archive.artifacts.get(manifest.bundle, path)
        with scratch(Path(made), repository.object_format, source.env) as apart:
            opened = apart.open(path)
            path.unlink()
            check_whole(apart, opened, manifest)
            check_log(apart.objects, manifest, log)
            yield apart, opened


def check_held(source: Source, archive: Archive, publication: Publication) -> None:
    """Demand that an archive holds a publication and all before it: every bundle is fetched and judged.

    Raises:
        NotFoundError: the archive does not hold all of that.
        DamageError: a bundle is missing or damaged, or holds something else than this history.
        FormatError: it is no bundle.
        StorageError: the archive or the disk refuses.
    """
    log, needed = publication.log, {publication.oid}
    for one in archive.chain(publication.oid, log.size):
        manifest = one.manifest
        with judged(source, archive, manifest, log) as (apart, _):
            needed.update(parent for oid in manifest.publications for parent in parents_of(apart.objects, oid))
        needed.difference_update(manifest.publications)
        log = manifest.before
    if needed:
        raise DamageError(
            f"the archive {archive.url} lacks publication {min(needed).hex()}; expected all of the history",
            details={"url": archive.url, "publication": min(needed).hex()},
        )


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
