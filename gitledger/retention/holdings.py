"""What an archive holds of a ledger, found by its labels: which bundles there are, and how they hang together.

An archive is a place for artifacts. Each bundle in it has a manifest, each manifest a label
``<first event of the ledger>/<first>-<last>/<digest of the manifest>``, written last. So two who archive at once
do not disturb each other, and what a death leaves has no label. Specified in ``docs/format/archive.md``.
"""

import os
import re
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from gitledger.artifacts.base import ArtifactStore
from gitledger.errors import DamageError, FormatError, NotFoundError
from gitledger.frozen import frozen
from gitledger.ids import Digest, EventId, Oid, parse_digest
from gitledger.ledger.checkpoint import kept_checkpoints, publication_of
from gitledger.ledger.handle import Ledger
from gitledger.model.manifest import Manifest, format_manifest, parse_manifest
from gitledger.model.merkle import Frontier

_LABEL = re.compile(r"[0-9a-f]+/(?P<first>[1-9][0-9]{0,18})-(?P<last>[1-9][0-9]{0,18})/(?P<manifest>[0-9a-f]{64})\Z")


@frozen
class Holding:
    """One bundle in an archive.

    Attributes:
        digest: that of its manifest.
        manifest: what it holds.
    """

    digest: Digest
    manifest: Manifest

    def holds(self, publication: Oid, size: int) -> bool:
        """Return whether it says that it holds a publication, with whose log of this size it agrees."""
        manifest = self.manifest
        return manifest.first <= size <= manifest.last and publication in manifest.publications


class Archive:
    """What one place holds of one ledger, and of the ledgers that share its first event.

    Args:
        artifacts: the place.
        genesis: the first event.
        directory: where manifests that were read once are kept, for they never change; None for nowhere.
    """

    def __init__(self, artifacts: ArtifactStore, genesis: EventId, directory: Path | None) -> None:
        self.artifacts = artifacts
        self._prefix = f"{genesis.hex()}/"
        self._directory = directory

    @property
    def url(self) -> str:
        """Where it is."""
        return self.artifacts.url

    @cached_property
    def _found(self) -> tuple[list[Holding], list[str]]:
        """The holdings that are complete down to the first event, lowest first, and what cannot be read."""
        read_ones, faults = list[Holding](), list[str]()
        for label in self.artifacts.labels(self._prefix):
            match = _LABEL.match(label)
            if match:
                try:
                    read_ones.append(self._read(parse_digest(match["manifest"])))
                except (DamageError, FormatError) as error:
                    faults.append(error.message)
        reached, complete = {Frontier()}, list[Holding]()
        for one in sorted(read_ones, key=lambda one: one.manifest.before.size):
            if one.manifest.before in reached:
                reached.add(one.manifest.after)
                complete.append(one)
        return complete, faults

    def holdings(self) -> list[Holding]:
        """Return the bundles that hang together down to the first event, by the number of their first event.

        Raises:
            StorageError: the place cannot be read.
        """
        return self._found[0]

    def chain(self, publication: Oid, size: int) -> list[Holding]:
        """Return the bundles that are to hold a publication and all before it, the newest first.

        Args:
            publication: the publication.
            size: how many events its log has.

        Raises:
            NotFoundError: the archive does not hold all of that; the message says what cannot be read.
            StorageError: the place cannot be read.
        """
        complete, faults = self._found
        tops = [one for one in complete if one.holds(publication, size)]
        if not tops:
            raise NotFoundError(
                f"the archive {self.url} does not hold publication {publication.hex()} and all before it; "
                f"expected it to{''.join(f'; {fault}' for fault in faults)}",
                hint="git ledger archive --to brings it up to date",
                details={"url": self.url, "publication": publication.hex(), "faults": faults},
            )
        below = {one.manifest.after: one for one in reversed(complete)}
        found = [min(tops, key=lambda one: one.manifest.last)]
        while found[-1].manifest.before.size:
            found.append(below[found[-1].manifest.before])
        return found

    def add(self, manifest: Manifest) -> Holding:
        """Let others find a bundle that is there, and was read back.

        Raises:
            StorageError: the place refuses.
        """
        data = format_manifest(manifest)
        digest = Digest(sha256(data).digest())
        with TemporaryDirectory() as directory:
            path = Path(directory) / "manifest"
            path.write_bytes(data)
            self.artifacts.put(digest, path)
        self.artifacts.add_label(f"{self._prefix}{manifest.first}-{manifest.last}/{digest.hex()}")
        self._keep(digest, data)
        return Holding(digest=digest, manifest=manifest)

    def _read(self, digest: Digest) -> Holding:
        if self._directory:
            with suppress(FileNotFoundError):
                data = (self._directory / digest.hex()).read_bytes()
                if sha256(data).digest() == digest:
                    return Holding(digest=digest, manifest=parse_manifest(data))
        with TemporaryDirectory() as directory:
            path = Path(directory) / "manifest"
            self.artifacts.get(digest, path)
            data = path.read_bytes()
        self._keep(digest, data)
        return Holding(digest=digest, manifest=parse_manifest(data))

    def _keep(self, digest: Digest, data: bytes) -> None:
        # What is kept is asked only for its digest, so nothing need be durable, and a disk that refuses costs time.
        if self._directory:
            with suppress(OSError):
                self._directory.mkdir(parents=True, exist_ok=True)
                unnamed = self._directory / f"tmp-{os.urandom(8).hex()}"
                unnamed.write_bytes(data)
                unnamed.replace(self._directory / digest.hex())


def newest_chain(ledger: Ledger, archive: Archive) -> tuple[Frontier, list[Holding]]:
    """Return the log of the newest checkpoint that the archive reaches, and the bundles that hold it, the newest first.

    Raises:
        NotFoundError: no checkpoint is kept, or the archive reaches none.
        DamageError: a checkpoint that is kept cannot be read.
        StorageError: the archive cannot be read.
    """
    refusal = NotFoundError(
        f"no checkpoint of ledger {ledger.name} is kept; expected one up to which {archive.url} holds history",
        hint="fetch its checkpoints: git fetch REMOTE 'refs/ledger-checkpoint/*:refs/ledger-checkpoint/*'",
    )
    for kept in kept_checkpoints(ledger):
        try:
            chain = archive.chain(kept.checkpoint.publication, kept.checkpoint.size)
        except NotFoundError as error:
            refusal = error
        else:
            return publication_of(ledger.objects, kept.checkpoint).log, chain
    raise refusal
