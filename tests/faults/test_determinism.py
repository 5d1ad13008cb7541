"""The same changes make the same events and the same state, whatever surrounds the program and whoever merges first."""

import shutil
from itertools import permutations
from pathlib import Path

import pytest

from gitledger.ids import parse_ledger_name
from gitledger.ledger.merge import branch, merge
from tests.faults.laws import events
from tests.faults.program import PROGRAM, environment, run
from tests.faults.scenes import copy
from tests.ledgers import assert_sound, git, named, new_repository, open_ledger, write

_DATES = {"GIT_AUTHOR_DATE": "1767225600 +0000", "GIT_COMMITTER_DATE": "1767225600 +0000"}
_SURROUNDINGS = {
    "another hash seed": {"PYTHONHASHSEED": "1"},
    "one more hash seed": {"PYTHONHASHSEED": "4294967295"},
    "another locale": {"LC_ALL": "C"},
    "a Turkish locale": {"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"},
    "the first time zone": {"TZ": "Pacific/Kiritimati"},
    "a time zone with seconds": {"TZ": "LMT-1:23:45"},
    "no assertions": {"PYTHONOPTIMIZE": "2"},
}


@pytest.fixture(params=["sha1", "sha256"])
def ready(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = new_repository(tmp_path / "ready.git", request.param, "--bare", "--template=")
    assert run([*PROGRAM, "-C", path, "init"], tmp_path).code == 0
    return path


def _changed(ready: Path, directory: Path, *before: str, **surroundings: str) -> tuple[list[str], str]:
    """Return the events of a copy after the same changes, and the id of its newest publication."""
    directory.mkdir()
    repository = copy(ready, directory)
    env = environment(**_DATES, **{"PYTHONHASHSEED": "0", **surroundings})
    append = [*before, *PROGRAM, "-C", str(repository), "append", "--rule", "set"]
    for number in range(3):
        changes = [f"--set=v/{letter}:={number}" for letter in "abcdefgh\N{LATIN SMALL LETTER DOTLESS I}\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}éß"]
        assert run([*append, *changes, "--set=x:=1.5", f"--key=k{number}"], directory, env=env).code == 0
    assert run([*append, "--delete=v/a", "--read=x", "-m", "the last one"], directory, env=env).code == 0
    return events(repository), git(repository, "rev-parse", "refs/ledger/main")


@pytest.mark.parametrize("name", _SURROUNDINGS)
def test_surroundings(ready: Path, tmp_path: Path, name: str) -> None:
    assert _changed(ready, tmp_path / "one", **_SURROUNDINGS[name]) == _changed(ready, tmp_path / "two")


@pytest.mark.parametrize("umask", ["000", "077"])
def test_umask(ready: Path, tmp_path: Path, umask: str) -> None:
    found = _changed(ready, tmp_path / "one", "sh", "-c", f'umask {umask}; exec "$@"', "sh")
    assert found == _changed(ready, tmp_path / "two")


def test_objects_may_lie_loose_or_in_a_pack(ready: Path, tmp_path: Path) -> None:
    found = _changed(ready, tmp_path / "one")
    (tmp_path / "packs").mkdir()
    for pack in sorted(ready.glob("objects/pack/*")):
        shutil.move(pack, tmp_path / "packs")
    for pack in sorted((tmp_path / "packs").glob("*.pack")):
        git(ready, "unpack-objects", "-q", data=pack.read_bytes())
    assert not list(ready.glob("objects/pack/*.pack"))
    assert _changed(ready, tmp_path / "two") == found


def test_merge_order(ready: Path) -> None:
    names = ["one", "two", "three"]
    with open_ledger(ready) as main:
        write(main, base=1)
        sides = []
        for name in names:
            branch(main, parse_ledger_name(name))
            sides.append(named(name, main))
        for number, side in enumerate(sides):
            write(side, **{f"{side.name}__{n}": n for n in range(number + 1)})
        for first, second in permutations(names[:2]):
            branch(named(first, main), parse_ledger_name(f"{first}-{second}"))
            merge(named(f"{first}-{second}", main), parse_ledger_name(second))
        assert len({_heads(ready, f"{first}-{second}")[0] for first, second in permutations(names[:2])}) == 1
        orders = ["-".join(order) for order in permutations(names)]
        for order in orders:
            first, *others = order.split("-")
            branch(named(first, main), parse_ledger_name(f"all-{order}"))
            joined = named(f"all-{order}", main)
            for other in others:
                merge(joined, parse_ledger_name(other))
            assert_sound(joined)
    assert len({_heads(ready, f"all-{order}")[1] for order in orders}) == 1


def _heads(repository: Path, name: str) -> tuple[str, str]:
    """Return the events directory and the state of a ledger's newest publication, as tree ids."""
    head = f"refs/ledger/{name}:"
    return git(repository, "rev-parse", f"{head}events"), git(repository, "rev-parse", f"{head}state")
