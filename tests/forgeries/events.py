"""Lies of events: what they claim, and bytes that no event has."""

from typing import Any

import cbor2

from tests.forger import Lie, Tree, dumps
from tests.forgeries.registry import base, forge

EVENT = "events/0001"
NOWHERE = bytes(range(20))


def _claim(name: str, value: Any) -> Lie:
    def change(event: dict[str, Any]) -> None:
        event[name] = value(event) if callable(value) else value

    return change


def _reversed_keys(data: bytes) -> bytes:
    event = cbor2.loads(data)
    keys = sorted(event, key=lambda key: (len(key), key), reverse=True)
    return bytes([0xA0 + len(keys)]) + b"".join(dumps(key) + dumps(event[key]) for key in keys)


for name, field, value, code in (
    ("an-after-that-no-delta-gives", "after", NOWHERE, "event-after"),
    ("an-after-of-another-state", "after", lambda event: base().forger.put_tree({}), "event-after"),
    ("a-parent-is-skipped", "parents", lambda event: [base().prefix.newest], "event-parents"),
    ("a-parent-of-another-ledger", "parents", lambda event: [base().stranger.newest], "event-parents"),
    ("a-parent-that-is-no-event", "parents", [NOWHERE], "event-parents"),
    ("a-write-without-parents", "parents", [], "event-format"),
    (
        "a-write-with-two-parents",
        "parents",
        lambda event: sorted([*event["parents"], base().stranger.newest]),
        "event-format",
    ),
    ("a-short-write-set", "writeset", ["hot"], "event-writeset"),
    ("a-long-write-set", "writeset", ["hot", "idle", "wide/new"], "event-writeset"),
    ("a-write-set-of-another-variable", "writeset", ["hot", "wide/old"], "event-writeset"),
    ("an-empty-write-set", "writeset", [], "event-writeset"),
    ("an-unsorted-write-set", "writeset", ["wide/new", "hot"], "event-format"),
    ("a-write-set-with-a-name-twice", "writeset", ["hot", "hot", "wide/new"], "event-format"),
    ("a-write-set-that-is-a-text", "writeset", "hot", "event-format"),
    ("an-empty-read-set", "readset", [], "event-format"),
    ("an-unsorted-read-set", "readset", ["b", "a"], "event-format"),
    ("a-read-set-with-a-number", "readset", [1], "event-format"),
    ("a-version-from-the-future", "v", 2, "event-format"),
    ("an-event-with-a-field-more", "when", 0, "event-format"),
    ("an-id-of-32-bytes-among-20", "delta", bytes(32), "event-format"),
    ("a-delta-other-than-the-one-listed", "delta", lambda event: base().forger.put_value({}), "event-delta"),
    ("a-rule-that-is-a-delta", "rule", lambda event: event["delta"], "event-rule"),
):
    forge(name, "event", _claim(field, value), {code: EVENT})
forge(
    "ids-of-the-other-hash",
    "event",
    lambda event: event.update(parents=[bytes(32)], **dict.fromkeys(("rule", "after", "delta"), bytes(32))),
    {"event-format": EVENT},
)
forge(
    "a-rule-that-is-a-tree",
    "event",
    _claim("rule", lambda event: base().forger.put_tree({})),
    {"event-rule": "rules/4b825dc642cb6eb9a060e54bf8d69288fbee4904"},
)
forge(
    "a-rule-that-is-nowhere",
    "event",
    _claim("rule", NOWHERE),
    {"object-missing": f"rules/{NOWHERE.hex()}"},
)

for name, change in (
    ("an-event-with-a-byte-after-it", lambda data: data + b"\0"),
    ("an-event-that-ends-early", lambda data: data[:-1]),
    ("an-event-of-no-bytes", lambda data: b""),
    ("an-event-that-is-an-array", lambda data: b"\x80"),
    ("an-event-with-a-long-integer", lambda data: data.replace(b"\x61v\x01", b"\x61v\x18\x01", 1)),
    ("an-event-with-a-long-length", lambda data: data.replace(b"\x64rule\x54", b"\x64rule\x58\x14", 1)),
    ("an-event-with-a-float-as-its-version", lambda data: data.replace(b"\x61v\x01", b"\x61v\xf9\x3c\x00", 1)),
    ("an-event-of-indefinite-length", lambda data: b"\xbf" + data[1:] + b"\xff"),
    ("an-event-behind-a-tag", lambda data: b"\xd9\xd9\xf7" + data),
    ("an-event-with-a-key-twice", lambda data: bytes([data[0] + 1]) + b"\x61v\x01" + data[1:]),
    ("an-event-with-its-keys-in-reverse", _reversed_keys),
    ("an-event-nested-100000-deep", lambda data: b"\x81" * 100_000),
):
    forge(name, "event bytes", change, {"event-format": EVENT})
forge(
    "an-event-of-another-ledger-again",
    "event bytes",
    lambda data: base().made[list(base().stranger.log)[-3]].data,
    {"event-parents": EVENT},
)


def _carry(order: str) -> Lie:
    """Return a lie that carries other events, in another order; envelope and all that follows stay as they were."""

    def lie(tree: Tree) -> None:
        for name in ("events", "deltas"):
            carried = [tree[name][f"{int(at):04x}"] for at in order]
            tree[name] = {f"{at:04x}": data for at, data in enumerate(carried)}

    return lie


for name, order, expected in (
    (
        "the-newest-event-dropped",
        "012",
        {
            "envelope-count": "envelope",
            "state": "state/model/loss",
            "timeline": "index/model/~loss",
            "log-head": "log/head",
        },
    ),
    (
        "an-event-dropped",
        "013",
        {
            "envelope-count": "envelope",
            "event-parents": "events/0002",
            "event-after": "events/0002",
            "state": "state/model/accuracy",
            "timeline": "index/model/~accuracy",
            "log-head": "log/head",
        },
    ),
    (
        "two-events-exchanged",
        "0132",
        {"event-parents": "events/0003", "event-after": "events/0002", "log-head": "log/head"},
    ),
    (
        "an-event-carried-twice",
        "01233",
        {
            "envelope-count": "envelope",
            "event-parents": "events/0004",
            "delta-padded": "deltas/0004",
            "timeline": "index/model/~loss",
            "log-head": "log/head",
        },
    ),
):
    forge(name, "tree", _carry(order), expected)
