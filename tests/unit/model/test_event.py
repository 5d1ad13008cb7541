import pytest

from gitledger.errors import FormatError
from gitledger.frozen import replace
from gitledger.ids import EventId, Oid, Variable
from gitledger.model.event import Event, format_event, parse_event

A, B = (EventId(bytes([n]) * 20) for n in (1, 2))
NAMES = (Variable("a"), Variable("b"))
APPEND = Event(parents=(A,), rule=Oid(b"r" * 20), after=Oid(b"s" * 20), writeset=NAMES, delta=Oid(b"d" * 20))


@pytest.mark.parametrize(
    "event",
    [
        APPEND,
        replace(APPEND, readset=NAMES),
        replace(APPEND, writeset=()),
        replace(APPEND, parents=(), writeset=()),
        replace(APPEND, parents=(A, B), writeset=()),
        Event(parents=(), rule=Oid(b"r" * 32), after=Oid(b"s" * 32), writeset=(), delta=Oid(b"d" * 32)),
    ],
)
def test_an_event_comes_back(event: Event) -> None:
    assert parse_event(format_event(event)) == event


def test_only_an_event_of_several_parents_is_a_merge() -> None:
    assert not replace(APPEND, parents=(), writeset=()).is_merge
    assert not APPEND.is_merge
    assert replace(APPEND, parents=(A, B), writeset=()).is_merge


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"parents": (B, A), "writeset": ()}, "out of order"),
        ({"parents": (A, A), "writeset": ()}, "out of order"),
        ({"writeset": NAMES[::-1]}, "out of order"),
        ({"writeset": NAMES[:1] * 2}, "out of order"),
        ({"readset": NAMES[::-1]}, "out of order"),
        ({"rule": b"r" * 32}, "bytes"),
        ({"after": b"s" * 19}, "bytes"),
        ({"delta": b""}, "bytes"),
        ({"parents": (b"p" * 32,)}, "bytes"),
        ({"parents": ()}, "0 parents"),
        ({"parents": (), "writeset": (), "readset": NAMES}, "0 parents"),
        ({"parents": (A, B)}, "2 parents"),
        ({"parents": (A, B), "writeset": (), "readset": NAMES}, "2 parents"),
    ],
)
def test_an_event_that_could_not_be_written_is_not_built(change: dict[str, object], reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        replace(APPEND, **change)  # type: ignore[arg-type]


def test_what_is_wrong_behind_the_fixed_fields_is_told() -> None:
    with pytest.raises(FormatError, match="not canonical behind its delta"):
        parse_event(format_event(APPEND) + b"\0")
