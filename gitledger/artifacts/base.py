"""The port to bytes outside Git: artifacts by digest, and labels, which only ever become more.

Laws that every implementation keeps (``tests/contract/test_artifacts.py`` runs one suite on all of them):

- an artifact is there whole or not at all, and durable when ``put`` returns, as far as the other side promises it;
- ``get`` hands out bytes that hash to the digest that was asked for, or raises and leaves nothing;
- nothing is overwritten by something else, and nothing is removed. So no call depends on a condition that the other
  side judges: servers ignore ``If-None-Match``, or let several of those who race win. To write again what is there
  changes nothing, and mends it if it was damaged;
- a label is a name without content. Who has written one wants others to find what the name tells, so it is written
  last; two who write at once have both written.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

from gitledger.errors import DamageError
from gitledger.ids import Digest

CHUNK_BYTES: Final = 1 << 20
"""How much is read or hashed at a time."""


class ArtifactStore(Protocol):
    """Artifacts and labels at one place."""

    @property
    def url(self) -> str:
        """Where it is, as it may stand in a message; nothing secret."""

    def put(self, digest: Digest, source: Path) -> None:
        """Store the bytes of a file, whose digest the caller knows.

        Raises:
            StorageError: the place refuses, or is not there.
        """

    def get(self, digest: Digest, target: Path) -> None:
        """Write an artifact into a new file.

        Raises:
            DamageError: it is missing, or has other bytes than its digest says.
            StorageError: the place refuses, or is not there.
        """

    def missing(self, digests: Iterable[Digest]) -> list[Digest]:
        """Return those of ``digests`` that are not here, in the order asked for; reads no content.

        Raises:
            StorageError: the place refuses, or is not there.
        """

    def add_label(self, label: str) -> None:
        """Make a label, of letters, digits, ``-`` and ``/``; one that is there already stays.

        Raises:
            StorageError: the place refuses, or is not there.
        """

    def labels(self, prefix: str) -> list[str]:
        """Return all labels that begin with ``prefix``, which ends with a slash, sorted.

        Raises:
            StorageError: the place refuses, or is not there.
        """


def artifact_name(digest: Digest) -> str:
    """Return where an artifact lies below its place: ``artifact/ab/abcd...``."""
    return f"artifact/{digest.hex()[:2]}/{digest.hex()}"


def missing_artifact(url: str, digest: Digest) -> DamageError:
    """Return the error for an artifact that is not there."""
    return _damaged(url, digest, f"artifact {digest.hex()} is missing at {url}; expected it there")


def other_bytes(url: str, digest: Digest, found: bytes) -> DamageError:
    """Return the error for an artifact with other bytes."""
    return _damaged(url, digest, f"artifact {digest.hex()} at {url} has the digest {found.hex()}; expected its own")


def _damaged(url: str, digest: Digest, message: str) -> DamageError:
    return DamageError(
        message,
        hint="another archive or a remote may have it; git ledger archive sends again what is not there",
        details={"url": url, "digest": digest.hex()},
    )
