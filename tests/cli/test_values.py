"""Values as JSON: there and back again, and what is refused on the way in (``docs/json.md``)."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitledger.cli.values import format_json, from_json, parse_json, to_json
from gitledger.codec import encode
from gitledger.errors import FormatError, LedgerError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["$bytes", "$float", "$map", "$absent"]
)
SCALARS = st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.floats() | st.binary(max_size=8) | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=12
)


@given(VALUES)
def test_every_value_survives_json(value: Any) -> None:
    found = from_json(parse_json(format_json(to_json(value))))
    # Canonical bytes are the equality of values: NaN is NaN, 1.0 is 1.
    assert encode(found) == encode(value)


@given(VALUES)
def test_json_is_one_line_of_printable_ascii_that_every_reader_reads(value: Any) -> None:
    text = format_json(to_json(value))
    assert text.isascii()
    assert text.isprintable()
    json.loads(text, parse_constant=pytest.fail)


@given(st.text(max_size=40) | st.text('[]{}",:0123456789.eE-$abNtruefals \\', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        from_json(parse_json(text))
    except LedgerError:
        return


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not JSON"),
        ("1 2", "not JSON"),
        ("{'a': 1}", "not JSON"),
        ('{"a": 1,}', "not JSON"),
        ("\ufeff1", "not JSON"),
        ("NaN", "not JSON"),
        ("-Infinity", "not JSON"),
        ('{"a": 1, "b": {"c": 1, "c": 1}}', "'c' twice"),
        ("1e400", "larger than any float"),
        ("-1e400", "larger than any float"),
        ("9" * 5000, "64 bits"),
        ("[" * 100_000, "deeper"),
        ("[" * 500 + "]" * 500, "deeper"),
        ('{"$bytes": "AA"}', "base64"),
        ('{"$bytes": "AA==\\n"}', "base64"),
        ('{"$bytes": "\u00e9"}', "base64"),
        ('{"$bytes": 1}', "base64"),
        ('{"$float": "nan"}', "NaN, Infinity, -Infinity"),
        ('{"$float": 1.5}', "NaN, Infinity, -Infinity"),
        ('{"$map": []}', "expected a map"),
        ('{"$absent": true}', "no value"),
    ],
)
def test_what_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(FormatError, match=complaint):
        from_json(parse_json(text))


def test_a_map_that_looks_like_a_mark_is_wrapped_and_no_other() -> None:
    assert to_json({"$bytes": "x"}) == {"$map": {"$bytes": "x"}}
    assert to_json({"$bytes": "x", "b": 1}) == {"$bytes": "x", "b": 1}
    assert from_json({"$map": {"$absent": True}}) == {"$absent": True}
    assert math.isnan(from_json({"$float": "NaN"}))  # type: ignore[arg-type]
