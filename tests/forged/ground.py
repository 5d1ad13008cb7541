"""Servers to push to, and what a push is expected to come to.

Every directory beside this file is one forged push, or a few of one shape, by its id: its ``push.py`` says in ``pushes``
how it is built and what the gate says to it, or shows by itself in ``check`` what is no single push. All begin with the ledgers of `tests.forgeries.registry.Base`: ``main``
holds its prefix, ``left`` the left side of a merge, ``governed`` a policy.
"""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gitledger.ids import SHA1, Oid
from gitledger.ledger.checkpoint import checkpoint
from gitledger.store.base import RefUpdate
from gitledger.store.memory import MemoryObjects, MemoryRefs
from tests.forged import wire
from tests.forger import Act, Known, Lie
from tests.forgeries.all import FORGERIES, base
from tests.ledgers import ENV, git, ledger_on, new_repository, open_ledger

ROOT = Path(__file__).resolve().parents[2]
MAIN, LEFT, GOVERNED = b"refs/ledger/main", b"refs/ledger/left", b"refs/ledger/governed"
ZERO = wire.ZERO
HERE = "git itself refuses it"
"""In the place of an auditor's code: stock Git does not let the push in either."""
UNSEEN = "no ledger is touched"
"""In the place of an auditor's code: what stock Git lets in is no part of a ledger, and does no harm to one."""

COSTLY = "stock Git lets it in, at a price that a test should not pay"

Move = tuple[str, str, bytes]
"""Old id, new id, ref."""


@dataclass(frozen=True, kw_only=True)
class Forged:
    """One push.

    Attributes:
        moves: the refs that it moves.
        data: its pack, or no bytes where it only deletes.
        code: what the gate says; ``unpack`` where git refuses the pack, ``connectivity`` where it misses objects, both
            before any hook.
        audit: what `verify` finds where stock Git lets the push in, or `HERE`, `UNSEEN`, `COSTLY`.
        name: which one, where there are several.
        limited: whether it goes through ``hooks/receive-pack``.
        settings: of the server's repository.
        shallow: commits behind which the pusher's history is cut off.
        options: push options.
        prepare: what is done to the server before.
        program: a script in the place of git-ledger on the server.
    """

    moves: Sequence[Move]
    data: bytes = wire.pack([])
    code: str
    audit: str
    name: str = ""
    limited: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    shallow: Sequence[str] = ()
    options: Sequence[bytes] | None = None
    prepare: Callable[[Path], object] = str
    program: str = ""


def hexes(known: Known) -> str:
    """Return the commit of a publication as git writes it."""
    return known.commit.hex()


def sent(*known: Known) -> bytes:
    """Return a pack of what these publications, which are well formed, reach of all that the forger has made last."""
    forger, found, ahead = base().forger, set[bytes](), [one.commit for one in known]
    while ahead:
        oid = ahead.pop()
        if oid not in found and oid in forger.made:
            found.add(oid)
            one = forger.made[oid]
            ahead += {"commit": _named_by_commit, "tree": _named_by_tree, "blob": lambda _: []}[one.kind](one.data)
    return wire.pack(wire.packed(forger.made[oid].kind, forger.made[oid].data) for oid in sorted(found))


def made() -> bytes:
    """Return a pack of all that the forger has made last."""
    return wire.pack(wire.packed(one.kind, one.data) for one in base().forger.made.values())


def forgery(name: str, code: str, *, audited: str = "", **options: Any) -> Forged:
    """Return the push of a listed forgery, which verification reports by ``code``, too, unless something else is said."""
    forged = FORGERIES[name]
    assert code in forged.expected
    known = base().publish(forged.scenario, forged.lies, forged.at)
    return Forged(
        moves=[_move(forged.scenario, known)], data=made(), code=code, audit=audited or code, name=name, **options
    )


def lie(name: str, code: str, stage: str, change: Lie, *, audited: str = "", **options: Any) -> Forged:
    """Return the push of the publication ``group`` with one lie; an auditor finds the same, unless it is said."""
    known = base().publish("group", {stage: change}, 1)
    return Forged(moves=[_move("group", known)], data=made(), code=code, audit=audited or code, name=name, **options)


