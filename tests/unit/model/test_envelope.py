import pytest

from gitledger.errors import FormatError
from gitledger.frozen import replace
from gitledger.model.envelope import EVENTS_LIMIT, Envelope, format_envelope, parse_envelope
from gitledger.store.layout import PUBLICATION_EVENTS

APPEND = Envelope(
    op="append",
    ts=2,
    author="Ada <ada@example.org>",
    actor="Bot <bot@example.org>",
    time="2026-01-31T12:00:00Z",
    events=({}, {"message": "hello", "meta": [1, {"a": None}], "git": {"commit": "c0"}}),
)


def test_an_envelope_comes_back() -> None:
    assert parse_envelope(format_envelope(APPEND)) == APPEND


def test_an_envelope_speaks_of_as_many_events_as_a_publication_has_places() -> None:
    assert EVENTS_LIMIT == PUBLICATION_EVENTS
    full = replace(APPEND, events=({},) * EVENTS_LIMIT)
    assert parse_envelope(format_envelope(full)) == full
    with pytest.raises(FormatError, match="65,537 events"):
        replace(APPEND, events=({},) * (EVENTS_LIMIT + 1))


def test_meta_is_what_the_publication_says_and_what_the_event_says_more_precisely() -> None:
    one = replace(APPEND, events=({}, {"author": "Grace <g@example.org>", "time": "2020-02-29T00:00:00Z", "key": "k"}))
    shared = {"author": APPEND.author, "actor": APPEND.actor, "time": APPEND.time}
    assert one.meta(0) == shared
    assert one.meta(1) == {**shared, "author": "Grace <g@example.org>", "time": "2020-02-29T00:00:00Z", "key": "k"}


def test_a_clock_starts_with_genesis_and_only_there() -> None:
    assert replace(APPEND, op="genesis", ts=1, events=({},)).ts == 1
    with pytest.raises(FormatError, match="clock 1"):
        replace(APPEND, ts=1)
    with pytest.raises(FormatError, match="clock 2"):
        replace(APPEND, op="genesis", events=({},))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"op": "checkpoint"}, "op 'checkpoint'"),
        ({"ts": 0}, "clock 0"),
        ({"ts": 2**63}, "clock 9"),
        ({"author": "Ada"}, "'Ada'"),
        ({"actor": "Bot <bot@example.org>\n"}, "Bot"),
        ({"time": "2026-02-30T12:00:00Z"}, "2026-02-30"),
        ({"time": "2026-01-31T12:00:00Z\n"}, "time"),
        ({"events": ()}, "0 events"),
        ({"op": "merge"}, "2 events"),
        ({"events": ({"host": "lab-3"},)}, "'host'"),
        ({"events": ({1: "x"},)}, "remembers 1"),
        ({"events": ({"message": None},)}, "text"),
        ({"events": ({"time": "today"},)}, "'today'"),
        ({"events": ({"git": []},)}, "map as git"),
        ({"events": ({"git": {1: 2}},)}, "key"),
        ({"events": ({"meta": [{1: 2}]},)}, "key"),
    ],
)
def test_an_envelope_that_could_not_be_written_is_not_built(change: dict[str, object], reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        replace(APPEND, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("op", ["genesis", "append", "merge"])
def test_each_op_comes_back(op: str) -> None:
    one = replace(APPEND, op=op, ts=1 if op == "genesis" else 3, events=({},))  # type: ignore[arg-type]
    assert parse_envelope(format_envelope(one)) == one
