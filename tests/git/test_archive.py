"""History leaves a repository and comes back as it was, by bundles that stock git understands."""

import os
from contextlib import closing
from pathlib import Path
from subprocess import run

import pytest

from gitledger.artifacts.local import LocalArtifacts
from gitledger.artifacts.memory import MemoryArtifacts
from gitledger.errors import ConflictError, DamageError, NotFoundError, UsageError
from gitledger.frozen import replace
from gitledger.ids import Digest, Oid
from gitledger.ledger.checkpoint import checkpoint
from gitledger.ledger.init import init
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.ledger.vst import vst
from gitledger.retention.archive import archive
from gitledger.retention.archives import archive_at, archives, remember
from gitledger.retention.deep import DeepObjects, deep_place
from gitledger.retention.holdings import newest_chain
from gitledger.retention.rehydrate import rehydrate
from gitledger.store import pack_writer
from tests.cold import (
    MAIN,
    Cold,
    archived,
    cut_off,
    history,
    make,
    newest,
    opened,
    publish_twice,
    rehydrated,
)
from tests.ledgers import ENV, assert_sound, git, named, new_repository, open_ledger, write, write_many


@pytest.fixture(params=["sha1", "sha256"])
def cold(request: pytest.FixtureRequest, tmp_path: Path) -> Cold:
    return make(tmp_path / "repository.git", request.param)


@pytest.fixture
def one(tmp_path: Path) -> Cold:
    return make(tmp_path / "repository.git", "sha1")


def test_what_was_cut_off_comes_back_object_for_object(cold: Cold) -> None:
    before = history(cold.path)
    bundles = archived(cold.path, cold.artifacts)
    assert [(one.manifest.first, one.manifest.last) for one in bundles] == [(1, 5), (6, 25), (26, 43)]
    cut_off(cold.path, MAIN)
    assert len(history(cold.path)) < len(before)
    back = rehydrated(cold.path, cold.artifacts)
    assert [(one.first, one.last) for one in back] == [(26, 43), (6, 25), (1, 5)]
    assert history(cold.path) == before
    assert not (cold.path / "shallow").exists()
    git(cold.path, "fsck", "--strict", "--full", "--no-dangling")
    with open_ledger(cold.path) as ledger:
        assert_sound(ledger, 43)
    assert rehydrated(cold.path, cold.artifacts) == []


def test_a_range_comes_back_and_the_rest_stays_away(one: Cold) -> None:
    before = history(one.path)
    archived(one.path, one.artifacts)
    cut_off(one.path, MAIN)
    assert [manifest.first for manifest in rehydrated(one.path, one.artifacts, first=10)] == [26, 6]
    git(one.path, "fsck", "--strict", "--full", "--no-dangling")
    assert git(one.path, "rev-list", "--count", MAIN) == "11"
    git(one.path, "gc", "--quiet", "--prune=now")
    assert [manifest.first for manifest in rehydrated(one.path, one.artifacts, first=6)] == []
    assert [manifest.first for manifest in rehydrated(one.path, one.artifacts)] == [1]
    assert history(one.path) == before


def test_each_bundle_can_be_opened_by_itself_by_stock_git(cold: Cold, tmp_path: Path) -> None:
    object_format = git(cold.path, "rev-parse", "--show-object-format")
    for number, bundle in enumerate(archived(cold.path, cold.artifacts)):
        file = tmp_path / f"{number}.bundle"
        file.write_bytes(cold.artifacts.artifacts[bundle.manifest.bundle])
        assert "is okay" in run(
            ["git", "bundle", "verify", file], cwd=cold.path, env=ENV, capture_output=True, text=True, check=True
        ).stderr
        heads = git(cold.path, "bundle", "list-heads", str(file))
        assert heads == f"{bundle.manifest.tip.hex()} {MAIN}"
        # In a repository that has nothing: the pack alone, with history cut off where the bundle begins.
        alone = new_repository(tmp_path / f"{number}.git", object_format, "--bare")
        pack = file.read_bytes().partition(b"\n\n")[2]
        git(alone, "index-pack", "--stdin", data=pack)
        roots = [oid.hex() for oid in bundle.manifest.publications]
        (alone / "shallow").write_text("".join(f"{oid}\n" for oid in roots))
        git(alone, "update-ref", MAIN, bundle.manifest.tip.hex())
        git(alone, "fsck", "--full", "--strict", "--no-dangling")


def test_archiving_again_sends_nothing_and_later_only_what_is_new(one: Cold) -> None:
    archived(one.path, one.artifacts)
    before = {*one.artifacts.artifacts}
    assert archived(one.path, one.artifacts) == []
    with open_ledger(one.path) as ledger:
        write(ledger, more=1)
    (new,) = archived(one.path, one.artifacts)
    assert (new.manifest.first, new.manifest.last) == (44, 44)
    assert len({*one.artifacts.artifacts} - before) == 2
    assert newest(one).chain(new.manifest.tip, new.manifest.last)[1].manifest.after == new.manifest.before


