"""The vectors of the Merkle log; what each kind holds is said in ``docs/format/log.md``."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from gitledger import errors
from gitledger.model.merkle import Frontier, format_head, leaf_data, leaf_hash, parse_head
from gitledger.model.proof import check_consistency, check_inclusion
from gitledger.model.tile import TiledLog, extend, parse_tile_path, tile_path
from vectors.generate_merkle.__main__ import main

FOLDER = Path(__file__).parents[2] / "vectors" / "merkle"
ROOTS = FOLDER / "rfc6962_roots.json"
FILES = sorted(set(FOLDER.glob("*.json")) - {ROOTS})
Vector = dict[str, Any]


def leaf(vector: Vector) -> None:
    parts = (size * letter.encode() for size, letter in zip(vector["sizes"], vector["fill"], strict=True))
    data = leaf_data(*parts)
    assert (data[:8].hex(), len(data)) == (vector["start"], vector["length"])
    assert leaf_hash(data).hex() == vector["hash"]


def head(vector: Vector) -> None:
    data = bytes.fromhex(vector["bytes"])
    frontier = parse_head(data)
    assert frontier == Frontier(size=vector["size"], hashes=tuple(map(bytes.fromhex, vector["frontier"])))
    assert format_head(frontier) == data


def path(vector: Vector) -> None:
    level, index = parse_tile_path(vector["path"])
    assert (level, index) == (vector["level"], vector["index"])
    assert tile_path(level, index) == vector["path"]


def tiles(vector: Vector) -> None:
    leaves = [leaf_hash(n.to_bytes(3, "big")) for n in range(vector["size"])]
    log, full = extend(TiledLog(frontier=Frontier()), leaves, no_read)
    assert {tile_path(tile.level, tile.index): sha256(tile.data).hexdigest() for tile in full} == vector["tiles"]
    assert log.frontier.root().hex() == vector["root"]


def no_read(level: int, start: int, stop: int) -> bytes:
    raise AssertionError(f"hashes {start} to {stop - 1} of level {level} were read")


def inclusion(vector: Vector) -> None:
    proof = [bytes.fromhex(found) for found in vector["proof"]]
    found, root = bytes.fromhex(vector["leaf"]), bytes.fromhex(vector["root"])
    check_inclusion(found, proof, index=vector["index"], size=vector["size"], root=root)


def consistency(vector: Vector) -> None:
    old_root, new_root = bytes.fromhex(vector["old_root"]), bytes.fromhex(vector["new_root"])
    check_consistency(
        [bytes.fromhex(found) for found in vector["proof"]],
        old_size=vector["old_size"],
        old_root=old_root,
        new_size=vector["new_size"],
        new_root=new_root,
    )


KINDS: dict[str, Callable[[Vector], None]] = {
    "leaf": leaf,
    "head": head,
    "path": path,
    "tiles": tiles,
    "inclusion": inclusion,
    "consistency": consistency,
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_vector(file: Path) -> None:
    vector = json.loads(file.read_text())
    check = KINDS[vector["kind"]]
    if vector["expected"] == "accept":
        check(vector)
    else:
        with pytest.raises(getattr(errors, vector["expected"])):
            check(vector)


def test_the_vectors_are_those_that_the_generator_writes(tmp_path: Path) -> None:
    main(tmp_path)
    written = {file.name: file.read_bytes() for file in (tmp_path / "merkle").iterdir()}
    assert len(written) > 100
    assert {file.name: file.read_bytes() for file in FILES} == written


def test_roots_that_other_implementations_publish() -> None:
    suite = json.loads(ROOTS.read_text())
    for leaves, roots in (
        ([bytes.fromhex(data) for data in suite["leaves_hex"]], suite["roots_hex"]),
        ([bytes((n,)) for n in range(130)], suite["byte_leaf_roots_0_130"]),
    ):
        frontier = Frontier()
        assert frontier.root().hex() == roots[0]
        for data, root in zip(leaves, roots[1:], strict=True):
            frontier = frontier.append(leaf_hash(data))
            assert frontier.root().hex() == root
