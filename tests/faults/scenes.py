"""What is interrupted: for each verb that writes, a repository that is ready for it and the command."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.faults.program import LIBRARY, PROGRAM, run
from tests.ledgers import git, new_repository

_LINES: Final = 40
"""How many changes the batch of the command line has: all of them are acknowledged together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One command on one kind of repository.

    Attributes:
        name: of the verb.
        prepare: makes the repository at a path.
        command: what is run, without the repository.
        stdin: its standard input.
        ref: what its answer promises, where that is no event: this ref.
    """

    name: str
    prepare: Callable[[Path], None]
    command: tuple[str, ...]
    stdin: str = ""
    ref: str = ""

    def on(self, repository: Path) -> list[str]:
        """Return the command line for one repository."""
        where = ["-C", str(repository)] if self.command[: len(PROGRAM)] == PROGRAM else [str(repository)]
        return [*self.command[:3], *where, *self.command[3:]]


def started(path: Path) -> None:
    """Make a repository whose ledger has four events in three packs and whose ref is packed."""
    _bare(path)
    ask(path, "init")
    ask(path, "append", "--rule", "set", "--set", "a=1")
    ask(path, "append", "--batch", "-", stdin=_lines(2, "before"))
    git(path, "pack-refs", "--all")


def ask(repository: Path, *arguments: str, stdin: str = "") -> list[str]:
    """Run a command line on a repository, which must succeed; return the ids that it prints."""
    answer = run([*PROGRAM, "-C", str(repository), *arguments], repository.parent, stdin=stdin)
    assert answer.code == 0, answer
    return answer.acknowledged


def copy(repository: Path, directory: Path) -> Path:
    """Return a copy of a repository in a directory."""
    return Path(shutil.copytree(repository, directory / "repository.git", symlinks=True))


def _bare(path: Path, *options: str) -> None:
    new_repository(path, "sha1", "--bare", "--template=", *options)


def _in_a_reftable(path: Path) -> None:
    """Make a repository whose next move of a ref makes git compact the tables, too."""
    _bare(path, "--ref-format=reftable")
    ask(path, "init")
    ask(path, "append", "--rule", "set", "--set", "a=1")
    git(path, "pack-refs", "--all")


def _two_ledgers(path: Path) -> None:
    started(path)
    head = git(path, "rev-parse", "refs/ledger/main")
    git(path, "update-ref", "refs/ledger/side", head)
    ask(path, "append", "--rule", "set", "--set", "left=1")
    ask(path, "--ledger", "side", "append", "--rule", "set", "--set", "right=1")


def _with_history(path: Path) -> None:
    _bare(path)
    ask(path, "init")
    parent: Sequence[str] = ()
    for number in range(4):
        blob = git(path, "hash-object", "-w", "--stdin", data=b"%d" % number)
        tree = git(path, "mktree", data=f"100644 blob {blob}\tfile-{number}\n".encode())
        commit = git(path, "commit-tree", tree, "-m", f"commit {number}", *parent)
        parent = ("-p", commit)
    git(path, "update-ref", "refs/heads/main", parent[1])


def _lines(count: int, prefix: str) -> str:
    changes = ({"rule": "set", "set": {f"{prefix}/{n}": n}, "key": f"{prefix}-{n}"} for n in range(count))
    return "".join(json.dumps(one) + "\n" for one in changes)


APPEND: Final = Scene(
    name="append", prepare=started, command=(*PROGRAM, "append", "--rule", "set", "--set", "n=1", "--key", "k")
)
BATCH: Final = Scene(
    name="batch", prepare=started, command=(*PROGRAM, "append", "--batch", "-"), stdin=_lines(_LINES, "batch")
)
SCENES: Final = (
    APPEND,
    BATCH,
    Scene(name="batch in small publications", prepare=started, command=(*LIBRARY, "batch")),
    Scene(name="merge", prepare=_two_ledgers, command=(*PROGRAM, "merge", "side")),
    Scene(name="checkpoint", prepare=started, command=(*PROGRAM, "checkpoint"), ref="refs/ledger-checkpoint/main/4"),
    Scene(name="consolidation", prepare=started, command=(*LIBRARY, "consolidate"), ref="refs/ledger/main"),
    Scene(name="init", prepare=_bare, command=(*PROGRAM, "init")),
    Scene(name="import-git", prepare=_with_history, command=(*PROGRAM, "import-git", "main")),
)
IN_A_REFTABLE: Final = Scene(name="append in a reftable", prepare=_in_a_reftable, command=APPEND.command)
"""For a git that knows reftables; 2.39 does not."""
