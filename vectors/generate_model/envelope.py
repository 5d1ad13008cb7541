"""Scenarios of ``docs/format/envelope.md``."""

from collections.abc import Iterator

from vectors.generate_model.scenario import (
    NULL,
    TRUE,
    Scenario,
    accepted,
    array,
    head,
    mapping,
    octets,
    refused,
    text,
    uint,
)

TIME = "2026-01-31T12:00:00Z"
ADA = "Ada Lovelace <ada@example.org>"
BOT = "Build Bot <bot@example.org>"
FULL = [
    ("git", mapping([("commit", text("c" * 40)), ("message", text("fix"))])),
    ("key", text("run-17")),
    ("meta", mapping([("host", text("lab-3")), ("tries", uint(2))])),
    ("time", text("2025-12-24T08:30:00Z")),
    ("author", text("Grace Hopper <grace@example.org>")),
    ("message", text("Train on the new data.\n")),
]


def payload(**changed: bytes | None) -> bytes:
    """Return the encoded payload of an append of one event, some of its fields changed or left out."""
    content: dict[str, bytes | None] = {
        "time": text(TIME),
        "actor": text(BOT),
        "author": text(ADA),
        "events": array(mapping([])),
        **changed,
    }
    return mapping((name, value) for name, value in content.items() if value is not None)


def wrap(content: bytes, op: str = "append", ts: int = 2) -> bytes:
    return mapping([("op", text(op)), ("ts", uint(ts)), ("payload", content)])


def envelope(op: str = "append", ts: int = 2, **changed: bytes) -> bytes:
    return wrap(payload(**changed), op, ts)


def with_event(*pairs: tuple[str, bytes]) -> bytes:
    return envelope(events=array(mapping(pairs)))


def good(says: str, data: bytes, *, op: str = "append", ts: int = 2, events: list[dict[str, object]]) -> Scenario:
    return accepted(says, data, op=op, ts=ts, author=ADA, actor=BOT, time=TIME, events=events)


def scenarios() -> Iterator[Scenario]:
    yield from _accepted()
    yield from _refused_shape()
    yield from _refused_payload()
    yield from _refused_events()


def _accepted() -> Iterator[Scenario]:
    yield good("an append of one event says who and when", envelope(), events=[{}])
    yield good("a genesis has the clock 1", envelope("genesis", 1), op="genesis", ts=1, events=[{}])
    yield good("a merge carries one event", envelope("merge", 9), op="merge", ts=9, events=[{}])
    yield good("a batch has one map for each event", envelope(events=array(*[mapping([])] * 3)), events=[{}, {}, {}])
    yield good("a clock counts as far as 63 bits", envelope(ts=2**63 - 1), ts=2**63 - 1, events=[{}])
    meta = {"host": "lab-3", "tries": 2}
    everything: dict[str, object] = {
        "git": {"commit": "c" * 40, "message": "fix"},
        "key": "run-17",
        "meta": meta,
        "time": "2025-12-24T08:30:00Z",
        "author": "Grace Hopper <grace@example.org>",
        "message": "Train on the new data.\n",
    }
    yield good("an event remembers everything that may be remembered", with_event(*FULL), events=[everything])
    mixed = array(mapping([]), mapping([("key", text("k"))]), mapping([]))
    yield good("only one event of a batch has a key", envelope(events=mixed), events=[{}, {"key": "k"}, {}])
    yield good("a key of 1024 bytes is the longest", with_event(("key", text("ü" * 512))), events=[{"key": "ü" * 512}])
    yield good("a message may be empty", with_event(("message", text(""))), events=[{"message": ""}])
    long = envelope(events=array(*[mapping([])] * 256))
    yield good("a batch of 256 events needs a longer head", long, events=[{}] * 256)


