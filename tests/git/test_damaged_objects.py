"""Objects of a publication that are gone, or whose bytes changed on the disk, loose and packed: named where they belong."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from gitledger.ids import Oid
from gitledger.store.base import RefUpdate
from gitledger.verify import verify
from tests.forgeries.all import base
from tests.forgeries.derived import EVALUATE, SECOND
from tests.ledgers import git, new_repository, open_ledger, write

PLACES = [
    "",
    "envelope",
    "events",
    "events/0001",
    "deltas",
    "deltas/0001",
    "rules",
    f"rules/{EVALUATE}",
    "keys",
    "segments",
    "segments/*",
    "state",
    "state/model",
    "state/model/loss",
    f"state/wide/~~{sha256(b'new').hexdigest()[0]}",
    "index",
    "index/model/~loss",
    "log",
    "log/head",
    "log/tile/0",
    "log/tile/0/000",
]
"""One object of every kind, by its path in the publication; the first is its tree."""


class Damaged:
    """A repository in which one object after the other is damaged, and mended again.

    Attributes:
        commit: the publication that it is about, on a trusted prefix and behind an honest one.
    """

    def __init__(self, path: Path) -> None:
        self.path = new_repository(path, "sha1", "--bare")
        known = base().publish("group")
        self.commit = known.commit.hex()
        with open_ledger(path) as ledger:
            ledger.objects.write(list((base().made | base().forger.made).values()))
            for name, oid in (("prefix", base().prefix.commit), ("main", known.commit)):
                ledger.refs.update([RefUpdate(f"refs/ledger/{name}", None, Oid(oid))])
            write(ledger, hot="later")

    def resolve(self, place: str) -> tuple[str, str]:
        """Return the path of a place, and the id of the object there."""
        if place.endswith("*"):
            place = git(self.path, "ls-tree", "--name-only", self.commit, place.removesuffix("*")).split()[0]
        return place, git(self.path, "rev-parse", f"{self.commit}:{place}")

    def findings(self) -> list[tuple[str, str]]:
        """Return code and place of every finding after the prefix."""
        with open_ledger(self.path) as ledger:
            report = verify(ledger, since="prefix")
        assert not report.ok
        return [(finding.code, finding.where) for finding in report.findings]


@contextmanager
def changed(file: Path, change: Callable[[bytearray], None] | None) -> Iterator[None]:
    """Change the bytes of a file, or remove it, for a while."""
    before = file.read_bytes()
    file.unlink()
    if change:
        after = bytearray(before)
        change(after)
        file.write_bytes(after)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        file.write_bytes(before)


@pytest.fixture(scope="module")
def loose(tmp_path_factory: pytest.TempPathFactory) -> Damaged:
    """Make a repository with every object in a file of its own."""
    damaged = Damaged(tmp_path_factory.mktemp("loose") / "repository")
    for pack in list((damaged.path / "objects" / "pack").glob("*.pack")):
        data = pack.read_bytes()
        for part in (pack, pack.with_suffix(".idx")):
            part.unlink()
        git(damaged.path, "unpack-objects", "-q", data=data)
    return damaged


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Damaged:
    """Make a repository with all objects whole in one pack."""
    damaged = Damaged(tmp_path_factory.mktemp("packed") / "repository")
    git(damaged.path, "repack", "-adfq", "--depth=0", "--window=0")
    return damaged


def check(damaged: Damaged, code: str, path: str) -> None:
    """Demand that the damage is named, and nothing else but that something behind it cannot be judged."""
    first, *others = damaged.findings()
    assert first == (code, f"{damaged.commit}:{path}" if path else damaged.commit)
    assert {one for one, _ in others} <= {"parent"}
    assert not any(where.startswith(damaged.commit) for _, where in others)


@pytest.mark.parametrize("place", PLACES)
def test_a_missing_object(loose: Damaged, place: str) -> None:
    path, oid = loose.resolve(place)
    with changed(loose.path / "objects" / oid[:2] / oid[2:], None):
        check(loose, "object-missing", path)


@pytest.mark.parametrize("place", PLACES)
def test_a_bit_of_a_loose_object(loose: Damaged, place: str) -> None:
    path, oid = loose.resolve(place)

    def flip(data: bytearray) -> None:
        data[len(data) // 2] ^= 4

    with changed(loose.path / "objects" / oid[:2] / oid[2:], flip):
        check(loose, "object-corrupt", path)


@pytest.mark.parametrize("place", PLACES)
def test_a_loose_object_under_another_s_name(loose: Damaged, place: str) -> None:
    path, oid = loose.resolve(place)
    other = git(loose.path, "hash-object", "-w", "--stdin", data=b"foreign")
    foreign = (loose.path / "objects" / other[:2] / other[2:]).read_bytes()

    def replace(data: bytearray) -> None:
        data[:] = foreign

    with changed(loose.path / "objects" / oid[:2] / oid[2:], replace):
        check(loose, "object-corrupt", path)


@pytest.mark.parametrize("place", PLACES)
def test_a_bit_of_a_packed_object(packed: Damaged, place: str) -> None:
    path, oid = packed.resolve(place)
    [pack] = (packed.path / "objects" / "pack").glob("*.pack")
    rows = [row.split() for row in git(packed.path, "show-index", data=pack.with_suffix(".idx").read_bytes()).splitlines()]
    starts = sorted(int(row[0]) for row in rows)
    start = next(int(row[0]) for row in rows if row[1] == oid)
    end = [*starts, pack.stat().st_size - 20][starts.index(start) + 1]

    def flip(data: bytearray) -> None:
        data[(start + end) // 2] ^= 4

    with changed(pack, flip):
        check(packed, "object-corrupt", path)


def test_a_missing_commit_ends_what_can_be_judged(loose: Damaged) -> None:
    with changed(loose.path / "objects" / loose.commit[:2] / loose.commit[2:], None):
        head = git(loose.path, "rev-parse", "refs/ledger/main")
        assert loose.findings() == [("object-missing", loose.commit), ("parent", head)]


def test_an_event_that_two_places_name_is_named_once(loose: Damaged) -> None:
    path, oid = loose.resolve(f"keys/{SECOND}")
    with changed(loose.path / "objects" / oid[:2] / oid[2:], None):
        assert loose.findings() == [("object-missing", f"{loose.commit}:events/0001")]
    assert path
