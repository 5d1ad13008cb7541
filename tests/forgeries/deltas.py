"""Lies of deltas and rules: bytes that none has, names and values that break a rule, changes that are none."""

from typing import Any

from tests.forger import DELETED, Act, Lie, dumps
from tests.forgeries.registry import forge

EVENT, DELTA = "events/0001", "deltas/0001"


def _change(variable: str, cell: list[Any]) -> Lie:
    def change(delta: dict[str, Any]) -> None:
        delta[variable] = cell

    return change


def _act(**act: Any) -> Lie:
    def change(acts: list[Act]) -> None:
        acts[1] = Act(**act)

    return change


forge("a-set-that-changes-nothing", "delta", _change("wide/v3", [3]), {"delta-padded": DELTA})
forge("a-delete-of-what-is-not-there", "delta", _change("idle", []), {"delta-padded": DELTA})
forge("an-event-that-only-pads", "acts", _act(changes={"idle": DELETED}), {"delta-padded": DELTA})
for name, variable in (("a-value-above-others", "wide"), ("a-value-below-a-value", "wide/v1/inner")):
    forge(name, "delta", _change(variable, [1]), {"delta-conflict": DELTA})
forge(
    "a-and-a-slash-b-in-one-delta",
    "delta",
    lambda delta: delta.update({"both": [1], "both/inner": [2]}),
    {"delta-conflict": DELTA},
)
for name, variable in (
    ("a-variable-called-dot-git", "model/.git"),
    ("a-variable-that-ntfs-reads-as-dot-git", "GIT~1"),
    ("a-variable-with-an-empty-component", "model//x"),
    ("a-variable-that-climbs", "../x"),
    ("a-variable-not-in-nfc", "e\u0301"),
    ("a-variable-with-a-tilde", "~x"),
    ("a-variable-with-a-line-feed", "a\nb"),
    ("a-variable-of-1025-bytes", "/".join(["x" * 204] * 5) + "y"),
):
    forge(name, "delta", _change(variable, [1]), {"event-format": EVENT})
forge("a-value-of-64-kib-and-a-byte", "delta", _change("hot", [bytes(65_534)]), {"delta-format": DELTA})
forge("a-value-with-a-number-as-a-key", "delta", _change("hot", [{1: 2}]), {"delta-format": DELTA})
for name, data in (
    ("a-delta-that-is-an-array", b"\x80"),
    ("a-delta-with-a-byte-after-it", b"\xa1\x61a\x81\x01\0"),
    ("a-delta-with-a-float-that-is-an-integer", b"\xa1\x61a\x81\xf9\x3c\x00"),
    ("a-delta-with-its-keys-unsorted", b"\xa2\x61b\x81\x01\x61a\x81\x01"),
    ("a-delta-with-a-key-twice", b"\xa2\x61a\x81\x01\x61a\x81\x01"),
    ("a-delta-of-indefinite-length", b"\xbf\x61a\x81\x01\xff"),
    ("a-delta-with-a-tag", b"\xa1\x61a\x81\xc1\x01"),
    ("a-delta-with-two-values-for-a-variable", dumps({"hot": [1, 2]})),
    ("a-delta-with-a-value-in-no-list", dumps({"hot": 1})),
    ("a-delta-with-a-number-as-its-variable", b"\xa1\x01\x81\x01"),
    ("a-delta-of-a-variable-that-breaks-a-rule", dumps({".git": [1]})),
    ("a-delta-with-text-that-is-not-utf-8", b"\xa1\x62\xc0\xae\x81\x01"),
    ("a-delta-nested-100000-deep", b"\xa1\x61a" + b"\x81" * 100_000 + b"\x01"),
    ("a-delta-that-announces-more-than-it-has", b"\xbb" + b"\xff" * 8),
):
    forge(name, "delta bytes", lambda _, data=data: data, {"delta-format": DELTA})

for name, rule in (
    ("a-rule-without-a-name", {"version": "1"}),
    ("a-rule-with-a-number-as-its-name", {"name": 1}),
    ("a-rule-with-an-empty-name", {"name": ""}),
    ("a-rule-with-a-control-character-in-its-name", {"name": "a\x1bb"}),
    ("a-rule-with-a-version-that-is-no-text", {"name": "train", "version": 1}),
):
    forge(name, "acts", _act(changes={"hot": "next"}, rule=rule), {"event-rule": EVENT})
forge("a-rule-with-a-byte-after-it", "rule bytes", lambda data: data + b"\0", {"event-rule": EVENT})
forge(
    "a-genesis-event-later-again",
    "acts",
    _act(rule={"name": "genesis", "ledger": "main", "nonce": bytes(16)}),
    {"genesis": EVENT},
)
forge("a-merge-event-with-one-parent", "acts", _act(rule={"name": "merge"}), {"merge": EVENT})