def test_a_pruned_repository_goes_on_archiving(one: Cold) -> None:
    archived(one.path, one.artifacts)
    cut_off(one.path, MAIN)
    with open_ledger(one.path) as ledger:
        write(ledger, more=1)
    with opened(one.path) as source:
        # By hand: a checkpoint of so short a log wants events that were cut off.
        place = archive_at(one.artifacts, source)
        head = head_of(source.ledger)
        last = next(iter(newest_chain(source.ledger, place)[1])).manifest
        assert last.tip == head.commit.parents[0]


def test_what_an_interrupted_archive_sent_is_not_sent_again(one: Cold) -> None:
    with opened(one.path) as source:
        kept = checkpoint(source.ledger)
        place = archive_at(one.artifacts, source)
        first = next(archive(source, place, kept.checkpoint, events=5))
    put: list[Digest] = []
    unlabelled = {*one.artifacts.artifacts}

    class Watched(MemoryArtifacts):
        def put(self, digest: Digest, source: Path) -> None:
            put.append(digest)
            super().put(digest, source)

    watched = Watched()
    watched.artifacts, watched.names = one.artifacts.artifacts, one.artifacts.names
    rest = archived(one.path, watched)
    assert rest[0].manifest.before == first.manifest.after
    assert not unlabelled & {*put}
    # Without its labels all is found to be there when it would be sent: packing is repeatable.
    watched.names.clear()
    put.clear()
    assert [bundle.manifest.first for bundle in archived(one.path, watched)] == [1, 6, 26]
    assert not {bundle.manifest.bundle for bundle in rest} & {*put}


def test_what_is_lost_here_and_there_is_named(one: Cold) -> None:
    (first, *_) = archived(one.path, one.artifacts)
    with opened(one.path) as source:
        kept = checkpoint(source.ledger).checkpoint
    cut_off(one.path, MAIN)
    one.artifacts.artifacts.pop(first.manifest.bundle)
    with opened(one.path) as source, pytest.raises(DamageError, match="has lost the bundle of events #1 to #5"):
        list(archive(source, archive_at(one.artifacts, source), kept))


def test_two_who_archive_at_once_disturb_nobody(one: Cold) -> None:
    before = history(one.path)
    with opened(one.path) as source:
        kept = checkpoint(source.ledger)
        slow = archive(source, archive_at(one.artifacts, source), kept.checkpoint, events=5)
        next(slow)
        assert [bundle.manifest.first for bundle in archived(one.path, one.artifacts, events=30)] == [6, 38]
        assert [bundle.manifest.first for bundle in slow] == [6, 26]
    cut_off(one.path, MAIN)
    rehydrated(one.path, one.artifacts)
    assert history(one.path) == before


def test_merges_come_back_with_all_that_they_brought_in(tmp_path: Path) -> None:
    path, artifacts = new_repository(tmp_path / "repository.git", "sha1", "--bare"), MemoryArtifacts()
    with open_ledger(path) as ledger:
        init(ledger)
        write_many(ledger, 6, group=2)
        side = named("side", ledger)
        branch(ledger, side.name)
        for number in range(4):
            write(side, **{f"side{number}": number})
            write(ledger, **{f"main{number}": number})
        merge(ledger, side.name)
        write(side, late=1)
        write(ledger, tail=1)
        merge(ledger, side.name)
        assert_sound(ledger)
        size = head_of(ledger).log.size
    before = history(path)
    bundles = [one.manifest for one in archived(path, artifacts, events=3)]
    assert sum(map(len, [one.events for one in bundles])) == size
    assert len({oid for one in bundles for oid in one.publications}) == int(git(path, "rev-list", "--count", MAIN))
    git(path, "update-ref", "-d", "refs/ledger/side")
    for cut in (f"{MAIN}", f"{MAIN}~1"):
        cut_off(path, *git(path, "rev-list", "--max-count=1", cut).split())
        rehydrated(path, artifacts, first=5)
        git(path, "fsck", "--full", "--strict", "--no-dangling")
        rehydrated(path, artifacts)
        assert history(path) == before
        assert not (path / "shallow").exists()


def test_events_that_were_published_twice_are_counted_once(tmp_path: Path) -> None:
    path, artifacts = new_repository(tmp_path / "repository.git", "sha1", "--bare"), MemoryArtifacts()
    with open_ledger(path) as ledger:
        publish_twice(ledger)
        events = head_of(ledger).log.size
    bundles = archived(path, artifacts, events=1)
    assert sum(len(one.manifest.events) for one in bundles) == events
    assert any(0 in one.manifest.counts for one in bundles)
    before = history(path)
    cut_off(path, MAIN)
    rehydrated(path, artifacts)
    assert history(path) == before


def test_a_lease_of_a_run_that_was_killed_is_let_go(one: Cold) -> None:
    archived(one.path, one.artifacts)
    cut_off(one.path, MAIN)
    (pack, *_) = (one.path / "objects" / "pack").glob("*.pack")
    pack.with_suffix(".keep").write_bytes(pack_writer._SAYS)
    os.utime(pack.with_suffix(".keep"), (0, 0))
    rehydrated(one.path, one.artifacts)
    assert not pack.with_suffix(".keep").exists()


