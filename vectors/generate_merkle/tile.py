"""Tiles: where they lie, and which a log has."""

from collections.abc import Iterator
from hashlib import sha256

from vectors.generate_merkle.tree import TREE, case
from vectors.generate_model.scenario import ACCEPT, Scenario


def scenarios() -> Iterator[Scenario]:
    """Return all of them."""
    yield from paths()
    yield from tiles()


def paths() -> Iterator[Scenario]:
    """Where a tile lies."""
    for path, level, index in (
        ("tile/0/000", 0, 0),
        ("tile/2/999", 2, 999),
        ("tile/0/x001/000", 0, 1000),
        ("tile/0/x001/x234/067", 0, 1_234_067),
        ("tile/6/126", 6, 126),
        ("tile/0/x036/x028/x797/x018/x963/966", 0, 2**55 - 2),
    ):
        yield case("path", f"tile {index} of level {level} has a path", ACCEPT, path=path, level=level, index=index)
    for what, path in (
        ("of a partial tile", "tile/0/000.p/5"),
        ("of a bundle of entries", "tile/entries/000"),
        ("with two digits", "tile/0/00"),
        ("with four digits", "tile/0/1000"),
        ("with a group of zeros in front", "tile/0/x000/001"),
        ("without an x in front", "tile/0/001/000"),
        ("with an x in the last group", "tile/0/x001/x000"),
        ("with a zero before the level", "tile/00/000"),
        ("with a slash at the end", "tile/0/000/"),
        ("with a line end", "tile/0/000\n"),
        ("with digits of another script", "tile/0/\u0660\u0660\u0660"),
        ("of a tile at level 0 that no log fills", "tile/0/x036/x028/x797/x018/x963/967"),
        ("of a tile at level 6 that no log fills", "tile/6/127"),
        ("of a tile at level 7", "tile/7/000"),
        ("of nothing", ""),
    ):
        yield case("path", f"the path {what} is refused", path=path)


def tiles() -> Iterator[Scenario]:
    """Which tiles a log has, by the SHA-256 of their bytes."""
    for size in (255, 256, 70_000):
        full = {
            f"tile/{level}/{index:03}": sha256(TREE.hashes(level, index * 256, index * 256 + 256)).hexdigest()
            for level in (0, 1)
            for index in range(size // 256 ** (level + 1))
        }
        root = TREE.root(0, size).hex()
        yield case("tiles", f"the tiles of a log of {size} events", ACCEPT, size=size, root=root, tiles=full)
