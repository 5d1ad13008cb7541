"""A program over the library: ``python -m tests.faults.library REPOSITORY batch | stream | consolidate``.

It answers as ``git-ledger`` does: an id per line once the event is durable, one line for an error, the exit code of
its class. To consolidate answers nothing.
"""

import os
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from gitledger import append, append_batch, change, open  # noqa: A004 - the word of the library
from gitledger.durable import storage_error
from gitledger.errors import LedgerError, StorageError
from gitledger.ids import EventId
from gitledger.store.consolidate import consolidate
from gitledger.store.open import find_repository


def run(repository: str, verb: str) -> Iterator[EventId]:
    """Yield the events of a batch in many small publications, or of appends without end."""
    if verb == "consolidate":
        consolidate(find_repository(Path(repository), os.environ), os.environ, 1)
        return
    ledger = open(Path(repository))
    if verb == "stream":
        yield from (append(ledger, change("set", set={f"stream/{n % 8}": n})).event for n in count())
    changes = (change("set", set={f"batch/{n}": n}, key=f"batch-{n}") for n in range(6))
    for appended in append_batch(ledger, changes, group=1, at_once=2):
        yield appended.event


def main() -> int:
    """Run the command line of this process; return its exit code."""
    try:
        for event in run(*sys.argv[1:]):
            try:
                os.write(sys.stdout.fileno(), f"{event.hex()}\n".encode())
            except OSError as error:
                raise storage_error(f"cannot write the answer {event.hex()}", error) from error
    except LedgerError as error:
        sys.stderr.write(f"git-ledger: {error.message}\n")
        return error.exit_code
    except (ImportError, OSError) as error:  # of a module that is imported when it is needed
        sys.stderr.write(f"git-ledger: {error}\n")
        return StorageError.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
