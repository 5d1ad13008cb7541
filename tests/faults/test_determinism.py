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


@pytest.fixture(scope="module", params=["sha1", "sha256"])
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with a ledger, of which tests take copies."""
    directory = tmp_path_factory.mktemp("started")
    path = new_repository(directory / "repository.git", request.param, "--bare", "--template=")
    assert run([*PROGRAM, "-C", path, "init"], directory).code == 0
    return path


@pytest.fixture(scope="module")
def expected(started: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], str]:
    """Make the changes in plain surroundings."""
    return _changed(started, tmp_path_factory.mktemp("expected"))


@pytest.fixture
def ready(started: Path, tmp_path: Path) -> Path:
    """Take a copy for a test of its own."""
    return copy(started, tmp_path)


def _changed(ready: Path, directory: Path, *before: str, **surroundings: str) -> tuple[list[str], str]:
    """Return the events of a copy after the same changes, and the id of its newest publication."""
    repository = copy(ready, directory)
    env = environment(**_DATES, **{"PYTHONHASHSEED": "0", **surroundings})
    append = [*before, *PROGRAM, "-C", str(repository), "append", "--rule", "set"]
    for number in range(3):
        changes = [f"--set=v/{letter}:={number}" for letter in "abcdefgh\N{LATIN SMALL LETTER DOTLESS I}\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}éß"]
        assert run([*append, *changes, "--set=x:=1.5", f"--key=k{number}"], directory, env=env).code == 0
    assert run([*append, "--delete=v/a", "--read=x", "-m", "the last one"], directory, env=env).code == 0
    return events(repository), git(repository, "rev-parse", "refs/ledger/main")


@pytest.mark.parametrize("name", _SURROUNDINGS)
def test_surroundings(started: Path, expected: tuple[list[str], str], tmp_path: Path, name: str) -> None:
    assert _changed(started, tmp_path, **_SURROUNDINGS[name]) == expected


@pytest.mark.parametrize("umask", ["000", "077"])
def test_umask(started: Path, expected: tuple[list[str], str], tmp_path: Path, umask: str) -> None:
    assert _changed(started, tmp_path, "sh", "-c", f'umask {umask}; exec "$@"', "sh") == expected


def test_objects_may_lie_loose_or_in_a_pack(ready: Path, expected: tuple[list[str], str], tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    for pack in sorted(ready.glob("objects/pack/*")):
        shutil.move(pack, tmp_path / "packs")
    for pack in sorted((tmp_path / "packs").glob("*.pack")):
        git(ready, "unpack-objects", "-q", data=pack.read_bytes())
    assert not list(ready.glob("objects/pack/*.pack"))
    (tmp_path / "changed").mkdir()
    assert _changed(ready, tmp_path / "changed") == expected


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
