"""Artifacts in S3-compatible object storage: the one door to the package ``obstore``, which the extra ``s3`` installs.

Where the server is, credentials and encryption are settings of obstore, which reads them from the environment
(``docs/git-ledger-archive.md``). What is larger than 5 MiB goes in parts, several at once. An answer of 5xx, a dropped
connection or a timeout is tried again; a read goes on where it broke off.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from gitledger.artifacts.base import CHUNK_BYTES, artifact_name, missing_artifact, other_bytes
from gitledger.errors import StorageError, UsageError
from gitledger.ids import Digest, shown

try:
    import obstore
    from obstore.exceptions import BaseError
    from obstore.store import S3Store
except ModuleNotFoundError as missing:
    raise UsageError(
        "object storage needs the package obstore, which is not installed; expected the extra 's3'",
        hint="pip install 'git-ledger[s3]'",
    ) from missing

_RETRIES: Final = 8
_PATIENCE: Final = timedelta(minutes=3)
# How long one request may take: a part of 5 MiB, or reading a whole artifact, on a slow line.
_REQUEST: Final = timedelta(minutes=10)


class S3Artifacts:
    """An `ArtifactStore` in a bucket.

    Args:
        url: ``s3://BUCKET/PREFIX``.
        retries: how often a request is tried again.
    """

    def __init__(self, url: str, *, retries: int = _RETRIES) -> None:
        parts = urlsplit(url)
        if not parts.netloc or parts.query or parts.fragment:
            raise UsageError(f"{shown(url)} names no bucket; expected s3://BUCKET/PREFIX")
        self._url = url.rstrip("/")
        with self._refused("open"):
            self._store = S3Store(
                parts.netloc,
                prefix=parts.path.strip("/") or None,
                # A server without TLS is asked only if AWS_ENDPOINT_URL says http.
                client_options={"timeout": _REQUEST, "allow_http": True},
                retry_config={"max_retries": retries, "retry_timeout": _PATIENCE},
            )

    @property
    def url(self) -> str:
        """Bucket and prefix."""
        return self._url

    def put(self, digest: Digest, source: Path) -> None:
        """Store the bytes of a file.

        Raises:
            StorageError: the server refuses, or cannot be reached.
        """
        with self._refused("write to"):
            obstore.put(self._store, artifact_name(digest), source, mode="overwrite")

    def get(self, digest: Digest, target: Path) -> None:
        """Write an artifact into a new file.

        Raises:
            DamageError: it is missing, or has other bytes than its digest says.
            StorageError: the server refuses, or cannot be reached.
        """
        found = sha256()
        with self._refused("read from"), ExitStack() as unless_whole:
            try:
                answer = obstore.get(self._store, artifact_name(digest))
            except FileNotFoundError:
                raise missing_artifact(self.url, digest) from None
            with target.open("xb") as file:
                unless_whole.callback(target.unlink)
                for chunk in answer.stream(min_chunk_size=CHUNK_BYTES):
                    found.update(chunk)
                    file.write(chunk)
            if found.digest() != digest:
                raise other_bytes(self.url, digest, found.digest())
            unless_whole.pop_all()

    def missing(self, digests: Iterable[Digest]) -> list[Digest]:
        """Return those of ``digests`` that are not here.

        Raises:
            StorageError: the server refuses, or cannot be reached.
        """
        return [digest for digest in digests if not self._has(artifact_name(digest))]

    def add_label(self, label: str) -> None:
        """Make a label.

        Raises:
            StorageError: the server refuses, or cannot be reached.
        """
        with self._refused("write to"):
            obstore.put(self._store, f"label/{label}", b"", mode="overwrite")

    def labels(self, prefix: str) -> list[str]:
        """Return all labels that begin with ``prefix``, sorted.

        Raises:
            StorageError: the server refuses, or cannot be reached.
        """
        with self._refused("read from"):
            listed = obstore.list(self._store, prefix=f"label/{prefix.rstrip('/')}")
            return sorted(one["path"].removeprefix("label/") for some in listed for one in some)

    def _has(self, name: str) -> bool:
        with self._refused("read from"):
            try:
                obstore.head(self._store, name)
            except FileNotFoundError:
                return False
        return True

    @contextmanager
    def _refused(self, what: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            # obstore goes on for a page behind its first line.
            reason = str(error).partition("\n")[0]
            raise StorageError(f"cannot {what} the archive {self.url}: {reason}; expected an answer") from error
