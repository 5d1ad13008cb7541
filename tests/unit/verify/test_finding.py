"""Findings and reports as values; the list of codes, its page and the forgeries that produce them agree."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitledger.ids import EventId, Oid, parse_ledger_name
from gitledger.verify.finding import CODES, LINE, Finding, Report, Severity, one_line
from tests.forgeries.all import FORGERIES

PAGE = Path(__file__).parents[3] / "docs" / "findings.md"
OTHERWISE = {
    "ref-target": "a ref is forged, not a publication",
    "object-corrupt": "the bytes of an object are changed, not what they say",
    "parent": "a publication before is changed after this one was made",
    "shallow": "where a clone was cut off is no lie",
    **dict.fromkeys(("ref-missing", "checkpoint", "rollback", "fork"), "it takes a checkpoint to see it"),
}
"""Codes that no lie in a publication produces: ``tests/git/test_forgeries.py``, ``test_damaged_objects.py``,
``tests/unit/verify/test_anchor.py`` and ``test_shallow.py`` do."""


def report(*severities: Severity) -> Report:
    findings = tuple(Finding(code="state", severity=severity, where="a", message="b") for severity in severities)
    return Report(
        ledger=parse_ledger_name("main"),
        head=EventId(bytes(20)),
        publication=Oid(bytes(20)),
        events=1,
        publications=1,
        findings=findings,
    )


def test_a_report_is_ok_unless_there_is_an_error() -> None:
    assert report().ok
    assert report("warning").ok
    assert not report("error").ok
    assert not report("warning", "error").ok


def test_a_finding_is_an_error_unless_it_says_otherwise() -> None:
    assert Finding(code="state", where="a", message="b").severity == "error"


def test_a_code_that_is_not_listed_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError, match="weather is not a listed code"):
        Finding(code="weather", where="a", message="b")


@given(st.text(max_size=1000))
def test_one_line_is_printable_and_short(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert len(line) <= LINE
    if text.isprintable() and len(text) <= LINE:
        assert line == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\u202e", "a\\nb\\u202e"),
        ("\udcff", "\\udcff"),
        ("x" * 401, "x" * 399 + "…"),
        ("\0" * 400, "\\x00" * 99 + "\\x0" + "…"),
        ("x" * 400, "x" * 400),
    ],
)
def test_one_line_of(text: str, line: str) -> None:
    assert one_line(text) == line


def test_every_code_has_its_section_on_the_page() -> None:
    section = re.compile(r"^### `(.+)`\n\n(.+)\n\n```\n(?:error|warning) (.+) at \S+\n    .+\n```\n\n[A-Z].+", re.MULTILINE)
    sections = section.findall(PAGE.read_text(encoding="utf-8"))
    assert sections == [(code, f"{meaning[0].upper()}{meaning[1:]}.", code) for code, meaning in CODES.items()]


def test_every_code_is_produced_by_a_forgery() -> None:
    produced = {code for forgery in FORGERIES.values() for code in forgery.expected}
    assert produced | OTHERWISE.keys() == CODES.keys()
    assert not produced & OTHERWISE.keys()
