"""Ledgers whose history leaves: archived in small bundles, cut off by stock git, and brought back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gitledger.artifacts.base import ArtifactStore
from gitledger.artifacts.memory import MemoryArtifacts
from gitledger.frozen import replace
from gitledger.ledger.checkpoint import checkpoint
from gitledger.ledger.genesis import genesis_of
from gitledger.ledger.handle import Ledger
from gitledger.ledger.init import init
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.model.manifest import Manifest
from gitledger.retention.archive import archive
from gitledger.retention.archives import archive_at
from gitledger.retention.holdings import Archive, Holding
from gitledger.retention.rehydrate import rehydrate
from gitledger.retention.source import Source
from gitledger.store.open import find_repository
from tests.ledgers import ENV, git, named, new_repository, open_ledger, write, write_many

MAIN = "refs/ledger/main"


@contextmanager
def opened(path: Path, name: str = "main") -> Iterator[Source]:
    """Open a repository as it is now."""
    with open_ledger(path, name) as ledger:
        yield Source(ledger=ledger, repository=find_repository(path, ENV), env=ENV)


def archived(path: Path, artifacts: ArtifactStore, *, events: int = 5, name: str = "main") -> list[Holding]:
    """Make a checkpoint of a ledger and archive up to it; return the new bundles."""
    with opened(path, name) as source:
        kept = checkpoint(source.ledger)
        place = archive_at(artifacts, source)
        return list(archive(source, place, kept.checkpoint, events=events))


def rehydrated(path: Path, artifacts: ArtifactStore, *, first: int = 1) -> list[Manifest]:
    """Bring history back; return the bundles that are back."""
    with opened(path) as source:
        return list(rehydrate(source, archive_at(artifacts, source), first=first))


def read_archive(path: Path, artifacts: ArtifactStore) -> Archive:
    """Return what a place holds, without what the repository remembers of it."""
    with open_ledger(path) as ledger:
        return Archive(artifacts, genesis_of(ledger.objects, head_of(ledger)), None)


def cut_off(path: Path, *commits: str) -> None:
    """Cut history off at commits, as stock git does it, and drop what is before."""
    directory = Path(git(path, "rev-parse", "--path-format=absolute", "--git-dir"))
    names = [git(path, "rev-parse", commit) for commit in commits]
    (directory / "shallow").write_text("".join(f"{name}\n" for name in sorted(names)))
    git(path, "reflog", "expire", "--expire=now", "--all")
    git(path, "gc", "--quiet", "--prune=now")


def history(path: Path, ref: str = MAIN) -> list[str]:
    """Return every object that a ref reaches, as Git lists it."""
    return sorted(git(path, "rev-list", "--objects", ref).splitlines())


@dataclass
class Cold:
    """A repository with a ledger of 43 events in 13 publications, and a place for an archive of it."""

    path: Path
    artifacts: MemoryArtifacts


def make(path: Path, object_format: str) -> Cold:
    """Make such a repository; nothing is archived yet."""
    new_repository(path, object_format, "--bare")
    with open_ledger(path) as ledger:
        init(ledger)
        write_many(ledger, 40, group=4)
        write(ledger, n0="again")
        write(ledger, other__variable="last")
    return Cold(path, MemoryArtifacts())


def newest(cold: Cold) -> Archive:
    """Return the archive as it is now."""
    return read_archive(cold.path, cold.artifacts)


def publish_twice(ledger: Ledger) -> None:
    """Start a ledger in which two people do the same on the same head, go on, and are merged."""
    init(ledger)
    side = named("side", ledger)
    branch(ledger, side.name)
    write(ledger, same=1)
    later = replace(side, people=lambda now: side.people(now + 60))
    write(later, same=1)
    write(later, more=2)
    write(ledger, other=3)
    merge(ledger, side.name)
