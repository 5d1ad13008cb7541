"""Ledgers with a catalog, in memory or not, and what they answer with it and without."""

from functools import partial
from pathlib import Path

from gitledger.frozen import replace
from gitledger.ids import ObjectFormat
from gitledger.ledger.handle import Ledger
from gitledger.ledger.resolve import resolve
from gitledger.store.catalog import open_catalog
from gitledger.store.repository import Repository
from tests.faulty import Counted


def with_catalog(ledger: Ledger, directory: Path) -> Ledger:
    """Return the same ledger with a catalog in a directory that is, as far as that goes, a repository."""
    return replace(ledger, catalog=partial(open_catalog, _repository(directory, ledger.objects.format)))


def catalog_file(directory: Path, name: str = "main") -> Path:
    """Return where that catalog lies."""
    return directory / "ledger" / f"{name}.catalog"


def ask(ledger: Ledger, rev: str) -> tuple[str, int, str]:
    """Return event, number and publication of a REV, which must be those that a ledger without a catalog finds."""
    found, slow = resolve(ledger, rev), resolve(replace(ledger, catalog=None), rev)
    assert found == slow
    return found.event.hex(), found.seq, found.publication.oid.hex()


def reads(ledger: Ledger, rev: str) -> int:
    """Return how many objects are read to find a REV."""
    counted = Counted(ledger.objects)
    resolve(replace(ledger, objects=counted), rev)
    return counted.reads


def _repository(directory: Path, object_format: ObjectFormat) -> Repository:
    return Repository(
        git_path=str(directory),
        common_path=str(directory),
        objects_path=str(directory / "objects"),
        object_format=object_format,
        ref_format="files",
        bare=True,
        shallow=False,
        promisor=False,
        config={},
    )
