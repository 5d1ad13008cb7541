"""The vectors of names and state trees; ``docs/format/state.md`` says what a file holds."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitledger import errors
from gitledger.ids import SHA1, SHA256, ObjectFormat, Oid, parse_ledger_name, parse_oid, parse_variable
from gitledger.store.pathmap import PathMap
from vectors.generate_state.__main__ import main

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "vectors"
NAMES = sorted((FOLDER / "names").glob("*.json"))
STATES = sorted((FOLDER / "state").glob("*.json"))
PAGE = ROOT / "docs" / "format" / "state.md"
LISTING = re.compile(r"```text (?P<hash>sha1|sha256) vectors/(?P<vector>[^\n]+)\n(?P<lines>.*?)```", re.DOTALL)
PARSERS: dict[str, Callable[[str], object]] = {
    "variables": parse_variable,
    "ledgers": parse_ledger_name,
    "oids": lambda text: parse_oid(text).hex(),
}

Vector = dict[str, Any]


def read(path: Path) -> Vector:
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def path_map(values: dict[str, str], vector: Vector, object_format: ObjectFormat) -> PathMap:
    nothing: dict[Oid, bytes] = {}
    paths = PathMap(nothing.__getitem__, object_format, None, mark=vector["mark"].encode())
    for variable, value in values.items():
        paths.set(parse_variable(variable), object_format.oid("blob", bytes.fromhex(value)))
    return paths


def judge_variables(vector: Vector) -> None:
    """Raise unless a tree can hold these variables."""
    path_map(vector["variables"], vector, SHA1)


def judge_trees(vector: Vector) -> None:
    """Raise unless the variables in these trees make the same trees again."""
    root = parse_oid(vector["root"])
    trees = {parse_oid(oid): bytes.fromhex(data) for oid, data in vector["trees"].items()}
    paths = PathMap(trees.__getitem__, SHA1, None)
    try:
        for variable, blob in PathMap(trees.__getitem__, SHA1, root).items():
            paths.set(parse_variable(variable), blob)
    except errors.FormatError as error:
        raise errors.DamageError(error.message) from error
    if paths.root() != root:
        raise errors.DamageError("the same variables make another tree")


def listing(paths: PathMap, object_format: ObjectFormat) -> list[str]:
    """Return what ``git ls-tree -r -t`` would print; leaves as the map has them, so that each is in its place."""
    trees = {new.oid: new.data for new in paths.take_new()}
    pending = [(paths.root(), "")]
    lines = []
    row = re.compile(rb"(\d+) ([^\0]+)\0(.{%d})" % object_format.size, re.DOTALL)
    while pending:
        oid, prefix = pending.pop()
        for mode, name, target in row.findall(trees[oid]) if oid else ():
            lines.append(
                f"{'040000 tree' if mode == b'40000' else '100644 blob'} {target.hex()}\t{prefix}{name.decode()}"
            )
            if mode == b"40000":
                pending.append((Oid(target), f"{prefix}{name.decode()}/"))
    return lines


def test_the_vectors_are_there() -> None:
    assert len(NAMES) >= 28
    assert len(STATES) >= 49


def test_the_generator_writes_exactly_the_vectors_that_are_there(tmp_path: Path) -> None:
    main(tmp_path)
    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.json")}
    assert written == {path.relative_to(FOLDER): path.read_bytes() for path in (*NAMES, *STATES)}


@pytest.mark.parametrize("path", NAMES, ids=lambda path: path.stem)
def test_names(path: Path) -> None:
    vector = read(path)
    kind = next(kind for kind in PARSERS if kind in vector)
    assert vector[kind]
    for text in vector[kind]:
        if vector["expected"] == "accept":
            assert PARSERS[kind](text) == text
        else:
            with pytest.raises(getattr(errors, vector["expected"])):
                PARSERS[kind](text)


@pytest.mark.parametrize("object_format", [SHA1, SHA256], ids=lambda one: one.name)
@pytest.mark.parametrize("path", [path for path in STATES if "sha1" in read(path)], ids=lambda path: path.stem)
def test_a_state_has_this_tree(path: Path, object_format: ObjectFormat) -> None:
    vector = read(path)
    expected = vector[object_format.name]
    paths = path_map(vector["variables"], vector, object_format)
    root = paths.root() or object_format.oid("tree", b"")
    assert root.hex() == expected["root"]
    assert sorted(listing(paths, object_format)) == sorted(expected["listing"])


@pytest.mark.parametrize("path", [path for path in STATES if "before" in read(path)], ids=lambda path: path.stem)
def test_the_tree_does_not_depend_on_what_was_before(path: Path) -> None:
    vector = read(path)
    before, values = vector["before"], vector["variables"]
    paths = path_map(before, vector, SHA1)
    assert paths.root() != path_map(values, vector, SHA1).root()
    for variable in before.keys() - values.keys():
        paths.delete(variable)
    for variable, value in values.items():
        paths.set(variable, SHA1.oid("blob", bytes.fromhex(value)))
    assert (paths.root() or SHA1.oid("tree", b"")).hex() == vector["sha1"]["root"]


@pytest.mark.parametrize(
    "path", [path for path in STATES if read(path)["expected"] != "accept"], ids=lambda path: path.stem
)
def test_what_is_no_state_is_refused(path: Path) -> None:
    vector = read(path)
    judge = judge_variables if "variables" in vector else judge_trees
    with pytest.raises(getattr(errors, vector["expected"])):
        judge(vector)


def test_the_examples_of_the_page_are_vectors() -> None:
    examples = list(LISTING.finditer(PAGE.read_text(encoding="utf-8")))
    assert len(examples) == 4
    for example in examples:
        vector = read(FOLDER / example["vector"])[example["hash"]]
        whole = [f"root {vector['root']}", *vector["listing"]]
        for part in example["lines"].removesuffix("\n").split("\n...\n"):
            lines = part.removesuffix("\n...").splitlines()
            start = whole.index(lines[0])
            assert lines == whole[start : start + len(lines)]
        assert "..." in example["lines"] or example["lines"].splitlines() == whole
