"""The doctor: a sound repository has no faults, each fault is found by its code, and what has a remedy is mended by it."""

import json
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gitledger.store.open import find_repository
from gitledger.store.pack_writer import PackWriter
from tests.cli.console import ROOT, Console
from tests.ledgers import ENV, git

MAIN = "refs/ledger/main"
HOURS_AGO = time.time() - 3 * 3600


def must(console: Console, command: str) -> str:
    printed = console.run(command)
    assert printed.code == 0, f"{command}: {printed.stderr}"
    return printed.stdout.strip()


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a server and a bare repository with a ledger of five events, and a checkpoint."""
    work = tmp_path_factory.mktemp("ready")
    console = Console(work, work / "tools")
    must(console, "git init -q --bare -b main server.git")
    must(console, "git init -q --bare -b main ada.git")
    must(console, "git -C ada.git remote add origin ../server.git")
    must(console, "git-ledger -C ada.git init")
    for number in range(4):
        must(console, f"git-ledger -C ada.git append --rule r --set a/b:={number}")
    must(console, "git-ledger -C ada.git checkpoint")
    must(console, "git-ledger -C ada.git push")
    return work


@pytest.fixture
def console(ready: Path, tmp_path: Path) -> Console:
    """Return a console beside a copy of both."""
    console = Console(Path(shutil.copytree(ready, tmp_path / "work")), tmp_path / "tools")
    # Locks are old by the clock of the system, not by the fixed date of other tests.
    del console.env["GIT_COMMITTER_DATE"]
    return console


def examine(console: Console, *options: str) -> dict[str, dict[str, Any]]:
    """Return the faults that the doctor finds, by code."""
    printed = console.run(" ".join(["git-ledger -C ada.git --json doctor", *options]))
    faults = [json.loads(line) for line in printed.stdout.splitlines()]
    assert printed.code == int(any(not fault["fixed"] for fault in faults)), printed
    return {fault["code"]: fault for fault in faults}


def place(console: Console) -> Path:
    return console.directory / "ada.git"


def old(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (HOURS_AGO, HOURS_AGO))


def test_a_sound_repository_has_no_faults(console: Console) -> None:
    assert must(console, "git-ledger -C ada.git doctor") == "sound: 0 faults, 0 fixed"
    must(console, "git-ledger -C ada.git gc")
    assert examine(console) == {}


def stale_lease(path: Path) -> None:
    writer = PackWriter(find_repository(path, ENV))
    writer._take_lease(min((path / "objects/pack").glob("*.pack")))
    os.close(writer._leases.pop().descriptor or -1)


def copied_by_a_synchroniser(path: Path) -> None:
    name = path / f"{MAIN}.sync-conflict-20260101-120000-abcdefg"
    name.write_text(git(path, "rev-parse", f"{MAIN}~1") + "\n")


def flip_in_the_commit_graph(path: Path) -> None:
    git(path, "commit-graph", "write", "--reachable")
    file = path / "objects/info/commit-graph"
    data = bytearray(file.read_bytes())
    data[-30] ^= 1
    file.chmod(0o644)
    file.write_bytes(data)


def flip_in_the_pack_index(path: Path) -> None:
    git(path, "multi-pack-index", "write")
    file = path / "objects/pack/multi-pack-index"
    data = bytearray(file.read_bytes())
    data[-30] ^= 1
    file.chmod(0o644)
    file.write_bytes(data)


def mute_hook(path: Path) -> None:
    (path / "hooks").mkdir(exist_ok=True)
    (path / "hooks/pre-receive").write_text("#!/bin/sh\nprogram=git-ledger\n")


def lie_in_the_catalog(path: Path) -> None:
    console = Console(path.parent, path.parent.parent / "tools")
    must(console, f"git-ledger -C {path.name} show #2")
    with closing(sqlite3.connect(path / "ledger/main.catalog")) as catalog, catalog:
        assert catalog.execute("UPDATE event SET number = 4 WHERE number = 3").rowcount == 1


def break_the_catalog(path: Path) -> None:
    lie_in_the_catalog(path)
    (path / "ledger/main.catalog").write_bytes(b"no database" * 100)


MENDABLE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a lock": ("lock", lambda path: old(path / f"{MAIN}.lock")),
    "a lock of the cut": ("lock", lambda path: old(path / "shallow.lock")),
    "a temporary pack": ("garbage", lambda path: old(path / "objects/pack/tmp_pack_x1y2z3")),
    "a pack of half a repack": ("garbage", lambda path: old(path / "objects/pack/.tmp-77-pack-0f.pack")),
    "a pack without an index": ("garbage", lambda path: old(path / f"objects/pack/pack-{'0f' * 20}.pack")),
    "a lease": ("lease", stale_lease),
    "half a prune": ("prune-left", lambda path: (path / "ledger/pruning").touch()),
    "a copy of a ref": ("ref-name", copied_by_a_synchroniser),
    "a remote that is gone": (
        "tracking-left", lambda path: git(path, "update-ref", "refs/ledger-remotes/gone/main", MAIN),
    ),
    "a refspec that is missing": (
        "setting-missing", lambda path: git(path, "config", "--unset-all", "remote.origin.fetch", "refs/ledger"),
    ),
    "a refspec that overwrites": (
        "setting-harms", lambda path: git(path, "config", "--add", "remote.origin.fetch", "+refs/ledger/*:refs/ledger/*"),
    ),
    "a refspec that pushes": (
        "setting-harms", lambda path: git(path, "config", "--add", "remote.origin.push", "refs/ledger/*"),
    ),
    "a commit graph that is wrong": ("commit-graph", flip_in_the_commit_graph),
    "an index over packs that is wrong": ("pack-index", flip_in_the_pack_index),
    "a catalog that lies": ("catalog", lie_in_the_catalog),
    "a catalog that is broken": ("catalog", break_the_catalog),
    "a hook that cannot be executed": ("hook", mute_hook),
}  # fmt: skip


@pytest.mark.parametrize("name", MENDABLE)
def test_what_has_a_remedy_is_said_then_mended(console: Console, name: str) -> None:
    code, harm = MENDABLE[name]
    harm(place(console))
    before = git(place(console), "rev-parse", MAIN)
    found = examine(console)
    if code == "pack-index":
        # What is read by an index that is wrong seems corrupt or gone, whichever object the flip has hit.
        assert code in found
    else:
        assert found.keys() == {code}
    assert found[code]["remedy"]
    if name != "a catalog that is broken":  # whoever opens one of those removes it
        assert examine(console) == found, "examining has changed something"
        assert examine(console, "--fix")[code]["fixed"]
    assert examine(console) == {}
    assert git(place(console), "rev-parse", MAIN) == before


def truncate_ref(path: Path) -> None:
    (path / MAIN).write_text("")


def lose_an_object(path: Path) -> None:
    lost = git(path, "rev-parse", f"{MAIN}~1:state/a/b")
    keep = git(path, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    git(path, "pack-objects", "-q", "objects/pack/pack", data="\n".join(one for one in keep if one != lost).encode())
    new = max((path / "objects/pack").glob("*.pack"), key=lambda one: one.stat().st_mtime_ns)
    for file in (path / "objects/pack").iterdir():
        if file.stem != new.stem:
            file.unlink()


def roll_back(path: Path) -> None:
    git(path, "update-ref", MAIN, f"{MAIN}~2")


def lonely_copy(path: Path) -> None:
    """A copy of a ref whose events no ledger has: to delete it would lose them."""
    (path / f"{MAIN}.sync-conflict-1").write_text(git(path, "rev-parse", MAIN) + "\n")
    git(path, "update-ref", MAIN, f"{MAIN}~1")


def lost_program(path: Path) -> None:
    (path / "hooks").mkdir(exist_ok=True)
    (path / "hooks/pre-receive").write_text("#!/bin/sh\nprogram='/nowhere/git-ledger'\n")
    (path / "hooks/pre-receive").chmod(0o755)


OTHERS: dict[str, tuple[set[str], Callable[[Path], object]]] = {
    "a ref without an id": ({"ref-damaged"}, truncate_ref),
    "an object that is missing": ({"object-missing", "parent"}, lose_an_object),
    "a ledger that was rolled back": ({"rollback"}, roll_back),
    "a copy that has events of its own": ({"ref-name", "rollback"}, lonely_copy),
    "an alternate that is gone": (
        {"alternate"},
        lambda path: old(path / "objects/info/alternates", "/nowhere/objects\n"),
    ),
    "a hook whose program is gone": ({"hook"}, lost_program),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_only_people_can_mend_is_left_to_them(console: Console, name: str) -> None:
    codes, harm = OTHERS[name]
    harm(place(console))
    found = examine(console, "--fix")
    assert found.keys() <= codes
    assert found
    assert not any(fault["remedy"] for fault in found.values())


def test_every_code_stands_on_the_page() -> None:
    sources = [*(ROOT / "gitledger/retention").glob("check_*.py"), ROOT / "gitledger/retention/doctor.py"]
    used = {code for source in sources for code in re.findall(r'(?:code=|_removable\()"([a-z-]+)"', source.read_text())}
    page = (ROOT / "docs/git-ledger-doctor.md").read_text()
    assert used == set(re.findall(r"^\| `([a-z][a-z-]+)` \|", page, re.MULTILINE))


def test_without_ledgers_there_is_nothing_to_say(tmp_path: Path) -> None:
    console = Console(tmp_path, tmp_path / "tools")
    must(console, "git init -q ada.git")
    must(console, "git -C ada.git remote add origin elsewhere")
    assert examine(console) == {}


def test_what_is_at_work_is_left_alone(console: Console) -> None:
    for name in (f"{MAIN}.lock", "shallow.lock", "objects/pack/tmp_pack_x"):
        (place(console) / name).touch()
    assert examine(console, "--fix") == {}
    assert (place(console) / f"{MAIN}.lock").exists()


def test_people_see_what_will_be_done_before_it_is(console: Console) -> None:
    old(place(console) / "shallow.lock")
    printed = console.run("git-ledger -C ada.git doctor")
    assert "    fix: rm " in printed.stdout
    assert printed.stderr == "hint: git ledger doctor --fix does what stands behind fix:\n"
    told = must(console, "git-ledger -C ada.git doctor --fix").splitlines()
    assert told[0].startswith("fixing ")
    assert told[-1] == "sound: 1 fault, 1 fixed"
