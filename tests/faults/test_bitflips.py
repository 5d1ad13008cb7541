"""Every single-bit flip, truncation and exchange in the files of a repository: found, or without effect on the ledger.

A flip has no effect if verification finds nothing and the ledger has the same head: then every byte that it reaches
was read and hashes to its name. Which places those are is listed in ``docs/faults.md``.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from gitledger.errors import LedgerError
from gitledger.verify import verify
from tests.faults.scenes import started
from tests.faults.walk import SEED, sample
from tests.ledgers import git, open_ledger

_NO_EFFECT: Final = "no effect"
_MAY_HAVE_NONE: Final = {
    "HEAD": "names a branch, which no ledger is",
    "config": "settings that nobody asks for here, comments, white space",
    "packed-refs": "the comment in its first line",
    "ledger": "empty files of ours",
    "pack": "the number of objects and the checksum at its end, which readers of an object do not ask; unused bits of deflate",
    "idx": "checksums; the counts by first byte, where a search still comes to the same row",
    "loose": "unused bits of deflate",
}
"""The kinds of files in which a flip may go without effect, and where."""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a ledger with loose objects, packed ones, and a packed ref."""
    path = tmp_path / "repository.git"
    started(path)
    newest = max(path.glob("objects/pack/*.pack"), key=lambda pack: pack.stat().st_mtime_ns)
    data = newest.read_bytes()
    for part in newest.parent.glob(f"{newest.stem}.*"):
        part.unlink()
    git(path, "unpack-objects", "-q", data=data)
    for part in path.rglob("*"):
        part.chmod(0o755 if part.is_dir() else 0o644)
    return path


def test_flips(repository: Path) -> None:
    places = [(path, bit) for path in _files(repository) for bit in range(path.stat().st_size * 8)]

    def flip(place: tuple[Path, int]) -> str:
        path, bit = place
        data = bytearray(path.read_bytes())
        data[bit // 8] ^= 1 << bit % 8
        return _judge_with(repository, path, bytes(data))

    _count("flips", repository, [(path, flip((path, bit))) for path, bit in sample(places, 150)])


def test_truncations(repository: Path) -> None:
    places = [(path, size) for path in _files(repository) for size in range(path.stat().st_size)]
    verdicts = [(path, _judge_with(repository, path, path.read_bytes()[:size])) for path, size in sample(places, 60)]
    _count("truncations", repository, verdicts)


def test_an_object_in_the_place_of_another(repository: Path) -> None:
    loose = [path for path in _files(repository) if _kind(repository, path) == "loose"]
    verdicts = [
        (path, _judge_with(repository, path, other.read_bytes()))
        for path, other in zip(loose, loose[1:] + loose[:1], strict=True)
    ]
    assert not [path for path, verdict in verdicts if verdict == _NO_EFFECT]


def _judge_with(repository: Path, path: Path, data: bytes) -> str:
    """Return what is said of a repository in which one file holds other bytes."""
    before, original = git(repository, "rev-parse", "refs/ledger/main"), path.read_bytes()
    path.write_bytes(data)
    try:
        verdict = _verdict(repository, before)
    finally:
        path.write_bytes(original)
    return verdict


def _verdict(repository: Path, before: str) -> str:
    try:
        with open_ledger(repository) as ledger:
            report = verify(ledger)
            head = ledger.refs.read("refs/ledger/main")
    except LedgerError as error:
        return type(error).__name__
    if report.findings:
        return "findings"
    assert head is not None
    return _NO_EFFECT if head.hex() == before else "another head"


def _files(repository: Path) -> Iterator[Path]:
    return (path for path in sorted(repository.rglob("*")) if path.is_file() and not path.is_symlink())


def _kind(repository: Path, path: Path) -> str:
    name = path.relative_to(repository).as_posix()
    if name.startswith("objects/pack/"):
        return path.suffix.removeprefix(".")
    return "loose" if name.startswith("objects/") else name.partition("/")[0]


def _count(what: str, repository: Path, verdicts: list[tuple[Path, str]]) -> None:
    counts = Counter((_kind(repository, path), verdict) for path, verdict in verdicts)
    print(f"{what}, seed {SEED}:")
    for (kind, verdict), count in sorted(counts.items()):
        print(f"  {kind}: {verdict}: {count}")
    unexpected = {kind for (kind, verdict) in counts if verdict == _NO_EFFECT} - _MAY_HAVE_NONE.keys()
    assert not unexpected
    assert not [kind for (kind, verdict) in counts if verdict == "another head"]
    assert any(verdict == "findings" for _, verdict in counts)
