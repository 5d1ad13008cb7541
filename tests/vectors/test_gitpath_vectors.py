"""Runs ``vectors/gitpath/``; what they hold is said in ``docs/format/import-git.md``."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gitledger.errors import FormatError
from gitledger.model.gitpath import format_gitpath, parse_gitpath
from vectors.generate_gitpath.__main__ import main as generate

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "vectors" / "gitpath"
PAGE = ROOT / "docs" / "format" / "import-git.md"
FILES = sorted(FOLDER.glob("*.json"))


def cases(expected: str, *names: str) -> list[Any]:
    """Return the cases of this end that have exactly these names, as parameters named by their scenario."""
    scenarios = [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in FILES]
    return [
        pytest.param(*(case[name] for name in names), id=f"{stem}-{number}")
        for stem, scenario in scenarios
        if scenario["expected"] == expected
        for number, case in enumerate(scenario["cases"])
        if case.keys() == set(names)
    ]


PAIRS = cases("accept", "path", "variable")
PATHS, VARIABLES = cases("FormatError", "path"), cases("FormatError", "variable")


def test_the_vectors_are_there() -> None:
    assert len(FILES) >= 26
    assert len(PAIRS) >= 50
    assert len(PATHS) + len(VARIABLES) >= 45


def test_the_generator_writes_the_vectors_that_are_there(tmp_path: Path) -> None:
    generate(tmp_path)
    written = {path.name: path.read_bytes() for path in (tmp_path / "gitpath").iterdir()}
    assert written == {path.name: path.read_bytes() for path in FILES}


def test_every_example_of_the_page_is_a_vector() -> None:
    examples = re.findall(r"^\| `[^|]*\| `([^`]*)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(examples) == 8
    assert set(examples) <= {pair.values[1] for pair in PAIRS}


@pytest.mark.parametrize(("path", "variable"), PAIRS)
def test_path_and_variable_stand_for_each_other(path: str, variable: str) -> None:
    assert format_gitpath(bytes.fromhex(path)) == variable
    assert parse_gitpath(variable).hex() == path


@pytest.mark.parametrize("path", PATHS)
def test_path_is_refused(path: str) -> None:
    with pytest.raises(FormatError):
        format_gitpath(bytes.fromhex(path))


@pytest.mark.parametrize("variable", VARIABLES)
def test_variable_is_refused(variable: str) -> None:
    with pytest.raises(FormatError):
        parse_gitpath(variable)
