"""Which archives a repository has: the setting ``ledger.archive``, one address a value."""

from collections.abc import Mapping
from pathlib import Path

from gitledger.artifacts.base import ArtifactStore
from gitledger.artifacts.open import open_artifacts
from gitledger.ledger.genesis import genesis_of
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of
from gitledger.retention.holdings import Archive
from gitledger.store.program import Program
from gitledger.store.repository import Repository
from gitledger.store.settings import add_setting, read_setting

SETTING = "ledger.archive"


def archives(ledger: Ledger, repository: Repository, env: Mapping[str, str]) -> list[Archive]:
    """Return the archives that the repository remembers, in the order in which they were first written.

    Raises:
        NotFoundError: there is no such ledger.
        UsageError: an address of a kind that cannot be opened here.
    """
    urls = dict.fromkeys(read_setting(Program.at(repository.git_dir, env), SETTING))
    return [archive_at(open_artifacts(url, repository.common_dir), ledger, repository) for url in urls]


def archive_at(artifacts: ArtifactStore, ledger: Ledger, repository: Repository) -> Archive:
    """Return what a place holds of a ledger.

    Raises:
        NotFoundError: there is no such ledger.
    """
    return Archive(artifacts, genesis_of(ledger.objects, head_of(ledger)), _manifests(repository))


def remember(archive: Archive, repository: Repository, env: Mapping[str, str]) -> None:
    """Remember an archive, unless the repository does.

    Raises:
        StorageError: git cannot write its settings.
    """
    git = Program.at(repository.git_dir, env)
    if archive.url not in read_setting(git, SETTING):
        add_setting(repository, git, SETTING, archive.url)


def _manifests(repository: Repository) -> Path:
    return repository.common_dir / "ledger" / "manifests"
