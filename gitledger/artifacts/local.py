"""Artifacts in a directory: a disk, a mount, or what somebody else synchronises.

Each is written under a name of its own, synced, and renamed: a death leaves a file whose name begins with ``tmp-``,
which nobody reads and anybody may delete.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from gitledger.artifacts.base import CHUNK_BYTES, artifact_name, missing_artifact, other_bytes
from gitledger.durable import storage_error, sync_directory
from gitledger.ids import Digest


class LocalArtifacts:
    """An `ArtifactStore` in a directory, which is made when something is first put there.

    Args:
        directory: where; absolute.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def url(self) -> str:
        """The directory."""
        return str(self._directory)

    def put(self, digest: Digest, source: Path) -> None:
        """Store the bytes of a file, durable when it returns.

        Raises:
            StorageError: the disk is full, or refuses.
        """
        with self._refused("write to"):
            self._write(artifact_name(digest), source)

    def get(self, digest: Digest, target: Path) -> None:
        """Write an artifact into a new file.

        Raises:
            DamageError: it is missing, or has other bytes than its digest says.
            StorageError: one of the disks refuses.
        """
        with self._refused("read from"):
            try:
                with (self._directory / artifact_name(digest)).open("rb") as file, target.open("xb") as copy:
                    found = sha256()
                    while chunk := file.read(CHUNK_BYTES):
                        found.update(chunk)
                        copy.write(chunk)
            except FileNotFoundError:
                raise missing_artifact(self.url, digest) from None
        if found.digest() != digest:
            target.unlink()
            raise other_bytes(self.url, digest, found.digest())

    def missing(self, digests: Iterable[Digest]) -> list[Digest]:
        """Return those of ``digests`` that are not here.

        Raises:
            StorageError: the directory cannot be read.
        """
        with self._refused("read from"):
            return [digest for digest in digests if not (self._directory / artifact_name(digest)).exists()]

    def add_label(self, label: str) -> None:
        """Make a label, durable when it returns.

        Raises:
            StorageError: the disk is full, or refuses.
        """
        with self._refused("write to"):
            self._write(f"label/{label}", None)

    def labels(self, prefix: str) -> list[str]:
        """Return all labels that begin with ``prefix``, sorted.

        Raises:
            StorageError: the directory cannot be read.
        """
        top = self._directory / "label"
        with self._refused("read from"):
            files = [path for path in (top / prefix).rglob("*") if path.is_file() and not path.name.startswith("tmp-")]
            return sorted(path.relative_to(top).as_posix() for path in files)

    def _write(self, name: str, source: Path | None) -> None:
        path = self._directory / name
        self._make(path.parent)
        unnamed = path.with_name(f"tmp-{os.urandom(8).hex()}")
        try:
            with unnamed.open("xb") as file:
                if source:
                    with source.open("rb") as read:
                        shutil.copyfileobj(read, file, CHUNK_BYTES)
                file.flush()
                os.fsync(file.fileno())
            unnamed.replace(path)
        finally:
            with suppress(FileNotFoundError):
                unnamed.unlink()
        sync_directory(path.parent)

    def _make(self, directory: Path) -> None:
        if not directory.is_dir():
            self._make(directory.parent)
            directory.mkdir(exist_ok=True)
            sync_directory(directory.parent)

    @contextmanager
    def _refused(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise storage_error(f"cannot {what} the archive {self.url}", error) from error
