"""Archives that somebody has forged: what is not this history is not let in, nor taken for an archive of it."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from subprocess import run

import pytest

from gitledger.artifacts.memory import MemoryArtifacts
from gitledger.errors import DamageError, FormatError, NotFoundError
from gitledger.frozen import replace
from gitledger.ids import Digest, ObjectFormat, Oid
from gitledger.ledger.genesis import genesis_of
from gitledger.ledger.publication import head_of
from gitledger.model.manifest import Manifest, format_manifest
from gitledger.model.merkle import Frontier
from gitledger.retention.archives import archive_at
from gitledger.retention.contents import check_held
from gitledger.store.bundle import scratch, write_bundle
from tests.cold import MAIN, Cold, archived, cut_off, history, make, newest, opened, publish_twice, rehydrated
from tests.ledgers import ENV, git, new_repository, open_ledger, write


@pytest.fixture
def one(tmp_path: Path) -> Cold:
    return make(tmp_path / "repository.git", "sha1")


def head_format(cold: Cold) -> ObjectFormat:
    with open_ledger(cold.path) as ledger:
        return ledger.objects.format


def forge(cold: Cold, manifest: Manifest, bundle: bytes) -> None:
    """Put a forged manifest and its bundle in the place of the real one."""
    with open_ledger(cold.path) as ledger:
        start = genesis_of(ledger.objects, head_of(ledger)).hex()
    for label in [*cold.artifacts.names]:
        if f"/{manifest.first}-" in label or f"-{manifest.last}/" in label:
            cold.artifacts.names.remove(label)
    data = format_manifest(manifest)
    digest = Digest(sha256(data).digest())
    cold.artifacts.artifacts[digest] = data
    cold.artifacts.artifacts[manifest.bundle] = bundle
    cold.artifacts.add_label(f"{start}/{manifest.first}-{manifest.last}/{digest.hex()}")


@pytest.fixture
def pruned(one: Cold) -> Iterator[Cold]:
    """Yield a repository without its history, which must be as it was in the end."""
    archived(one.path, one.artifacts)
    cut_off(one.path, MAIN)
    before, shallow = history(one.path), (one.path / "shallow").read_text()
    packs = sorted((one.path / "objects" / "pack").glob("*.pack"))
    yield one
    assert (history(one.path), (one.path / "shallow").read_text()) == (before, shallow)
    assert sorted((one.path / "objects" / "pack").glob("*.pack")) == packs
    assert not [*(one.path / "objects").glob("tmp_*")]


def test_a_bundle_of_another_history_is_not_let_in(pruned: Cold, tmp_path: Path) -> None:
    other = make(tmp_path / "other.git", "sha1")
    with open_ledger(other.path) as ledger:
        write(ledger, forged=1)
    top = archived(other.path, other.artifacts, events=100)[0].manifest
    real = newest(pruned).holdings()[-1].manifest
    # The manifest says what ours says, and the bytes are a sound bundle of theirs.
    bundle = other.artifacts.artifacts[top.bundle]
    forge(pruned, replace(real, bundle=top.bundle, size=len(bundle)), bundle)
    with pytest.raises(DamageError):
        rehydrated(pruned.path, pruned.artifacts)


@pytest.mark.parametrize("change", ["events", "before", "publications", "fewer", "range"])
def test_a_manifest_that_lies_is_found_out(pruned: Cold, change: str) -> None:
    real = newest(pruned).holdings()[-1].manifest
    data = pruned.artifacts.artifacts[real.bundle]
    lies = {
        "events": replace(real, events=real.events[::-1]),
        "before": replace(real, before=replace(real.before, hashes=real.before.hashes[::-1])),
        "publications": replace(real, publications=(real.requires[0], *real.publications[1:]), requires=(real.tip[::-1],)),
        "range": replace(
            real, before=Frontier(), after=replace(real.after, size=1, hashes=real.after.hashes[:1]), requires=(),
            publications=(real.tip,), counts=(1,), events=real.events[-1:],
        ),
        "fewer": replace(real, publications=real.publications[1:], counts=(sum(real.counts[:2]), *real.counts[2:])),
    }
    forge(pruned, lies[change], data)
    with pytest.raises((DamageError, NotFoundError)):
        rehydrated(pruned.path, pruned.artifacts)


def test_objects_that_nothing_names_do_not_ride_along(pruned: Cold, tmp_path: Path) -> None:
    real = newest(pruned).holdings()[-1].manifest
    whole = tmp_path / "whole.bundle"
    whole.write_bytes(pruned.artifacts.artifacts[real.bundle])
    with scratch(tmp_path, head_format(pruned), ENV) as apart:
        opened_bundle = apart.open(whole)
        stowaway = git(opened_bundle.pack.parents[2], "hash-object", "-w", "--stdin", data=b"x" * 99)
        names = [line.split()[0] for line in git(opened_bundle.pack.parents[2], "verify-pack", "-v", str(opened_bundle.pack)).splitlines()]
        listed = "".join(f"{name}\n" for name in [*(name for name in names if len(name) == 40), stowaway])
        packed = run(
            ["git", "pack-objects", "-q", "--stdout"], cwd=opened_bundle.pack.parents[2], input=listed.encode(),
            env=ENV, capture_output=True, check=True,
        ).stdout  # fmt: skip
    data = whole.read_bytes().partition(b"\n\n")[0] + b"\n\n" + packed
    forge(pruned, replace(real, bundle=Digest(sha256(data).digest()), size=len(data)), data)
    with pytest.raises(DamageError, match="expected the"):
        rehydrated(pruned.path, pruned.artifacts)


def test_a_publication_that_nothing_follows_does_not_ride_along(one: Cold, tmp_path: Path) -> None:
    real = archived(one.path, one.artifacts)[-1].manifest
    # The same tree in a commit of its own, as somebody would write who wants to be read as part of the history.
    tree = git(one.path, "rev-parse", f"{MAIN}^{{tree}}")
    stray = Oid(bytes.fromhex(git(one.path, "commit-tree", tree, "-m", "stray", "-p", f"{MAIN}~1")))
    publications = (stray, *real.publications)
    with opened(one.path) as source:
        bundle = tmp_path / "bundle"
        write_bundle(source.repository, ENV, bundle, commits=publications, requires=real.requires, ref=MAIN)
    cut_off(one.path, MAIN)
    before = history(one.path)
    data = bundle.read_bytes()
    digest = Digest(sha256(data).digest())
    lie = replace(real, bundle=digest, size=len(data), publications=publications, counts=(0, *real.counts))
    forge(one, lie, data)
    with pytest.raises(DamageError, match=f"holds publication {stray.hex()}, which nothing here follows"):
        rehydrated(one.path, one.artifacts)
    assert history(one.path) == before


@pytest.mark.parametrize("change", ["nothing", "events", "range", "fewer", "another bundle", "no bundle"])
def test_an_archive_that_lies_holds_nothing(one: Cold, change: str) -> None:
    bundles = [holding.manifest for holding in archived(one.path, one.artifacts)]
    low, real = bundles[1], bundles[2]
    data = one.artifacts.artifacts[real.bundle]
    lies = {
        "nothing": real,
        "events": replace(real, events=real.events[::-1]),
        "range": replace(
            real, before=Frontier(), after=replace(real.after, size=1, hashes=real.after.hashes[:1]), requires=(),
            publications=(real.tip,), counts=(1,), events=real.events[-1:],
        ),
        "fewer": replace(real, publications=real.publications[1:], counts=(sum(real.counts[:2]), *real.counts[2:])),
        "another bundle": replace(real, bundle=low.bundle),
        "no bundle": replace(real, bundle=Digest(sha256(data[9:]).digest())),
    }
    forge(one, lies[change], {"another bundle": one.artifacts.artifacts[low.bundle], "no bundle": data[9:]}.get(change, data))
    with opened(one.path) as source:
        place = archive_at(one.artifacts, source)
        if change == "nothing":
            check_held(source, place, head_of(source.ledger))
            return
        with pytest.raises((DamageError, FormatError, NotFoundError)):
            check_held(source, place, head_of(source.ledger))


def test_a_file_that_is_no_bundle(pruned: Cold) -> None:
    real = newest(pruned).holdings()[-1].manifest
    for data in (b"", b"# v2 git bundle\n", b"PACK" + bytes(99), pruned.artifacts.artifacts[real.bundle][:-1]):
        forge(pruned, replace(real, bundle=Digest(sha256(data).digest()), size=max(len(data), 1)), data)
        with pytest.raises(FormatError):
            rehydrated(pruned.path, pruned.artifacts)


def test_an_archive_without_a_publication_that_adds_nothing_is_not_whole(tmp_path: Path) -> None:
    path, artifacts = new_repository(tmp_path / "repository.git", "sha1", "--bare"), MemoryArtifacts()
    with open_ledger(path) as ledger:
        publish_twice(ledger)
    (real,) = [holding.manifest for holding in archived(path, artifacts, events=100)]
    at = real.counts.index(0)
    publications, counts = (one[:at] + one[at + 1 :] for one in (real.publications, real.counts))
    with opened(path) as source:
        bundle = tmp_path / "bundle"
        write_bundle(source.repository, ENV, bundle, commits=publications, requires=(), ref=MAIN)
        data = bundle.read_bytes()
        digest = Digest(sha256(data).digest())
        lie = replace(real, publications=publications, counts=counts, bundle=digest, size=len(data))
        forge(Cold(path, artifacts), lie, data)
        place = archive_at(artifacts, source)
        with pytest.raises(DamageError, match=f"lacks publication {real.publications[at].hex()}"):
            check_held(source, place, head_of(source.ledger))
