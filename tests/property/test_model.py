"""Laws of the model's structures: round trips, strictness, and bytes that depend on meaning alone."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitledger import codec
from gitledger.errors import FormatError
from gitledger.frozen import replace
from gitledger.ids import EventId, Oid, component_fault, parse_variable, variable_fault
from gitledger.model.delta import Delta, format_delta, parse_delta, sort_variables
from gitledger.model.envelope import Envelope, format_envelope, parse_envelope
from gitledger.model.event import Event, format_event, parse_append, parse_event
from gitledger.model.rule import Rule, format_rule, parse_rule
from gitledger.model.timeline import SEGMENT_EVENTS, Timeline, format_timeline, parse_timeline
from gitledger.model.value import format_value, parse_value

ROOT = Path(__file__).parents[2]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 64), (1 << 64) - 1)
    | st.floats(allow_nan=False)
    | st.binary(max_size=40)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
variables = (
    st.lists(st.text("abzAG.-é\u4e00\U00010000", min_size=1, max_size=8), min_size=1, max_size=4)
    .map("/".join)
    .filter(lambda text: not variable_fault(text))
    .map(parse_variable)
)
variable_sets = st.sets(variables, max_size=5).map(sort_variables)


def oids(size: int) -> st.SearchStrategy[Any]:
    return st.binary(min_size=size, max_size=size)


@st.composite
def events(draw: st.DrawFn) -> Event:
    ids = oids(draw(st.sampled_from([20, 32])))
    parents = tuple(sorted(draw(st.sets(ids, max_size=3))))
    touches = variable_sets if len(parents) == 1 else st.just(())
    return Event(
        parents=parents,
        rule=draw(ids),
        after=draw(ids),
        writeset=draw(touches),
        readset=draw(touches),
        delta=draw(ids),
    )


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    count = draw(st.integers(1, 200) | st.integers(1, 2**63 - 1))
    length = (count - 1) % SEGMENT_EVENTS + 1
    first = draw(oids(draw(st.sampled_from([20, 32]))))
    ids = tuple(EventId(first[n:] + first[:n]) for n in range(length))
    return Timeline(count=count, prev=draw(oids(len(first))) if count > SEGMENT_EVENTS else None, ids=ids)


deltas = st.dictionaries(variables, st.none() | values.map(format_value), max_size=6).map(
    lambda one: Delta(changes=one)
)
rules = st.builds(
    Rule,
    name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60),
    version=st.none() | texts,
    fields=st.dictionaries(texts.filter(lambda key: key not in {"name", "version"}), values, max_size=4),
)
remembered = st.fixed_dictionaries(
    {},
    optional={
        "message": texts,
        "key": texts.filter(bool),
        "meta": values,
        "git": st.dictionaries(texts, values, max_size=3),
    },
)
envelopes = st.builds(
    Envelope,
    op=st.just("append"),
    ts=st.integers(2, 2**63 - 1),
    author=st.just("Ada <ada@example.org>"),
    actor=st.just(" <>"),
    time=st.datetimes().map(lambda one: one.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)),
    events=st.lists(remembered, min_size=1, max_size=5).map(tuple),
)

Format = Callable[[Any], bytes]
Parse = Callable[[bytes], object]
STRUCTURES: dict[str, tuple[st.SearchStrategy[Any], Format, Parse]] = {
    "event": (events(), format_event, parse_event),
    "delta": (deltas, format_delta, parse_delta),
    "rule": (rules, format_rule, parse_rule),
    "timeline": (timelines(), format_timeline, parse_timeline),
    "envelope": (envelopes, format_envelope, parse_envelope),
    "value": (values, format_value, parse_value),
}
EACH = pytest.mark.parametrize("structure", STRUCTURES)

OID, OTHER = Oid(b"\x11" * 20), Oid(b"\x22" * 20)
SAMPLES: dict[str, Any] = {
    "event": Event(
        parents=(EventId(OID),),
        rule=OTHER,
        after=OID,
        delta=OTHER,
        writeset=(parse_variable("a"), parse_variable("model/ä")),
        readset=(parse_variable("seed"),),
    ),
    "delta": Delta(changes={parse_variable("a/b"): format_value([1, "x", 0.5]), parse_variable("c"): None}),
    "rule": Rule(name="train", version="1", fields={"code": b"\0\1", "deep": {"n": [None]}}),
    "timeline": Timeline(count=66, prev=OTHER, ids=(EventId(OID), EventId(OTHER))),
    "envelope": Envelope(
        op="append",
        ts=300,
        author="Ada <a@x>",
        actor="Bot <b@x>",
        time="2026-01-31T12:00:00Z",
        events=({}, {"message": "m", "meta": {"n": 1}, "time": "2026-01-31T12:00:01Z"}),
    ),
    "value": {"a": [1, -1, 0.5, None, b"\0"]},
}


@EACH
@given(data=st.data())
def test_what_was_written_is_read_back(structure: str, data: st.DataObject) -> None:
    strategy, write, read = STRUCTURES[structure]
    value = data.draw(strategy)
    assert read(write(value)) == value


@EACH
@given(data=st.binary(max_size=200) | values.map(codec.encode))
def test_any_bytes_are_refused_with_a_format_error_or_are_canonical(structure: str, data: bytes) -> None:
    assert_strict(structure, data)


@EACH
def test_every_bit_flip_and_truncation_is_refused_or_means_exactly_its_bytes(structure: str) -> None:
    _, write, read = STRUCTURES[structure]
    data = write(SAMPLES[structure])
    assert read(data) == SAMPLES[structure]
    for size in range(len(data)):
        assert not assert_strict(structure, data[:size])
    assert not assert_strict(structure, data + b"\0")
    flips = [position * 8 + bit for position in range(len(data)) for bit in range(8)]
    survivors = [flip for flip in flips if assert_strict(structure, flipped(data, flip))]
    assert 0 < len(survivors) < len(flips)


def assert_strict(structure: str, data: bytes) -> bool:
    """Return whether bytes are accepted; if they are, hold that nothing else is written for what they mean."""
    _, write, read = STRUCTURES[structure]
    try:
        value = read(data)
    except FormatError:
        return False
    assert write(value) == data
    return True


def flipped(data: bytes, flip: int) -> bytes:
    position, bit = divmod(flip, 8)
    return data[:position] + bytes([data[position] ^ 1 << bit]) + data[position + 1 :]


@given(events())
def test_an_event_written_by_hand_is_what_the_codec_writes(event: Event) -> None:
    content = {
        "v": 1,
        "parents": list(event.parents),
        "rule": event.rule,
        "after": event.after,
        "writeset": list(event.writeset),
        "delta": event.delta,
    }
    assert format_event(event) == codec.encode({**content, "readset": event.readset} if event.readset else content)


@given(events().filter(lambda event: len(event.parents) == 1), st.data())
def test_an_append_that_is_expected_is_what_the_strict_parser_reads(event: Event, data: st.DataObject) -> None:
    written = format_event(event)
    at = data.draw(st.integers(0, 8 * len(written) - 1), label="bit")
    parts = {"parent": event.parents[0], "writeset": event.writeset, "delta": event.delta}
    assert parse_append(written, **parts) == (None if event.readset else (event.rule, event.after))
    found = parse_append(flipped(written, at), **parts)
    assert found is None or parse_event(flipped(written, at)) == replace(event, rule=found[0], after=found[1])


@given(timelines())
def test_a_timeline_written_by_hand_is_what_the_codec_writes(timeline: Timeline) -> None:
    content = {"count": timeline.count, "prev": timeline.prev, "ids": list(timeline.ids)}
    assert format_timeline(timeline) == codec.encode(content)


@given(st.text("aZ0_-. ~/:\\gitGIT\x00\x85é", min_size=1, max_size=20))
def test_a_variable_accepted_in_one_match_breaks_no_rule(text: str) -> None:
    by_rules = any(component_fault(component) for component in text.split("/"))
    assert bool(variable_fault(text)) is by_rules


PROGRAM = r"""
import sys
from gitledger.ids import EventId, Oid, parse_variable
from gitledger.model.delta import Delta, format_delta, sort_variables
from gitledger.model.envelope import Envelope, format_envelope
from gitledger.model.event import Event, format_event
from gitledger.model.rule import Rule, format_rule

