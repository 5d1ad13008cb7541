"""Which artifacts an address means."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from gitledger.artifacts.base import ArtifactStore
from gitledger.errors import UsageError
from gitledger.ids import shown


def open_artifacts(url: str, start: Path) -> ArtifactStore:
    """Return the artifacts at an address; nothing is asked of them yet.

    Args:
        url: a directory, ``file:///DIRECTORY`` or ``s3://BUCKET/PREFIX``.
        start: what a relative directory is relative to.

    Raises:
        UsageError: an address of another kind, or the extra that it needs is not installed.
    """
    if url.startswith("s3://"):
        # Imported here because it is an extra, and larger than all of this program.
        from gitledger.artifacts.s3 import S3Artifacts

        return S3Artifacts(url)
    if "://" in url and not url.startswith("file:///"):
        raise UsageError(f"{shown(url)} is no place for an archive; expected a directory, file:/// or s3://")
    from gitledger.artifacts.local import LocalArtifacts

    path = unquote(urlsplit(url).path) if url.startswith("file:///") else url
    return LocalArtifacts((start / path).resolve())
