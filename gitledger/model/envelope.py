"""The envelope of a publication: everything about it that is not meaning.

``OpEnvelope = {op, ts, payload}`` of ADR-0013. ``ts`` is the ledger's logical clock, given by whoever publishes,
never by a client. The payload says who asked, who published, when, and per event what the caller wanted remembered.
Specified in ``docs/format/envelope.md``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from gitledger import codec
from gitledger.codec import Value
from gitledger.errors import FormatError

Op = Literal["genesis", "append", "merge"]

OPS: Final = frozenset(get_args(Op))
CLOCK_LIMIT: Final = 2**63
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
_TEXTS: Final = ("author", "message", "key", "time")
_FIELDS: Final = frozenset({*_TEXTS, "git", "meta"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The envelope of one publication.

    Attributes:
        op: what was asked for.
        ts: logical clock, from 1; one more than the highest of the parent publications.
        author: who asked, ``Name <address>``.
        actor: who published, ``Name <address>``.
        time: wall clock of the publication, RFC 3339 in UTC to the second.
        events: one map per event, in order: ``message``, ``key``, ``meta``, ``git``, ``author``, ``time``, each optional.
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
            FormatError: an unknown op, a clock outside 1 to 2^63 - 1, a time in another form, unknown event fields.
        """
        if self.op not in OPS:
            raise FormatError(f"an envelope has the op {self.op!r}; expected one of {', '.join(sorted(OPS))}")
        if not 1 <= self.ts < CLOCK_LIMIT:
            raise FormatError(f"an envelope has the clock {self.ts}; expected 1 to 2^63 - 1")
        _check_time(self.time)
        for event in self.events:
            if not event.keys() <= _FIELDS:
                raise FormatError(f"an envelope has the event fields {sorted(event)}; expected {sorted(_FIELDS)}")
            if not all(isinstance(event[name], str) for name in _TEXTS if name in event):
                raise FormatError(f"an envelope has something else than text in one of {', '.join(_TEXTS)}")
            if "time" in event:
                _check_time(str(event["time"]))

    def meta(self, position: int) -> dict[str, Value]:
        """Return what is remembered of the event at this place of the publication."""
        return {"author": self.author, "actor": self.actor, "time": self.time, **self.events[position]}


def format_envelope(envelope: Envelope) -> bytes:
    """Return the canonical bytes of an envelope."""
    payload: dict[str, Value] = {
        "author": envelope.author,
        "actor": envelope.actor,
        "time": envelope.time,
        "events": [dict(event) for event in envelope.events],
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
    if not isinstance(payload, dict) or payload.keys() != {"author", "actor", "time", "events"}:
        raise FormatError("an envelope has other fields in its payload than author, actor, time and events")
    events = payload["events"]
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise FormatError("an envelope has something else than a list of maps as its events")
    if not all(isinstance(payload[name], str) for name in ("author", "actor", "time")):
        raise FormatError("an envelope has an author, actor or time that is no text")
    return Envelope(
        op=op,  # type: ignore[arg-type]  # __post_init__ refuses every other text
        ts=ts,
        author=payload["author"],
        actor=payload["actor"],
        time=payload["time"],
        events=tuple(events),
    )


def _check_time(text: str) -> None:
    if not _TIME.match(text):
        raise FormatError(f"an envelope has the time {text!r}; expected RFC 3339 in UTC, such as 2026-01-31T12:00:00Z")
