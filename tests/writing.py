"""One of several processes that append to the same ledger; what it did goes to standard output as JSON.

``python -m tests.writing REPOSITORY NAME COUNT disjoint|hot|FIRST``: with a number, it goes on from there as one that
was killed, and says each event as soon as it is acknowledged.
"""

import json
import os
import sys
import time
from pathlib import Path

from gitledger.errors import ConflictError, LedgerError
from gitledger.frozen import replace
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.state import get
from tests.faulty import CountedRefs
from tests.ledgers import ENV, open_ledger


def disjoint(ledger: Ledger, name: str, count: int) -> dict[str, object]:
    """Write variables of one's own."""
    events, waits = [], []
    for number in range(count):
        before = time.monotonic()
        events.append(append(ledger, change("count", set={f"{name}/{number}": number})).event.hex())
        waits.append(time.monotonic() - before)
    return {"events": events, "longest": max(waits)}


def hot(ledger: Ledger, name: str, count: int) -> dict[str, object]:
    """Add one to a variable that everybody writes, each time expecting what was read."""
    events, refusals = [], []
    for _ in range(count):
        while True:
            before = get(ledger, "n")
            assert isinstance(before, int)
            try:
                asked = change("count", set={"n": before + 1}, expect={"n": before}, message=name)
                events.append(append(ledger, asked).event.hex())
                break
            except ConflictError as error:
                refusals.append({"error": type(error).__name__, "message": error.message, "details": error.details})
    return {"events": events, "refusals": refusals}


def keyed(ledger: Ledger, name: str, count: int, first: int) -> None:
    """Write variables of one's own, each under a key, so that what was published and not answered is not made again."""
    for number in range(first, count):
        before, tries = time.monotonic(), ledger.refs.tries
        event = append(ledger, change("count", set={f"{name}/{number}": number}, key=f"{name}/{number}")).event
        said = {"event": event.hex(), "attempts": ledger.refs.tries - tries, "seconds": time.monotonic() - before}
        os.write(sys.stdout.fileno(), f"{json.dumps(said)}\n".encode())


if __name__ == "__main__":
    _, repository, writer, appends, work = sys.argv
    with open_ledger(Path(repository), env=ENV) as opened:
        counted = CountedRefs(opened.refs)
        if work.isdecimal():
            keyed(replace(opened, refs=counted), writer, int(appends), int(work))
            sys.exit()
        sys.stdin.readline()  # Everybody starts at once.
        started = time.monotonic()
        try:
            done = {"disjoint": disjoint, "hot": hot}[work](replace(opened, refs=counted), writer, int(appends))
        except LedgerError as error:
            done = {"failed": error.message}
        print(json.dumps({**done, "attempts": counted.tries, "seconds": time.monotonic() - started}))
