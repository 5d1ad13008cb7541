"""One suite for the port to bytes outside Git, on memory, on a directory and on a real object store."""

from hashlib import sha256
from pathlib import Path

import pytest

from gitledger.artifacts.base import ArtifactStore, artifact_name
from gitledger.artifacts.local import LocalArtifacts
from gitledger.artifacts.memory import MemoryArtifacts
from gitledger.artifacts.open import open_artifacts
from gitledger.errors import DamageError, StorageError, UsageError
from gitledger.ids import Digest
from tests.s3_server import BUCKET


@pytest.fixture(params=["memory", "directory", "s3"])
def artifacts(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    """Open an empty place."""
    match request.param:
        case "memory":
            return MemoryArtifacts()
        case "directory":
            return LocalArtifacts(tmp_path / "deep" / "archive")
        case _:
            for name, value in request.getfixturevalue("object_store").items():
                monkeypatch.setenv(name, value)
            return open_artifacts(f"s3://{BUCKET}/{tmp_path.name}/", tmp_path)


def file_of(directory: Path, data: bytes) -> tuple[Digest, Path]:
    """Write a file; return its digest and where it is."""
    digest = Digest(sha256(data).digest())
    path = directory / digest.hex()
    path.write_bytes(data)
    return digest, path


@pytest.mark.parametrize("size", [0, 1, 6_000_000])
def test_what_was_put_is_what_one_gets(artifacts: ArtifactStore, tmp_path: Path, size: int) -> None:
    digest, path = file_of(tmp_path, bytes(range(250)) * (size // 250) or b"x" * size)
    assert artifacts.missing([digest]) == [digest]
    artifacts.put(digest, path)
    artifacts.put(digest, path)
    assert artifacts.missing([digest]) == []
    artifacts.get(digest, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == path.read_bytes()


def test_what_is_missing_is_named_and_leaves_nothing(artifacts: ArtifactStore, tmp_path: Path) -> None:
    there, path = file_of(tmp_path, b"there")
    absent = [Digest(bytes([number]) * 32) for number in range(3)]
    artifacts.put(there, path)
    assert artifacts.missing([absent[2], there, absent[0]]) == [absent[2], absent[0]]
    with pytest.raises(DamageError, match=f"artifact {absent[1].hex()} is missing at ") as failed:
        artifacts.get(absent[1], tmp_path / "copy")
    assert failed.value.details == {"url": artifacts.url, "digest": absent[1].hex()}
    assert not (tmp_path / "copy").exists()


def test_other_bytes_are_never_handed_out_and_writing_again_mends_them(
    artifacts: ArtifactStore, tmp_path: Path
) -> None:
    digest, path = file_of(tmp_path, b"right")
    _, wrong = file_of(tmp_path, b"wrong")
    artifacts.put(digest, wrong)
    with pytest.raises(DamageError, match="has the digest"):
        artifacts.get(digest, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    artifacts.put(digest, path)
    artifacts.get(digest, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"right"


def test_labels_only_become_more(artifacts: ArtifactStore) -> None:
    assert artifacts.labels("a/") == []
    for label in ("a/2-3/x", "a/1-1/y", "ab/1-1/y", "a/2-3/x"):
        artifacts.add_label(label)
    assert artifacts.labels("a/") == ["a/1-1/y", "a/2-3/x"]
    assert artifacts.labels("a/2-3/") == ["a/2-3/x"]
    assert artifacts.labels("b/") == []


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    digest, path = file_of(tmp_path, b"bytes")
    artifacts = LocalArtifacts(tmp_path / "archive")
    artifacts.put(digest, path)
    (tmp_path / "copy").write_bytes(b"mine")
    with pytest.raises(StorageError):
        artifacts.get(digest, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"mine"


def test_what_a_death_left_is_no_artifact_and_no_label(tmp_path: Path) -> None:
    artifacts = LocalArtifacts(tmp_path)
    artifacts.add_label("a/1-1/x")
    (tmp_path / "label" / "a" / "1-1" / "tmp-0123456789abcdef").write_bytes(b"")
    assert artifacts.labels("a/") == ["a/1-1/x"]


def test_a_directory_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    digest, path = file_of(tmp_path, b"bytes")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot write to the archive"):
        LocalArtifacts(tmp_path / "file" / "archive").put(digest, path)


def test_a_full_disk_is_a_storage_error_and_leaves_nothing(small_disk: Path, tmp_path: Path) -> None:
    artifacts = LocalArtifacts(small_disk / "archive")
    large, path = file_of(tmp_path, bytes(2_000_000))
    with pytest.raises(StorageError, match="No space left"):
        artifacts.put(large, path)
    assert artifacts.missing([large]) == [large]
    assert not [path for path in small_disk.rglob("*") if path.is_file()]
    small, path = file_of(tmp_path, b"small")
    artifacts.put(small, path)
    assert artifacts.missing([small]) == []


@pytest.mark.parametrize(
    ("url", "directory"),
    [("archive", "archive"), ("file:///mnt/cold%20store", "/mnt/cold store"), ("/mnt/cold", "/mnt/cold")],
)
def test_addresses_of_directories(tmp_path: Path, url: str, directory: str) -> None:
    assert open_artifacts(url, tmp_path).url == str(tmp_path / directory)


@pytest.mark.parametrize("url", ["ftp://host/x", "https://host/x", "file://host/x", "gs://bucket"])
def test_other_addresses_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError):
        open_artifacts(url, tmp_path)


def test_an_address_without_a_bucket_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("obstore")
    for url in ("s3://", "s3:///prefix", "s3://bucket/x?y"):
        with pytest.raises(UsageError, match="names no bucket"):
            open_artifacts(url, tmp_path)


def test_an_artifact_has_one_name() -> None:
    assert artifact_name(Digest(b"\xab" * 32)) == "artifact/ab/" + "ab" * 32
