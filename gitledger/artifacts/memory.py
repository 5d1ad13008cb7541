"""Artifacts in memory, for tests: the port's laws with nothing behind them."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from gitledger.artifacts.base import missing_artifact, other_bytes
from gitledger.ids import Digest


class MemoryArtifacts:
    """An `ArtifactStore` that is gone with its process.

    Attributes:
        artifacts: the bytes of each.
        names: the labels.
    """

    def __init__(self) -> None:
        self.artifacts: dict[Digest, bytes] = {}
        self.names: set[str] = set()

    @property
    def url(self) -> str:
        """What it is."""
        return "memory"

    def put(self, digest: Digest, source: Path) -> None:
        """Store the bytes of a file."""
        self.artifacts[digest] = source.read_bytes()

    def get(self, digest: Digest, target: Path) -> None:
        """Write an artifact into a new file.

        Raises:
            DamageError: it is missing, or has other bytes than its digest says.
        """
        data = self.artifacts.get(digest)
        if data is None:
            raise missing_artifact(self.url, digest)
        found = sha256(data).digest()
        if found != digest:
            raise other_bytes(self.url, digest, found)
        target.write_bytes(data)

    def missing(self, digests: Iterable[Digest]) -> list[Digest]:
        """Return those of ``digests`` that are not here."""
        return [digest for digest in digests if digest not in self.artifacts]

    def add_label(self, label: str) -> None:
        """Make a label."""
        self.names.add(label)

    def labels(self, prefix: str) -> list[str]:
        """Return all labels that begin with ``prefix``, sorted."""
        return sorted(name for name in self.names if name.startswith(prefix))