def good(acts: Sequence[Act] | None = None, parent: Known | None = None) -> Known:
    """Make an honest publication: the group on ``main``, or other events on another parent."""
    base().forger.made.clear()
    return base().forger.publish([parent or base().prefix], acts or base().group)


def checkpoint_of(known: Known, name: str) -> tuple[int, bytes]:
    """Make a checkpoint of a publication for a ledger of this name; return its size and its tag."""
    objects, refs = MemoryObjects(SHA1), MemoryRefs()
    objects.write([*base().made.values(), *base().forger.made.values()])
    ledger = ledger_on(objects, refs, name)
    refs.update([RefUpdate(f"refs/ledger/{name}", None, Oid(known.commit))])
    kept = checkpoint(ledger)
    return kept.checkpoint.size, base().forger.put("tag", objects.read(kept.tag).data)


def _named_by_commit(data: bytes) -> list[bytes]:
    links = (line.split(b" ") for line in data.partition(b"\n\n")[0].splitlines())
    return [bytes.fromhex(link[1].decode()) for link in links if link[0] in (b"tree", b"parent")]


def _named_by_tree(data: bytes) -> list[bytes]:
    found = []
    while data:
        _, _, rest = data.partition(b"\0")
        found.append(rest[:20])
        data = rest[20:]
    return found


def _move(scenario: str, known: Known) -> Move:
    old, ref = {
        "genesis": (ZERO, b"refs/ledger/new"),
        "group": (hexes(base().prefix), MAIN),
        "merge": (hexes(base().left), LEFT),
        "governed": (hexes(base().governed), GOVERNED),
    }[scenario]
    return old, hexes(known), ref


def template(directory: Path) -> Path:
    """Make the repository that every push begins with, and return its path."""
    path = new_repository(directory / "template.git", "sha1", "--bare", "--template=")
    with open_ledger(path) as ledger:
        ledger.objects.write(list(base().made.values()))
        ledger.refs.update(
            [
                RefUpdate("refs/ledger/main", None, Oid(base().prefix.commit)),
                RefUpdate("refs/ledger/prefix", None, Oid(base().prefix.commit)),
                RefUpdate("refs/ledger/left", None, Oid(base().left.commit)),
                RefUpdate("refs/ledger/governed", None, Oid(base().governed.commit)),
            ]
        )
    return path


class Server:
    """A copy of the template that is pushed to.

    Args:
        path: where it goes.
        origin: the template.
        push: what is going to be pushed.
        guarded: whether the gate is in front of it.
    """

    def __init__(self, path: Path, origin: Path, push: Forged, *, guarded: bool) -> None:
        self.path = path
        shutil.copytree(origin, path)
        for key, value in push.settings.items():
            git(path, "config", key, value)
        self._env = dict(ENV)
        self._command: Sequence[str] = ("git", "receive-pack")
        if guarded:
            tools = path.parent / "tools"
            tools.mkdir(exist_ok=True)
            program = tools / "git-ledger"
            program.write_text(push.program or f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "git-ledger"}" "$@"\n')
            program.chmod(0o755)
            (path / "hooks").mkdir()
            hook = Path(shutil.copy(ROOT / "hooks" / "pre-receive", path / "hooks"))
            # By its whole name, as it is installed: a search along PATH might find another.
            hook.write_text(hook.read_text().replace("program=git-ledger\n", f"program='{program}'\n"))
            if push.limited:
                self._command = [str(ROOT / "hooks" / "receive-pack")]
        push.prepare(path)

    def take(self, push: Forged, meanwhile: Callable[[int], object] = bool) -> wire.Answer:
        """Receive a push; ``meanwhile`` is told the id of the process that does."""
        return wire.push(
            self.path,
            push.moves,
            push.data,
            env=self._env,
            command=self._command,
            shallow=push.shallow,
            options=push.options,
            meanwhile=meanwhile,
        )

    def listing(self) -> dict[str, bytes]:
        """Return every file of the repository that holds an object or a ref, with the bytes of the refs."""
        files = (path for path in self.path.rglob("*") if path.is_file() or path.is_dir())
        kept = (path for path in files if path.relative_to(self.path).parts[0] in ("objects", "refs", "packed-refs"))
        return {str(path): path.read_bytes() if path.is_file() else b"" for path in kept}
