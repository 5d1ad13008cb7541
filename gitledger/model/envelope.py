"""The envelope of a publication: everything about it that is not meaning.

``OpEnvelope = {op, ts, payload}`` of ADR-0013. ``ts`` is the ledger's logical clock, given by whoever publishes,
never by a client. The payload says who asked, who published, when, and per event what the caller wanted remembered.
Specified in ``docs/format/envelope.md``.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

from gitledger import codec
from gitledger.codec import Value
from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import shown
from gitledger.model.value import check_value

Op = Literal["genesis", "append", "merge"]

OPS: Final = frozenset(get_args(Op))
CLOCK_LIMIT: Final = 2**63
EVENTS_LIMIT: Final = 65_536
"""How many events one publication may carry: all that the four digits under ``events/`` can number."""
KEY_BYTES: Final = 1024
"""The longest idempotency key."""

_PERSON = re.compile(r"[^<>\n\0]* <[^<>\n\0]*>\Z")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
_PAYLOAD: Final = frozenset({"author", "actor", "time", "events"})
_TEXTS: Final = ("author", "message", "key", "time")
_REMEMBERED: Final = frozenset({*_TEXTS, "git", "meta"})
# An empty map, ready to be written: of nearly every event of a batch there is nothing to remember.
_NOTHING: Final = codec.Encoded(b"\xa0")


@frozen
class Envelope:
    """The envelope of one publication.

    Attributes:
        op: what was asked for.
        ts: logical clock; 1 for a genesis, else one more than the highest of the parent publications, below 2^63.
        author: who asked, ``Name <address>``.
        actor: who published, ``Name <address>``.
        time: wall clock of the publication, RFC 3339 in UTC to the second.
        events: one map per event, in order: ``message``, ``key``, ``meta``, ``git``, ``author``, ``time``, each
            optional. 1 to 65,536; a genesis or a merge carries one.
    """

    op: Op
    ts: int
    author: str
    actor: str
    time: str
    events: tuple[Mapping[str, Value], ...]

    def __post_init__(self) -> None:
        """Refuse an envelope that could not be written.

        Raises:
            FormatError: an unknown op, a clock that the op cannot have, an identity or time in another form, a number
                of events that the op cannot carry, something remembered that has no place here.
        """
        if self.op not in OPS:
            raise FormatError(f"an envelope has the op {shown(self.op)}; expected one of {', '.join(sorted(OPS))}")
        if not 1 <= self.ts < CLOCK_LIMIT or (self.op == "genesis") != (self.ts == 1):
            raise FormatError(
                f"an envelope of the op {self.op} has the clock {self.ts}; expected 1 for genesis, else 2 or more"
            )
        for person in (self.author, self.actor):
            if not _PERSON.match(person):
                raise FormatError(f"an envelope names {shown(person)}; expected 'Name <address>'")
        _check_time(self.time)
        limit = EVENTS_LIMIT if self.op == "append" else 1
        if not 1 <= len(self.events) <= limit:
            raise FormatError(
                f"an envelope of the op {self.op} speaks of {len(self.events):,} events; "
                f"expected 1, or in an append up to {EVENTS_LIMIT:,}",
            )
        for event in filter(None, self.events):
            _check_remembered(event)

    def meta(self, position: int) -> dict[str, Value]:
        """Return what is remembered of the event at this place of the publication, from 0."""
        return {"author": self.author, "actor": self.actor, "time": self.time, **self.events[position]}


def format_envelope(envelope: Envelope) -> bytes:
    """Return the canonical bytes of an envelope."""
    payload = {
        "author": envelope.author,
        "actor": envelope.actor,
        "time": envelope.time,
        "events": [dict(event) if event else _NOTHING for event in envelope.events],
    }
    return codec.encode({"op": envelope.op, "ts": envelope.ts, "payload": payload})


def parse_envelope(data: bytes) -> Envelope:
    """Return the envelope that these bytes hold.

    Raises:
        FormatError: bytes that `format_envelope` would not have written.
    """
    content = codec.decode(data)
    if not isinstance(content, dict) or content.keys() != {"op", "ts", "payload"}:
        raise FormatError("an envelope has other fields than op, ts and payload")
    op, ts, payload = content["op"], content["ts"], content["payload"]
    if not isinstance(op, str) or not isinstance(ts, int) or isinstance(ts, bool):
        raise FormatError("an envelope has an op that is no text or a ts that is no integer")
    if not isinstance(payload, dict) or payload.keys() != _PAYLOAD:
        raise FormatError("an envelope has other fields in its payload than author, actor, time and events")
    return Envelope(
        op=op,  # type: ignore[arg-type]  # __post_init__ refuses every other text
        ts=ts,
        author=_text(payload["author"]),
        actor=_text(payload["actor"]),
        time=_text(payload["time"]),
        events=_maps(payload["events"]),
    )


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise FormatError("an envelope has an author, actor or time that is no text")
    return value


def _maps(value: Value) -> tuple[dict[str, Value], ...]:
    if not isinstance(value, list) or not all(isinstance(event, dict) for event in value):
        raise FormatError("an envelope has something else than a list of maps as its events")
    return tuple(value)  # type: ignore[arg-type]  # maps, as was just seen; __post_init__ refuses keys that are not text


def _check_remembered(event: Mapping[str, Value]) -> None:
    if not event.keys() <= _REMEMBERED:
        raise FormatError(
            f"an envelope remembers {', '.join(map(repr, event))}; expected {', '.join(sorted(_REMEMBERED))}"
        )
    if not all(isinstance(event[name], str) for name in _TEXTS if name in event):
        raise FormatError(f"an envelope has something else than text in one of {', '.join(_TEXTS)}")
    key = event.get("key")
    if isinstance(key, str) and not 1 <= len(key.encode("utf-8", "surrogatepass")) <= KEY_BYTES:
        raise FormatError(f"an envelope has a key of {len(key):,} characters; expected 1 to {KEY_BYTES:,} bytes")
    if not isinstance(event.get("git", {}), dict):
        raise FormatError("an envelope has something else than a map as git")
    check_value(event.get("git"))
    check_value(event.get("meta"))
    if "time" in event:
        _check_time(str(event["time"]))


def _check_time(text: str) -> None:
    if not _TIME.match(text) or not _is_in_calendar(text):
        raise FormatError(f"an envelope has the time {shown(text)}; expected UTC such as 2026-01-31T12:00:00Z")


def _is_in_calendar(text: str) -> bool:
    # Imported here because a question about values reads no envelope.
    from datetime import datetime

    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
