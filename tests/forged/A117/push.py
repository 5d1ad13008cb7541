"""The gate does not come to an end in time: a git that does not answer."""

import shutil
import sys
from collections.abc import Iterator

from tests.forged.ground import MAIN, ROOT, UNSEEN, Forged, good, hexes, made
from tests.forgeries.all import base

_PROGRAM = f"""#!/bin/sh
mkdir slow
printf '#!/bin/sh\\ncase "$*" in *cat-file*) exec sleep 600 ;; esac\\nexec "{shutil.which("git")}" "$@"\\n' > slow/git
chmod +x slow/git
PATH=$PWD/slow:$PATH exec "{sys.executable}" "{ROOT / "git-ledger"}" "$@"
"""


def pushes() -> Iterator[Forged]:
    known = good()
    yield Forged(
        moves=[(hexes(base().prefix), hexes(known), MAIN)],
        data=made(),
        code="gate-time",
        audit=UNSEEN,
        settings={"ledger.gateSeconds": "1"},
        program=_PROGRAM,
    )
