"""Somebody who may write to the server's directory moves a ledger without a push: the auditor finds it."""

from pathlib import Path

from gitledger.ids import Oid
from gitledger.store.base import RefUpdate
from gitledger.verify import verify
from tests.forged.ground import UNSEEN, Forged, Server
from tests.forgeries.all import FORGERIES, base
from tests.ledgers import open_ledger


def check(origin: Path, work: Path) -> None:
    server = Server(work / "guarded.git", origin, Forged(moves=[], code="", audit=UNSEEN), guarded=True)
    known = base().publish("group", FORGERIES["an-after-that-no-delta-gives"].lies, 1)
    with open_ledger(server.path) as ledger:
        ledger.objects.write(list(base().forger.made.values()))
        ledger.refs.update([RefUpdate("refs/ledger/main", Oid(base().prefix.commit), Oid(known.commit))])
        report = verify(ledger, since="prefix")
    assert {finding.code for finding in report.findings} == {"event-after"}
