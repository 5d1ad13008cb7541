"""Two pushes at once, each valid after the same head: both are judged sound, and the swap decides."""

import sys
from pathlib import Path

from tests.forged.ground import MAIN, ROOT, UNSEEN, Forged, Server, good, hexes, sent
from tests.forger import Act
from tests.forgeries.all import base
from tests.ledgers import git

_PROGRAM = """#!/bin/sh
"{python}" "{root}/git-ledger" "$@" || exit
unset GIT_QUARANTINE_PATH
git update-ref refs/ledger/main {other}
"""


def check(origin: Path, work: Path) -> None:
    known, other = good([Act({"hot": 1})]), hexes(base().left)
    push = Forged(
        moves=[(hexes(base().prefix), hexes(known), MAIN)],
        data=sent(known),
        code="",
        audit=UNSEEN,
        program=_PROGRAM.format(python=sys.executable, root=ROOT, other=other),
    )
    server = Server(work / "guarded.git", origin, push, guarded=True)
    answer = server.take(push)
    assert answer.refs["refs/ledger/main"].startswith("ng "), answer
    assert git(server.path, "rev-parse", "refs/ledger/main") == other
