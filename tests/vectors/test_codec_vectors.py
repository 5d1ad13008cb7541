"""Runs ``vectors/codec/``: the scenarios as they stand, then every truncation and bit flip of what is accepted."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gitledger.codec import Encoded, decode, encode
from gitledger.errors import FormatError
from tests.cbor_judge import check_agreement
from vectors.generate_codec.__main__ import main as generate

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "vectors" / "codec"
FILES = sorted(FOLDER.glob("*.json"))


def cases(expected: str) -> list[Any]:
    """Return the cases of all scenarios that end in this way, as parameters named by their scenario."""
    scenarios = [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in FILES]
    return [
        pytest.param(bytes.fromhex(case["bytes"]), case, id=f"{stem}-{number}")
        for stem, scenario in scenarios
        if scenario["expected"] == expected
        for number, case in enumerate(scenario["cases"])
    ]


ACCEPTED, REFUSED = cases("accept"), cases("FormatError")


def test_the_vectors_are_there() -> None:
    assert len(FILES) >= 30
    assert len(ACCEPTED) >= 125
    assert len(REFUSED) >= 290


def test_the_generator_writes_the_vectors_that_are_there(tmp_path: Path) -> None:
    generate(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in FILES
    }


@pytest.mark.parametrize(("data", "case"), ACCEPTED)
def test_accepted(data: bytes, case: dict[str, Any]) -> None:
    value = decode(data)
    assert encode(value) == data
    assert check_agreement(data)
    if "diagnostic" in case:
        assert diagnostic(value) == case["diagnostic"]
    else:
        assert encode(case["value"]) == data


@pytest.mark.parametrize(("data", "case"), REFUSED)
def test_refused(data: bytes, case: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        decode(data)
    assert not check_agreement(data), case["because"]


@pytest.mark.parametrize(("data", "case"), ACCEPTED)
def test_every_truncation_is_refused(data: bytes, case: dict[str, Any]) -> None:
    assert case["bytes"] == data.hex()
    assert not any(check_agreement(data[:size]) for size in range(len(data)))


@pytest.mark.parametrize(("data", "case"), ACCEPTED)
def test_every_bit_flip_is_judged_alike(data: bytes, case: dict[str, Any]) -> None:
    flipped = bytearray(data)
    for position in range(len(data)):
        for bit in range(8):
            flipped[position] ^= 1 << bit
            check_agreement(bytes(flipped))
            flipped[position] ^= 1 << bit
    assert flipped.hex() == case["bytes"]


def test_the_examples_of_the_page_are_vectors() -> None:
    page = (ROOT / "docs" / "format" / "codec.md").read_text(encoding="utf-8")
    examples = re.findall(r"`vectors/codec/([^`]+)\.json`:\n\n```text\n(.+?)```", page, re.DOTALL)
    assert len(examples) >= 4
    for name, lines in examples:
        digits = "".join(line.strip().split("  ")[0] for line in lines.splitlines())
        scenario = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        assert digits.replace(" ", "") in [case["bytes"] for case in scenario["cases"]]


def diagnostic(value: object) -> str:
    """Return a value in the diagnostic notation of RFC 8949, section 8, with floats as Python writes them."""
    match value:
        case None | bool() | str() | int():
            return json.dumps(value)
        case float():
            return json.dumps(value)
        case bytes():
            return f"h'{value.hex()}'"
        case list():
            return f"[{', '.join(map(diagnostic, value))}]"
        case dict():
            return f"{{{', '.join(f'{diagnostic(key)}: {diagnostic(content)}' for key, content in value.items())}}}"
        case Encoded():
            return diagnostic(decode(value.data))
    raise AssertionError(f"no value is a {type(value).__name__}")
