"""Lies of envelopes and commits: who, when, how many, in which order; and headers that no publication has."""

from typing import Any

from tests.forger import NOON, Lie, dumps
from tests.forgeries.registry import base, forge

ENVELOPE, COMMIT = "envelope", ""


def _say(name: str, value: Any) -> Lie:
    def change(envelope: dict[str, Any]) -> None:
        part = envelope if name in envelope else envelope["payload"]
        part[name] = value(part[name]) if callable(value) else value

    return change


def _remember(name: str, value: Any) -> Lie:
    def change(envelope: dict[str, Any]) -> None:
        envelope["payload"]["events"][0][name] = value

    return change


for name, field, value, code in (
    ("a-clock-that-repeats", "ts", lambda ts: ts - 1, "envelope-clock"),
    ("a-clock-that-leaves-a-gap", "ts", lambda ts: ts + 1, "envelope-clock"),
    ("a-clock-that-falls", "ts", lambda ts: ts - 2, "envelope-clock"),
    ("a-clock-near-its-end", "ts", 2**63 - 1, "envelope-clock"),
    ("an-op-of-a-merge", "op", "merge", "envelope-format"),
    ("an-author-who-is-not-the-commit-s", "author", "Eve <eve@example.org>", "envelope-people"),
    ("an-actor-who-is-not-the-committer", "actor", "Eve <eve@example.org>", "envelope-people"),
    ("a-time-that-is-not-the-commit-s", "time", "2026-01-01T12:00:01Z", "envelope-time"),
    ("an-envelope-of-too-many-events", "events", lambda events: [*events, {}], "envelope-count"),
    ("an-envelope-of-too-few-events", "events", lambda events: events[:-1], "envelope-count"),
):
    forge(name, "envelope", _say(field, value), {code: ENVELOPE})
for name, field, value in (
    ("a-clock-of-zero", "ts", 0),
    ("a-clock-of-a-genesis", "ts", 1),
    ("a-clock-beyond-its-end", "ts", 2**63),
    ("an-op-that-there-is-not", "op", "prune"),
    ("an-author-without-an-address", "author", "Eve"),
    ("a-time-of-no-calendar", "time", "2026-02-30T12:00:00Z"),
    ("a-time-in-another-zone", "time", "2026-01-01T12:00:00+01:00"),
    ("an-envelope-whose-events-are-a-map", "events", {}),
):
    forge(name, "envelope", _say(field, value), {"envelope-format": ENVELOPE})
for name, field, value in (
    ("an-envelope-that-remembers-something-else", "mood", "good"),
    ("a-key-that-is-no-text", "key", 1),
    ("a-meta-with-a-number-as-a-key", "meta", {1: 2}),
):
    forge(name, "envelope", _remember(field, value), {"envelope-format": ENVELOPE})
for name, change in (
    ("an-envelope-with-a-byte-after-it", lambda data: data + b"\0"),
    ("an-envelope-of-no-bytes", lambda data: b""),
    ("an-envelope-with-a-long-integer", lambda data: data.replace(b"\x62ts\x04", b"\x62ts\x18\x04", 1)),
    ("an-envelope-of-indefinite-length", lambda data: b"\xbf" + data[1:] + b"\xff"),
    ("an-envelope-with-a-field-more", lambda data: b"\xa4\x61a\x01" + data[1:]),
    ("an-envelope-without-a-payload", lambda data: dumps({"op": "append", "ts": 4})),
    ("an-envelope-nested-100000-deep", lambda data: b"\x81" * 100_000),
):
    forge(name, "envelope bytes", change, {"envelope-format": ENVELOPE})


def _header(old: bytes, new: bytes) -> Lie:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return change


BOT = f"committer Bot <bot@example.org> {NOON} +0000\n".encode()
ADA = f"author Ada <ada@example.org> {NOON} +0000\n".encode()
for name, old, new in (
    ("a-commit-with-an-encoding", BOT, BOT + b"encoding ISO-8859-1\n"),
    ("a-commit-with-a-header-of-its-own", BOT, BOT + b"ledger main\n"),
    ("a-commit-with-two-authors", ADA, ADA + ADA),
    ("a-commit-without-an-author", ADA, b""),
    ("a-commit-with-its-people-in-reverse", ADA + BOT, BOT + ADA),
    ("a-commit-with-two-signatures", BOT, BOT + b"gpgsig a\ngpgsig b\n"),
    ("a-commit-with-a-merged-tag", BOT, BOT + b"mergetag object 0\n"),
    ("a-commit-with-a-nul-in-its-message", b"by hand", b"by\0hand"),
    ("a-commit-with-a-nul-in-a-name", b"Ada", b"A\0da"),
    ("a-commit-in-latin-1", b"Ada", b"Ad\xe9"),
    ("a-commit-with-a-message-in-latin-1", b"by hand", b"by h\xe4nd"),
    ("a-commit-with-a-date-beyond-all-calendars", b"author Ada <ada@example.org> 1", b"author Ada <ada@example.org> 9999999991"),
    ("a-commit-with-a-date-of-5000-digits", b"author Ada <ada@example.org> 1", b"author Ada <ada@example.org> 1" + b"0" * 5_000),
    ("a-commit-with-a-date-before-1970", b"author Ada <ada@example.org> 1", b"author Ada <ada@example.org> -1"),
    ("a-commit-without-an-address", b"author Ada <ada@example.org>", b"author Ada"),
):
    forge(name, "commit bytes", _header(old, new), {"commit-format": COMMIT})
forge("a-commit-dated-in-another-zone", "commit bytes", _header(b"+0000\nc", b"+0100\nc"), {"commit-format": COMMIT})
forge(
    "a-commit-by-somebody-else", "commit bytes", _header(b"author Ada <ada", b"author Eve <eve"), {"envelope-people": ENVELOPE}
)
forge(
    "a-commit-that-was-committed-later",
    "commit bytes",
    _header(BOT, BOT.replace(b"%d" % NOON, b"%d" % (NOON + 1))),
    {"envelope-time": ENVELOPE},
)


def _parents(change: Any) -> Lie:
    def lie(commit: dict[str, Any]) -> None:
        commit["parents"] = change(commit["parents"])

    return lie


forge(
    "a-commit-with-a-parent-twice",
    "commit",
    _parents(lambda parents: parents * 2),
    {"commit-format": COMMIT},
)
forge(
    "a-commit-with-three-parents",
    "commit",
    _parents(lambda parents: [*parents, base().left.commit, base().right.commit]),
    {"commit-format": COMMIT},
)
