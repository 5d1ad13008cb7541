from collections.abc import Sequence
from functools import cache

import pytest

from gitledger.errors import DamageError, FormatError
from gitledger.model.merkle import Frontier, leaf_hash
from gitledger.model.tile import (
    TILE_BYTES,
    HashReader,
    Tile,
    TiledLog,
    extend,
    parse_tile_path,
    stored_hashes,
    tile_path,
    tile_root,
)
from tests.rfc6962 import Oracle

LEAVES = [n.to_bytes(3, "big") for n in range(66_100)]
TREE = Oracle(LEAVES)


@cache
def hashed() -> list[bytes]:
    return [leaf_hash(leaf) for leaf in LEAVES]


def frontier_of(size: int) -> Frontier:
    return Frontier(size=size, hashes=TREE.frontier(size))


def no_read(level: int, start: int, stop: int) -> bytes:
    raise AssertionError(f"hashes {start} to {stop - 1} of level {level} were read")


class Stored:
    """A log as a repository holds it; remembers what was read."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.reads: list[tuple[str, int, int]] = []

    def reader(self) -> HashReader:
        return stored_hashes(self.size, tile=self.tile, leaves=self.leaves)

    def tile(self, level: int, index: int) -> bytes:
        assert (index + 1) * 256 ** (level + 1) <= self.size
        self.reads.append(("tile", level, index))
        return TREE.hashes(level, index * 256, index * 256 + 256)

    def leaves(self, start: int, stop: int) -> bytes:
        assert self.size - self.size % 256 <= start <= stop <= self.size
        self.reads.append(("leaves", start, stop))
        return TREE.hashes(0, start, stop)


def expected_tiles(old: int, new: int) -> list[Tile]:
    return [
        Tile(level, index, TREE.hashes(level, index * 256, index * 256 + 256))
        for level in range(3)
        for index in range(old // 256 ** (level + 1), new // 256 ** (level + 1))
    ]


@pytest.mark.parametrize("steps", [(66_000,), (1, 254, 1, 1), (256, 256), (255, 2, 510, 65_000), (0, 300, 0)])
def test_a_log_grown_from_nothing_reads_nothing(steps: Sequence[int]) -> None:
    log, size = TiledLog(frontier=Frontier()), 0
    for step in steps:
        log, tiles = extend(log, hashed()[size : size + step], no_read)
        assert tiles == expected_tiles(size, size + step)
        size += step
        assert log.frontier == frontier_of(size)


@pytest.mark.parametrize(
    ("size", "step", "reads"),
    [
        (300, 200, []),
        (512, 256, []),
        (300, 212, [("leaves", 256, 300)]),
        (300, 1000, [("leaves", 256, 300)]),
        (65_530, 6, [("leaves", 65_280, 65_530), *(("tile", 0, n) for n in range(255))]),
        (65_536, 500, []),
    ],
)
def test_a_log_opened_cold_reads_the_tails_of_the_tiles_that_it_completes(
    size: int, step: int, reads: list[tuple[str, int, int]]
) -> None:
    stored = Stored(size)
    log, tiles = extend(TiledLog(frontier=frontier_of(size)), hashed()[size : size + step], stored.reader())
    assert log.frontier == frontier_of(size + step)
    assert tiles == expected_tiles(size, size + step)
    assert stored.reads == reads


def test_only_what_came_before_the_log_was_opened_is_read() -> None:
    stored = Stored(300)
    log = TiledLog(frontier=frontier_of(300))
    for size in range(300, 512, 53):
        log, tiles = extend(log, hashed()[size : size + 53], stored.reader())
        assert tiles == expected_tiles(size, size + 53)
    assert stored.reads == [("leaves", 256, 300)]


def test_above_level_0_too_only_what_came_before_the_log_was_opened_is_read() -> None:
    stored = Stored(65_000)
    log = TiledLog(frontier=frontier_of(65_000))
    for size in (65_000, 65_300):
        log, tiles = extend(log, hashed()[size : size + 300], stored.reader())
        assert tiles == expected_tiles(size, size + 300)
    assert log.frontier == frontier_of(65_600)
    assert stored.reads == [("leaves", 64_768, 65_000), *(("tile", 0, n) for n in range(253))]


def test_what_was_read_once_is_known_from_then_on() -> None:
    log, _ = extend(TiledLog(frontier=frontier_of(300)), hashed()[300:520], Stored(300).reader())
    for size in range(520, 1100, 20):
        log, tiles = extend(log, hashed()[size : size + 20], no_read)
        assert tiles == expected_tiles(size, size + 20)


@pytest.mark.parametrize("tail", [bytes(44 * 32), TREE.hashes(0, 256, 299), TREE.hashes(0, 256, 301), b""])
def test_a_tail_that_is_not_that_of_the_frontier_is_damage(tail: bytes) -> None:
    with pytest.raises(DamageError, match="hashes 256 to 299 of level 0"):
        extend(TiledLog(frontier=frontier_of(300)), hashed()[300:600], lambda *_: tail)


@pytest.mark.parametrize("width", [1, 2, 4, 128, 256])
def test_the_root_of_a_row_is_that_of_its_subtree(width: int) -> None:
    assert tile_root(TREE.hashes(0, 512, 512 + width)) == TREE.root(512, 512 + width)


@pytest.mark.parametrize(
    ("level", "start", "stop", "reads"),
    [
        (0, 10, 12, [("tile", 0, 0)]),
        (0, 65_535, 65_536, [("tile", 0, 255)]),
        (0, 66_048, 66_050, [("leaves", 66_048, 66_050)]),
        (1, 3, 5, [("tile", 1, 0)]),
        (1, 256, 258, [("tile", 0, 256), ("tile", 0, 257)]),
        (2, 0, 1, [("tile", 1, 0)]),
    ],
)
def test_a_stored_log_answers_from_full_tiles_and_the_newest_events(
    level: int, start: int, stop: int, reads: list[tuple[str, int, int]]
) -> None:
    stored = Stored(66_060)
    assert stored.reader()(level, start, stop) == TREE.hashes(level, start, stop)
    assert stored.reads == reads


@pytest.mark.parametrize("level", [0, 1])
def test_a_tile_of_another_size_is_refused(level: int) -> None:
    read = stored_hashes(256, tile=lambda *_: bytes(TILE_BYTES - 32), leaves=no_leaves)
    with pytest.raises(FormatError, match="8160 bytes; expected 8192"):
        read(level, 0, 1)


def no_leaves(start: int, stop: int) -> bytes:
    raise AssertionError(f"leaves {start} to {stop - 1} were read")


PATHS = [
    ("tile/0/000", 0, 0),
    ("tile/1/007", 1, 7),
    ("tile/0/999", 0, 999),
    ("tile/0/x001/000", 0, 1000),
    ("tile/0/x001/x234/067", 0, 1_234_067),
    ("tile/6/126", 6, 126),
    ("tile/0/x036/x028/x797/x018/x963/966", 0, 2**55 - 2),
]


@pytest.mark.parametrize(("path", "level", "index"), PATHS)
def test_a_tile_lies_where_tlog_tiles_says(path: str, level: int, index: int) -> None:
    assert tile_path(level, index) == path
    assert parse_tile_path(path) == (level, index)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/x001x002/003",
        "tile/00/001",
        "tile/x/001",
        "tile/-1/001",
        "tile/0/000.p/5",
        "tile/entries/000",
        "tile/0/000/",
        "tile/0/000\n",
        "/tile/0/000",
        "log/tile/0/000",
        "tile/0/\u0660\u0660\u0660",
        "tile/6/127",
        "tile/7/000",
        "tile/0/x036/x028/x797/x018/x963/967",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        pytest.param(f"tile/{'1' * 5_000}/000", id="a level of 5000 digits"),
        pytest.param(f"tile/0/{'x111/' * 5_000}000", id="an index of 15003 digits"),
    ],
)
def test_what_is_not_the_path_of_a_full_tile_is_refused(path: str) -> None:
    with pytest.raises(FormatError, match="not the path of a full tile"):
        parse_tile_path(path)
