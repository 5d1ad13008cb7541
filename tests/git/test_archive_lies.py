"""An object store that lies: nothing is lost, nothing false comes in, and the message says what is where."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("obstore", reason="obstore not installed: pip install 'git-ledger[s3]'")

from gitledger.artifacts.s3 import S3Artifacts
from gitledger.errors import DamageError, LedgerError, StorageError
from gitledger.ledger.init import init
from gitledger.ledger.publication import head_of
from gitledger.retention.archives import archive_at
from gitledger.retention.contents import check_held
from tests import lying_store
from tests.cold import MAIN, archived, cut_off, history, opened, read_archive, rehydrated
from tests.ledgers import assert_sound, new_repository, open_ledger, write_many
from tests.lying_store import Lie, Store, serve_lies


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with serve_lies() as serving:
        for name, value in {
            "AWS_ENDPOINT_URL": serving.url,
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        yield serving


@pytest.fixture
def artifacts(store: Store) -> S3Artifacts:
    return S3Artifacts("s3://cold/ledger", retries=2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = new_repository(tmp_path / "repository.git", "sha1", "--bare")
    with open_ledger(made) as ledger:
        init(ledger)
        write_many(ledger, 12, group=4)
    return made


def assert_whole(path: Path, artifacts: S3Artifacts, before: list[str]) -> None:
    """Demand that the archive holds everything, and that what it gives back is what was."""
    archived(path, artifacts)
    with opened(path) as source:
        check_held(source, archive_at(artifacts, source), head_of(source.ledger))
    cut_off(path, MAIN)
    rehydrated(path, artifacts)
    assert history(path) == before
    with open_ledger(path) as ledger:
        assert_sound(ledger, 13)


LIES = [
    ("PUT", lying_store.failing),
    ("PUT", lying_store.lost),
    ("PUT", lying_store.stored_wrong),
    ("GET", lying_store.failing),
    ("GET", lying_store.absent),
    ("GET", lying_store.flipped),
    ("GET", lying_store.halved),
    ("HEAD", lying_store.failing),
]


@pytest.mark.parametrize(("method", "lie"), LIES, ids=lambda one: one if isinstance(one, str) else one.__name__)
def test_an_archive_that_was_lied_to_is_no_archive(
    store: Store, artifacts: S3Artifacts, path: Path, method: str, lie: Lie
) -> None:
    before = history(path)
    store.lie(method, "/artifact/", lie)
    with pytest.raises((StorageError, DamageError), match="s3://cold/ledger") as failed:
        archived(path, artifacts)
    assert failed.value.exit_code in {6, 7}
    assert read_archive(path, artifacts).holdings() == []
    assert history(path) == before
    store.lies.clear()
    assert_whole(path, artifacts, before)


@pytest.mark.parametrize(
    ("method", "lie", "times"),
    [
        ("PUT", lying_store.failing, 2),
        ("GET", lying_store.failing, 2),
        ("GET", lying_store.broken_off, 1),
        ("GET", lying_store.slow, 2),
    ],
    ids=lambda one: getattr(one, "__name__", str(one)),
)
def test_what_passes_is_waited_for(
    store: Store, artifacts: S3Artifacts, path: Path, method: str, lie: Lie, times: int
) -> None:
    before = history(path)
    store.lie(method, "/artifact/", lie, times)
    archived(path, artifacts)
    store.lie(method, "/artifact/", lie, times)
    assert_whole(path, artifacts, before)


@pytest.mark.parametrize(
    "lie",
    [lying_store.failing, lying_store.absent, lying_store.flipped, lying_store.halved],
    ids=lambda one: one.__name__,
)
def test_nothing_false_comes_back(store: Store, artifacts: S3Artifacts, path: Path, lie: Lie) -> None:
    before = history(path)
    bundles = archived(path, artifacts)
    cut_off(path, MAIN)
    there, shallow = history(path), (path / "shallow").read_text()
    lowest = bundles[0].manifest.bundle.hex()
    store.lie("GET", lowest, lie)
    with pytest.raises(LedgerError) as failed:
        rehydrated(path, artifacts)
    assert "s3://cold/ledger" in failed.value.message
    # The bundles above it are back, and nothing of the one that was lied about.
    assert set(there) <= set(history(path)) < set(before)
    assert (path / "shallow").read_text() != shallow
    store.lies.clear()
    rehydrated(path, artifacts)
    assert history(path) == before


def test_a_label_without_its_manifest_counts_as_not_there(store: Store, artifacts: S3Artifacts, path: Path) -> None:
    before = history(path)
    (first, *_) = archived(path, artifacts)
    gone = next(key for key in store.objects if key.endswith(first.digest.hex()) and "/artifact/" in key)
    store.objects.pop(gone)
    place = read_archive(path, artifacts)
    assert place.holdings() == []
    with pytest.raises(LedgerError, match=f"artifact {first.digest.hex()} is missing at s3://cold/ledger"):
        place.chain(first.manifest.tip, first.manifest.last)
    # Whoever has all of it mends it.
    assert_whole(path, artifacts, before)


def test_a_bundle_that_got_lost_is_sent_again(store: Store, artifacts: S3Artifacts, path: Path) -> None:
    before = history(path)
    bundles = archived(path, artifacts)
    gone = bundles[0].manifest.bundle.hex()
    store.objects = {key: data for key, data in store.objects.items() if not key.endswith(gone)}
    with opened(path) as source, pytest.raises(DamageError, match=f"artifact {gone} is missing"):
        check_held(source, archive_at(artifacts, source), head_of(source.ledger))
    assert [one.manifest.bundle.hex() for one in archived(path, artifacts)] == [gone]
    assert_whole(path, artifacts, before)


def test_a_list_that_fails_is_an_error_and_no_empty_archive(
    store: Store, artifacts: S3Artifacts, path: Path
) -> None:
    archived(path, artifacts)
    store.lie("GET", "list-type", lying_store.failing)
    with pytest.raises(StorageError):
        read_archive(path, artifacts).holdings()


def test_no_request_depends_on_a_condition(store: Store, artifacts: S3Artifacts, path: Path) -> None:
    archived(path, artifacts)
    archived(path, artifacts)
    assert {"put", "get", "head"} <= {asked.split()[0].lower() for asked, _ in store.asked}
    assert not [name for _, headers in store.asked for name in headers if name.startswith("if-")]


def test_settings_of_encryption_reach_the_server(
    store: Store, artifacts: S3Artifacts, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SERVER_SIDE_ENCRYPTION", "aws:kms")
    monkeypatch.setenv("AWS_SSE_KMS_KEY_ID", "a-key")
    archived(path, S3Artifacts("s3://cold/ledger", retries=2))
    put = [headers for asked, headers in store.asked if asked.startswith("PUT")]
    assert {one.get("x-amz-server-side-encryption") for one in put} == {"aws:kms"}
    assert {one.get("x-amz-server-side-encryption-aws-kms-key-id") for one in put} == {"a-key"}
