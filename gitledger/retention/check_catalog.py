"""The catalogs of ledgers (``gitledger.store.catalog``), compared with the log that they are made of.

One that does not know the head is not up to date, and no fault: whoever asks it next brings it there.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from gitledger.errors import StorageError
from gitledger.ids import LedgerName
from gitledger.ledger.history import Place, backwards
from gitledger.ledger.publication import head_of
from gitledger.retention.fault import Fault, Patient, Remedy
from gitledger.store.catalog import Catalog, catalog_path


def check_catalog(patient: Patient, name: LedgerName) -> Iterator[Fault]:
    """Yield what is wrong with the catalog of a sound ledger, if there is one."""
    ledger, path = patient.of(name), Path(catalog_path(patient.repository, name))
    if ledger.catalog is None or not path.exists():
        return
    head = head_of(ledger)
    try:
        with ledger.catalog(name) as catalog:
            if catalog.size_at(head.oid) != head.log.size:
                return
            places = backwards(ledger.objects, head, ledger.cut())
            wrong = next((place for place in places if not _is_known(catalog, place)), None)
    except StorageError as error:
        message = error.message
    else:
        if wrong is None:
            return
        message = f"it does not say where event {wrong.event.hex()} stands; expected what the log says"
    remedy = Remedy(text=f"rm {path}", apply=partial(path.unlink, missing_ok=True))
    yield Fault(code="catalog", where=str(path), message=message, remedy=remedy)


def _is_known(catalog: Catalog, place: Place) -> bool:
    run = catalog.run_with(place.seq)
    stands = run and (run.publication, run.position - (run.last - place.seq))
    return stands == (place.publication.oid, place.position) and place.seq in catalog.numbers(place.event)