def test_ledgers_that_share_history_share_its_bundles(one: Cold) -> None:
    archived(one.path, one.artifacts)
    with open_ledger(one.path) as ledger:
        branch(ledger, named("side", ledger).name)
        write(named("side", ledger), side=1)
    (new,) = archived(one.path, one.artifacts, name="side")
    assert new.manifest.first == 44


def test_older_checkpoints_stand_alone_until_history_is_back(one: Cold) -> None:
    archived(one.path, one.artifacts)
    with open_ledger(one.path) as ledger:
        write_many(ledger, 12, "later", group=3)
    archived(one.path, one.artifacts)
    before = history(one.path)
    old = git(one.path, "rev-parse", "refs/ledger-checkpoint/main/43^{commit}")
    cut_off(one.path, MAIN, old)
    assert [manifest.first for manifest in rehydrated(one.path, one.artifacts, first=50)] == [44]
    assert old in (one.path / "shallow").read_text()
    rehydrated(one.path, one.artifacts)
    assert history(one.path) == before
    assert not (one.path / "shallow").exists()


def test_the_code_may_be_cut_off_and_stays_so(one: Cold, tmp_path: Path) -> None:
    tree = git(one.path, "hash-object", "-t", "tree", "-w", "--stdin")
    first = git(one.path, "commit-tree", tree, "-m", "first")
    second = git(one.path, "commit-tree", tree, "-m", "second", "-p", first)
    git(one.path, "update-ref", "refs/heads/main", second)
    archived(one.path, one.artifacts)
    cut_off(one.path, MAIN, second)
    rehydrated(one.path, one.artifacts)
    assert (one.path / "shallow").read_text() == f"{second}\n"


def test_what_is_archived_is_read_without_coming_back(cold: Cold) -> None:
    with open_ledger(cold.path) as ledger:
        whole = [*vst(ledger, "n0")]
    archived(cold.path, cold.artifacts)
    cut_off(cold.path, MAIN)
    before = history(cold.path)
    with opened(cold.path) as source:
        counted = Counted(cold.artifacts)
        place = archive_at(counted, source)
        with closing(DeepObjects(source.ledger.objects, [place], ENV)) as objects:
            deep = replace(source.ledger, objects=objects, cut=frozenset[Oid])
            found = deep_place(deep, [place], "#3")
            assert (found.seq, found.event) == (3, place.holdings()[0].manifest.events[2])
            # The manifests are known since they were written.
            assert len(counted.got) == 1
            assert deep_place(deep, [place], found.event.hex()[:9]) == found
            assert [*vst(deep, "n0")] == whole
            with pytest.raises(NotFoundError):
                deep_place(deep, [place], "#44")
    assert history(cold.path) == before


def test_digits_that_begin_ids_here_and_in_an_archive_are_ambiguous(
    one: Cold, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, *_) = archived(one.path, one.artifacts)
    with opened(one.path) as source:
        place = archive_at(one.artifacts, source)
        with closing(DeepObjects(source.ledger.objects, [place], ENV)) as objects:
            deep = replace(source.ledger, objects=objects)
            both = [Oid(first.manifest.events[1]), Oid(head_of(source.ledger).events[0])]
            monkeypatch.setattr(DeepObjects, "find", lambda objects, prefix: both)
            with pytest.raises(UsageError, match="begins the ids of 2 events"):
                deep_place(deep, [place], both[0].hex()[:7])


class Counted(MemoryArtifacts):
    """A place that counts what it was asked for."""

    def __init__(self, inner: MemoryArtifacts) -> None:
        super().__init__()
        self.artifacts, self.names, self.got = inner.artifacts, inner.names, list[Digest]()

    def get(self, digest: Digest, target: Path) -> None:
        self.got.append(digest)
        super().get(digest, target)


def test_archives_are_remembered_once(one: Cold, tmp_path: Path) -> None:
    with opened(one.path) as source:
        assert archives(source) == []
        for name in ("a", "b", "a"):
            place = archive_at(LocalArtifacts(tmp_path / name), source)
            remember(place, source)
        known = archives(source)
        assert [place.url for place in known] == [str(tmp_path / "a"), str(tmp_path / "b")]


def test_somebody_who_cuts_meanwhile_is_noticed(one: Cold, monkeypatch: pytest.MonkeyPatch) -> None:
    archived(one.path, one.artifacts)
    cut_off(one.path, MAIN)
    shallow = (one.path / "shallow").read_text()
    with opened(one.path) as source:
        bundles = rehydrate(source, archive_at(one.artifacts, source))
        monkeypatch.setattr("gitledger.retention.rehydrate.read_cut", lambda _: frozenset())
        with pytest.raises(ConflictError):
            next(bundles)
    assert (one.path / "shallow").read_text() == shallow
