"""Many clones that push after every append: each event gets to the server, and all clones meet.

``GIT_LEDGER_FULL=1`` runs eight clones with fifty appends each, which takes minutes; else four with five.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from gitledger.ledger.init import init
from gitledger.ledger.log import log
from gitledger.store.open import find_repository
from gitledger.store.transport import Remote
from gitledger.sync.fetch import fetch
from gitledger.sync.pull import pull
from gitledger.sync.push import push
from tests.ledgers import ENV, assert_sound, by, git, new_repository, open_ledger, write

CLONES, APPENDS = (8, 50) if os.environ.get("GIT_LEDGER_FULL") == "1" else (4, 5)
TOTAL: Final = CLONES * APPENDS


def remote(path: Path) -> Remote:
    """Return the remote of a clone."""
    return Remote("origin", find_repository(path, ENV), path, ENV, is_watched=False)


def work(path: Path) -> None:
    """Append and push, again and again."""
    with open_ledger(path) as ledger:
        mine = by(path.name.capitalize(), ledger)
        for number in range(APPENDS):
            write(mine, **{f"{path.name}__{number}": number})
            assert [one.outcome for one in push([mine], remote(path))] == ["pushed"]


def test_nothing_is_lost_when_all_push_at_once(tmp_path: Path) -> None:
    server = new_repository(tmp_path / "server.git", "sha1", "--bare")
    paths = [new_repository(tmp_path / f"clone{number}") for number in range(CLONES)]
    for path in paths:
        git(path, "remote", "add", "origin", str(server))
        with open_ledger(path) as ledger:
            if path is paths[0]:
                init(ledger)
                list(push([ledger], remote(path)))
            else:
                fetch(ledger.refs, remote(path))
                pull(ledger, "origin")
    with ThreadPoolExecutor(CLONES) as pool:
        list(pool.map(work, paths))
    heads = {git(server, "rev-parse", "refs/ledger/main")}
    for path in paths:
        with open_ledger(path) as ledger:
            fetch(ledger.refs, remote(path))
            assert pull(ledger, "origin").outcome in ("up-to-date", "fast-forward")
        heads.add(git(path, "rev-parse", "refs/ledger/main"))
    assert len(heads) == 1
    with open_ledger(server) as ledger:
        written = [name for one in log(ledger) for name in one.event.writeset]
        assert sorted(written) == sorted(f"{path.name}/{number}" for path in paths for number in range(APPENDS))
        assert_sound(ledger, TOTAL + 1)