names = {parse_variable(name) for name in ("i", "I", "\u0131", "\u0130", "z/\u00e4", "z", "aa", "b")}
delta = Delta(changes={name: b"\xf5" for name in names})
one = Oid(b"\x01" * 20)
event = Event(
    parents=(EventId(one),), rule=one, after=one, delta=one, writeset=delta.writeset, readset=sort_variables(names)
)
fields = {name: sorted(names) for name in names}
people = {"author": "A <a@x>", "actor": "B <b@x>", "time": "2026-01-31T12:00:00Z"}
envelope = Envelope(op="append", ts=2, events=({"meta": fields, "git": fields},), **people)
for data in (
    format_event(event), format_delta(delta), format_rule(Rule(name="r", fields=fields)), format_envelope(envelope)
):
    sys.stdout.write(data.hex() + "\n")
"""


def test_the_same_meaning_has_the_same_bytes_in_every_environment() -> None:
    surroundings = [
        {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
        {"PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"},
        {"PYTHONHASHSEED": "4294967295", "LC_ALL": "de_DE.ISO-8859-1", "TZ": "America/St_Johns", "PYTHONUTF8": "0"},
    ]
    answers = {run(PROGRAM, environment) for environment in surroundings}
    assert len(answers) == 1
    assert answers.pop().count(b"\n") == 4


def test_another_hash_seed_does_change_the_order_of_a_set() -> None:
    program = "print({chr(n) for n in range(97, 123)})"
    assert run(program, {"PYTHONHASHSEED": "0"}) != run(program, {"PYTHONHASHSEED": "1"})


def run(program: str, environment: dict[str, str]) -> bytes:
    variables = {"PATH": os.defpath, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=variables, check=True, capture_output=True).stdout
