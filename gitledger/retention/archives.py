"""Which archives a repository has: the setting ``ledger.archive``, one address a value."""

from gitledger.artifacts.base import ArtifactStore
from gitledger.artifacts.open import open_artifacts
from gitledger.ledger.genesis import genesis_of
from gitledger.ledger.publication import head_of
from gitledger.retention.holdings import Archive
from gitledger.retention.source import Source
from gitledger.store.program import Program
from gitledger.store.settings import add_setting, read_setting

SETTING = "ledger.archive"


def archives(source: Source) -> list[Archive]:
    """Return the archives that the repository remembers, in the order in which they were first written.

    Raises:
        NotFoundError: there is no such ledger.
        UsageError: an address of a kind that cannot be opened here.
    """
    urls = dict.fromkeys(read_setting(_git(source), SETTING))
    return [archive_at(open_artifacts(url, source.repository.common_dir), source) for url in urls]


def archive_at(artifacts: ArtifactStore, source: Source) -> Archive:
    """Return what a place holds of a ledger.

    Raises:
        NotFoundError: there is no such ledger.
    """
    genesis = genesis_of(source.ledger.objects, head_of(source.ledger))
    return Archive(artifacts, genesis, source.repository.common_dir / "ledger" / "manifests")


def remember(archive: Archive, source: Source) -> None:
    """Remember an archive, unless the repository does.

    Raises:
        StorageError: git cannot write its settings.
    """
    git = _git(source)
    if archive.url not in read_setting(git, SETTING):
        add_setting(source.repository, git, SETTING, archive.url)


def _git(source: Source) -> Program:
    return Program.at(source.repository.git_dir, source.env)
