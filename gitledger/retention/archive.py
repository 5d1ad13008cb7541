"""``archive``: history up to a checkpoint as bundles outside the repository. Specified in ``docs/format/archive.md``.

The procedure; whoever is killed at any point runs it again, and what is there is not sent again:

1. find what the archive holds already, send again what it has lost, and go on behind the newest publication of the
   line that it holds;
2. take the next steps, until they bring in enough events, and write a bundle of their publications;
3. put it there, unless it is;
4. read it back, open what came back apart from this repository, and hold it against the log;
5. put its manifest there, and last its label, by which others find it.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gitledger.errors import DamageError
from gitledger.frozen import replace
from gitledger.ids import Digest, Oid
from gitledger.ledger.publication import read
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.manifest import Manifest
from gitledger.model.merkle import Frontier
from gitledger.retention.contents import judged
from gitledger.retention.holdings import Archive, Holding
from gitledger.retention.source import Source
from gitledger.retention.steps import Step, line_after, steps
from gitledger.store import layout
from gitledger.store.base import ObjectStore
from gitledger.store.bundle import objects_named_by, write_bundle
from gitledger.store.tree import parse_tree

EVENTS: Final = 4096
"""A bundle adds at least this many events, unless it is the last."""
_MOST: Final = 1 << 19
"""No bundle need add more: its manifest would become too long to be read as one value."""
_OBJECTS_AN_EVENT: Final = 2
"""An event adds at least itself and its delta, unless the same change was made before."""


def archive(source: Source, to: Archive, checkpoint: Checkpoint, *, events: int = EVENTS) -> Iterator[Holding]:
    """Archive history up to the publication of a checkpoint; yield each bundle when others can find it.

    Args:
        source: where from.
        to: where to.
        checkpoint: up to where; its publication included.
        events: how many events a bundle adds at least.

    Raises:
        DamageError: an object is missing; or the archive gave back something else than it was given.
        StorageError: the archive or the disk refuses; running it again goes on.
    """
    objects = source.ledger.objects
    sizes = {one.manifest.tip: one.manifest.last for one in to.holdings()}
    end, line = line_after(objects, checkpoint.publication, sizes)
    below = [one.manifest for one in to.chain(end, sizes[end])] if end else []
    yield from _mend(source, to, below)
    known = {oid for manifest in below for oid in manifest.publications}
    seen = [event for manifest in below for event in manifest.events]
    log = below[0].after if below else Frontier()
    pending, count, limit = list[Step](), 0, 0
    for step in steps(objects, line, log.size, known, seen):
        if not pending:
            named = objects_named_by(source.repository, source.env, step.publications[0].oid)
            limit = max(events, min(named // _OBJECTS_AN_EVENT, _MOST))
        pending.append(step)
        seen.extend(event for some in step.events for event in some)
        count += sum(map(len, step.events))
        if count >= limit or step.last.oid == checkpoint.publication:
            holding = _archive(source, to, log, pending)
            log, pending, count = holding.manifest.after, [], 0
            yield holding


def _mend(source: Source, to: Archive, below: Sequence[Manifest]) -> Iterator[Holding]:
    """Send again those bundles that the archive has lost."""
    lost = set(to.artifacts.missing([manifest.bundle for manifest in below]))
    for manifest in below:
        if manifest.bundle not in lost:
            continue
        if source.ledger.objects.missing(manifest.publications):
            raise DamageError(
                f"the archive {to.url} has lost the bundle of events #{manifest.first} to #{manifest.last}, which are "
                "not here any more; expected it there",
                hint="bring them back from another archive or a remote: git ledger rehydrate --from",
                details={"url": to.url, "digest": manifest.bundle.hex()},
            )
        yield _send(source, to, partial(replace, manifest), manifest.publications, manifest.requires)


def _archive(source: Source, to: Archive, before: Frontier, some: Sequence[Step]) -> Holding:
    publications = [one for step in some for one in step.publications]
    oids = tuple(one.oid for one in publications)
    parents = {parent for one in publications for parent in one.commit.parents}
    make = partial(
        Manifest,
        before=before,
        after=publications[-1].log,
        publications=oids,
        counts=tuple(len(events) for step in some for events in step.events),
        events=tuple(event for step in some for events in step.events for event in events),
        segments=_sealed(source.ledger.objects, [one.trees.get(layout.SEGMENTS) for one in publications]),
        requires=tuple(sorted(parents.difference(oids))),
    )
    return _send(source, to, make, oids, parents.difference(oids))


def _send(
    source: Source, to: Archive, make: Callable[..., Manifest], publications: Sequence[Oid], requires: Collection[Oid]
) -> Holding:
    """Write a bundle, see that it is there, and let others find it; ``make`` adds digest and size to its manifest."""
    with TemporaryDirectory(prefix="tmp_objdir-archive-", dir=source.repository.objects_dir) as made:
        path = Path(made) / "bundle"
        ref = layout.ledger_ref(source.ledger.name)
        write_bundle(source.repository, source.env, path, commits=publications, requires=sorted(requires), ref=ref)
        with path.open("rb") as file:
            digest = Digest(file_digest(file, "sha256").digest())
        manifest = make(bundle=digest, size=path.stat().st_size)
        was_there = not to.artifacts.missing([digest])
        if not was_there:
            to.artifacts.put(digest, path)
        try:
            _read_back(source, to, manifest)
        except DamageError:
            if not was_there:
                raise
            # Somebody has damaged it since: to write it again mends it.
            to.artifacts.put(digest, path)
            _read_back(source, to, manifest)
    return to.add(manifest)


def _read_back(source: Source, to: Archive, manifest: Manifest) -> None:
    with judged(source, to, manifest, manifest.after):
        pass  # What came back is what was sent.


def _sealed(objects: ObjectStore, trees: Sequence[Oid | None]) -> tuple[Oid, ...]:
    """Return the timeline segments that publications sealed, each once."""
    rows = (parse_tree(read(objects, tree, "tree"), objects.format) for tree in trees if tree)
    return tuple(dict.fromkeys(entry.oid for row in rows for entry in row))
