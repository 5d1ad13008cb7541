"""What things cost, beside what Git takes for the same work: ``python -m tests.bench.speed --events 100000``.

Every row is measured in one run on one machine; what means something elsewhere are the ratios. Nothing is asserted.
``--json FILE`` writes the rows as well. ``docs/performance.md`` holds the last full run.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from tests.bench.bulk import batch, import_history, long_timeline, publications
from tests.bench.single import growth, single
from tests.bench.table import ROWS

_PUBLICATIONS = 20_000
"""How many publications of one event are made at most: the rate does not depend on it."""


def main() -> None:
    """Print every row."""
    arguments = argparse.ArgumentParser(description="Print what things cost, beside what Git takes.")
    arguments.add_argument("--events", type=int, default=100_000, help="size of the large ledgers")
    arguments.add_argument("--json", type=Path, help="write the rows to this file as well")
    given = arguments.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="git-ledger-bench-"))
    try:
        single(scratch)
        import_history(scratch)
        publications(scratch, min(given.events, _PUBLICATIONS))
        long_timeline(scratch, given.events)
        batch(scratch, given.events)
        growth(scratch, given.events)
    finally:
        shutil.rmtree(scratch)
    if given.json:
        given.json.write_text(json.dumps(ROWS, indent=1) + "\n")


if __name__ == "__main__":
    main()
