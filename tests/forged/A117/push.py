"""The gate does not come to an end in time, for a git that does not answer; or the server is ended while it runs."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.forged.ground import MAIN, ROOT, UNSEEN, Forged, Server, good, hexes, made
from tests.forgeries.all import base
from tests.ledgers import git

_PROGRAM = f"""#!/bin/sh
mkdir slow
printf '#!/bin/sh\\ncase "$*" in *cat-file*) exec sleep 600 ;; esac\\nexec "{shutil.which("git")}" "$@"\\n' > slow/git
chmod +x slow/git
PATH=$PWD/slow:$PATH exec "{sys.executable}" "{ROOT / "git-ledger"}" "$@"
"""


_WAITING = """#!/bin/sh
echo $$ >started.new
mv started.new started
exec sleep 600
"""


def check(origin: Path, work: Path) -> None:
    """Demand that nothing can be seen of a push whose process is ended, as sshd does when the pusher is gone.

    Git may leave the quarantine behind then, which no reader looks into, until it prunes.
    """
    known = good()
    moves = [(hexes(base().prefix), hexes(known), MAIN)]
    push = Forged(moves=moves, data=made(), code="", audit=UNSEEN, program=_WAITING)
    server = Server(work / "ended.git", origin, push, guarded=True)
    before = server.listing()
    started = server.path / "started"

    def end_it(receiving: int) -> None:
        while not started.exists():
            time.sleep(0.01)
        os.kill(receiving, signal.SIGTERM)
        # The gate, too: this one would wait for ten minutes.
        os.kill(int(started.read_text()), signal.SIGTERM)

    assert server.take(push, meanwhile=end_it).status != 0
    left = {name for name in server.listing().keys() - before.keys() if "/objects/tmp_objdir-incoming-" not in name}
    assert not left
    git(server.path, "prune", "--expire=now")
    assert server.listing() == before


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