def _refused_shape() -> Iterator[Scenario]:
    data = envelope()
    op, ts, load = ("op", text("append")), ("ts", uint(2)), ("payload", payload())
    yield refused("an envelope of no bytes", b"")
    yield refused("an envelope that is a list", array(op[1], ts[1], load[1]))
    yield refused("an envelope with a byte behind it", data + b"\0")
    yield refused("an envelope cut short", data[:-1])
    yield refused("an envelope with a wider head than it needs", b"\xb8\x03" + data[1:])
    yield refused("an envelope of indefinite length", b"\xbf" + data[1:] + b"\xff")
    yield refused("an envelope with a tag", b"\xd9\xd9\xf7" + data)
    yield refused("an envelope with its fields by alphabet", mapping([load, op, ts]))
    yield refused("an envelope with a field that is not its own", mapping([("v", uint(1)), op, ts, load]))
    yield refused("an envelope without an op", mapping([ts, load]))
    yield refused("an envelope without a clock", mapping([op, load]))
    yield refused("an envelope without a payload", mapping([op, ts]))
    yield refused("a handshake in the place of an op", envelope("handshake"))
    yield refused("an op with a capital letter", envelope("Append"))
    yield refused("an op that is bytes", mapping([("op", octets(b"append")), ts, load]))
    yield refused("the clock 0", envelope(ts=0))
    yield refused("a negative clock", mapping([op, ("ts", b"\x20"), load]))
    yield refused("a clock that counts beyond 63 bits", envelope(ts=2**63))
    yield refused("a clock that is true", mapping([("op", text("genesis")), ("ts", TRUE), load]))
    yield refused("a clock that is a float", mapping([op, ("ts", b"\xf9\x3e\x00"), load]))
    yield refused("a payload that is a list", mapping([op, ts, ("payload", array())]))


def _refused_payload() -> Iterator[Scenario]:
    for name in ("time", "actor", "author", "events"):
        yield refused(f"a payload without the field {name}", wrap(payload(**{name: None})))
        yield refused(f"a payload with null as {name}", wrap(payload(**{name: NULL})))
    yield refused("a payload with a field that is not its own", envelope(signature=octets(b"")))
    yield refused("an author without an address", envelope(author=text("Ada")))
    yield refused("an author with two addresses", envelope(author=text("Ada <a@x> <b@x>")))
    yield refused("an author with a newline", envelope(author=text("Ada\n <a@x>")))
    yield refused("an actor with something behind the address", envelope(actor=text("Bot <b@x> now")))
    yield refused("a time without a zone", envelope(time=text("2026-01-31T12:00:00")))
    yield refused("a time of another zone than UTC", envelope(time=text("2026-01-31T12:00:00+01:00")))
    yield refused("a time in lower case", envelope(time=text("2026-01-31t12:00:00z")))
    yield refused("a time with a fraction of a second", envelope(time=text("2026-01-31T12:00:00.5Z")))
    yield refused("a time that is not in the calendar", envelope(time=text("2026-02-29T12:00:00Z")))
    yield refused("a time that is not on the clock", envelope(time=text("2026-01-31T24:00:00Z")))
    yield refused(
        "a time in other digits than those of ASCII", envelope(time=text("\uff12\uff10\uff12\uff16-01-31T12:00:00Z"))
    )
    yield refused("a time in seconds", envelope(time=uint(1_769_860_800)))


def _refused_events() -> Iterator[Scenario]:
    yield refused("an envelope without events", envelope(events=array()))
    yield refused("an envelope of 65537 events", envelope(events=head(4, 65_537) + b"\xa0" * 65_537))
    yield refused("a genesis of two events", envelope("genesis", 1, events=array(*[mapping([])] * 2)))
    yield refused("a merge of two events", envelope("merge", 9, events=array(*[mapping([])] * 2)))
    yield refused("a genesis with the clock 2", envelope("genesis", 2))
    yield refused("an append with the clock 1", envelope("append", 1))
    yield refused("a list that announces more events than bytes", envelope(events=head(4, 2**62)))
    yield refused("a list that announces more events than it has", envelope(events=head(4, 3) + b"\xa0" * 2))
    yield refused("null in the place of what an event remembers", envelope(events=array(NULL)))
    yield refused("an event that remembers something else", with_event(("host", text("lab-3"))))
    yield refused("a message that is bytes", with_event(("message", octets(b"hi"))))
    yield refused("a message that is null", with_event(("message", NULL)))
    yield refused("an empty key", with_event(("key", text(""))))
    yield refused("a key of 1025 bytes", with_event(("key", text("k" * 1025))))
    yield refused("a key that is a number", with_event(("key", uint(17))))
    yield refused("a time of an event that is no time", with_event(("time", text("yesterday"))))
    yield refused("an author of an event that is bytes", with_event(("author", octets(b"Ada <a@x>"))))
    yield refused("git that is text", with_event(("git", text("c" * 40))))
    yield refused("git with a key that is a number", with_event(("git", head(5, 1) + uint(1) + uint(1))))
    yield refused(
        "meta with a key that is a number far inside", with_event(("meta", array(head(5, 1) + uint(1) + uint(1))))
    )
    yield refused("meta of 121 levels", with_event(("meta", b"\x81" * 120 + uint(1))))
    yield refused("an event that remembers a field twice", with_event(("key", text("a")), ("key", text("a"))))
    yield refused("an event that remembers fields out of order", with_event(("message", text("m")), ("key", text("k"))))
