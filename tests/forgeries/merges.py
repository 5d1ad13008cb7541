"""Lies of how a ledger begins, and of how two of them are joined."""

from typing import Any

from tests.forger import DELETED, Act, Known, Lie
from tests.forgeries.registry import LEFT, base, forge

EVENT, DELTA = "events/0000", "deltas/0000"


def _act(number: int, **act: Any) -> Lie:
    def change(acts: list[Act]) -> None:
        acts[number:] = [Act(**act)]

    return change


def _genesis(name: str, expected: dict[str, str], **act: Any) -> None:
    forge(name, "acts", _act(0, **act), expected, scenario="genesis", at=0)


RULE = {"name": "genesis", "ledger": "main", "nonce": bytes(16)}
for name, rule in (
    ("a-genesis-with-another-rule", {"name": "train"}),
    ("a-genesis-with-a-nonce-of-15-bytes", RULE | {"nonce": bytes(15)}),
    ("a-genesis-with-a-nonce-of-text", RULE | {"nonce": "x" * 16}),
    ("a-genesis-with-a-field-more", RULE | {"more": 1}),
    ("a-genesis-with-a-version", RULE | {"version": "1"}),
    ("a-genesis-of-a-ledger-without-a-name", RULE | {"ledger": ""}),
    ("a-genesis-of-a-ledger-in-upper-case", RULE | {"ledger": "MAIN"}),
):
    _genesis(name, {"genesis": EVENT}, rule=rule)
_genesis("a-genesis-that-is-a-merge", {"genesis": EVENT, "merge": EVENT}, rule={"name": "merge"})
_genesis("a-genesis-that-writes", {"event-format": EVENT}, rule=RULE, changes={"a": 1})
_genesis("a-genesis-that-reads", {"event-format": EVENT}, rule=RULE, reads=("a",))
forge(
    "a-genesis-whose-delta-writes",
    "delta bytes",
    lambda data: b"\xa1\x61a\x81\x01",
    {"genesis": DELTA, "event-writeset": EVENT, "event-after": EVENT, "tree-absent": "state"},
    scenario="genesis",
    at=0,
)
forge(
    "a-genesis-that-follows-another-event",
    "event",
    lambda event: event.update(parents=[base().prefix.newest]),
    {"event-parents": EVENT},
    scenario="genesis",
    at=0,
)
forge(
    "a-genesis-with-a-second-event",
    "acts",
    lambda acts: acts.append(Act({"a": 1})),
    {"publication-size": "events"},
    scenario="genesis",
    at=0,
)
forge(
    "a-genesis-published-as-an-append",
    "envelope",
    lambda envelope: envelope.update(op="append", ts=2),
    {"envelope-op": "envelope", "envelope-clock": "envelope"},
    scenario="genesis",
    at=0,
)


def _merge(name: str, stage: str, change: Lie, expected: dict[str, str]) -> None:
    forge(name, stage, change, expected, scenario="merge", at=0)


def _known(change: Any) -> Lie:
    def lie(known: Known) -> None:
        change(known, *sorted((base().left, base().right), key=lambda side: side.newest))

    return lie


def _parents(change: Any) -> Lie:
    def lie(commit: dict[str, Any]) -> None:
        commit["parents"] = change(commit["parents"])

    return lie


_merge("a-merge-with-its-parents-in-reverse", "commit", _parents(lambda parents: parents[::-1]), {"merge": ""})
_merge(
    "a-merge-with-what-it-follows-from",
    "commit",
    _parents(lambda parents: [parents[0], base().prefix.commit]),
    {"merge": ""},
)
_merge(
    "a-merge-of-one",
    "commit",
    _parents(lambda parents: parents[:1]),
    {"envelope-op": "envelope", "event-parents": EVENT, "merge": EVENT, "event-after": EVENT, "timeline": "index/", "rules": "rules/", "keys": "keys/", "state": "state/side", "log-head": "log/head", "log-tile": "log/tile"},
)
_merge("a-merge-by-another-rule", "acts", _act(0, rule={"name": "train"}), {"merge": EVENT})
_merge("a-merge-by-a-rule-with-more-than-a-name", "acts", _act(0, rule={"name": "merge", "version": "1"}), {"merge": EVENT})
_merge("a-merge-that-writes", "acts", _act(0, rule={"name": "merge"}, changes={"a": 1}), {"event-format": EVENT})
_merge("a-merge-that-deletes", "acts", _act(0, rule={"name": "merge"}, changes={"hot": DELETED}), {"event-format": EVENT})
_merge("a-merge-that-reads", "acts", _act(0, rule={"name": "merge"}, reads=("a",)), {"event-format": EVENT})
_merge(
    "a-merge-whose-delta-writes",
    "delta bytes",
    lambda data: b"\xa1\x61a\x81\x01",
    {"merge": DELTA, "event-writeset": EVENT, "event-after": EVENT, "state": "state/a", "timeline": "index/~a"},
)
_merge(
    "a-merge-with-a-second-event",
    "acts",
    lambda acts: acts.append(Act({"a": 1})),
    {"publication-size": "events"},
)
_merge(
    "a-merge-event-with-its-parents-in-reverse",
    "event",
    lambda event: event["parents"].reverse(),
    {"event-format": EVENT},
)
_merge(
    "a-merge-event-that-names-one-head",
    "event",
    lambda event: event.update(parents=event["parents"][:1]),
    {"event-parents": EVENT},
)
_merge(
    "a-merge-that-lacks-the-other-side-s-log",
    "known",
    _known(lambda known, first, second: setattr(known, "log", first.log | {known.newest: known.log[known.newest]})),
    {"log-head": "log/head", "log-tile": "log/tile/0/000"},
)
_merge(
    "a-merge-with-the-log-of-the-second-side-first",
    "known",
    _known(lambda known, first, second: setattr(known, "log", second.log | first.log | known.log)),
    {"log-head": "log/head", "log-tile": "log/tile/0/000"},
)
_merge(
    "a-merge-that-lacks-the-other-side-s-rules",
    "known",
    _known(lambda known, first, second: setattr(known, "rules", {name: rule for name, rule in known.rules.items() if name in first.rules})),
    {"rules": "rules/"},
)
_merge(
    "a-merge-that-lacks-the-other-side-s-keys",
    "known",
    _known(lambda known, first, second: setattr(known, "keys", first.keys)),
    {"keys": "keys/"},
)
_merge(
    "a-merge-with-the-timeline-of-the-side-that-did-not-write",
    "known",
    _known(lambda known, first, second: known.timelines.update(hot=base().left.timelines["hot"])),
    {"timeline": "index/~hot"},
)
_merge(
    "a-merge-with-the-clock-of-one-side",
    "envelope",
    lambda envelope: envelope.update(ts=base().left.ts + 2),
    {"envelope-clock": "envelope"},
)
_merge(
    "a-merge-with-a-state-of-one-side",
    "known",
    _known(lambda known, first, second: setattr(known, "state", base().left.state)),
    {"state": "state/side/right"},
)


def _merge_with(name: str, *groups: Act, on: str = "prefix", lies: dict[str, Lie] | None = None) -> None:
    """List a merge of the left side with a third one, made as if they were the two sides."""

    def lie(commit: dict[str, Any]) -> None:
        made = dict(base().forger.made)
        third = [getattr(base(), on)] if on else []
        for act in groups:
            third = [base().forger.publish(third, [act], lies)]
        base().forger.made |= made
        commit["parents"] = [side.commit for side in sorted((base().left, *third), key=lambda side: side.newest)]

    _merge(name, "commit", lie, {"merge": ""})


_merge_with("a-merge-of-sides-that-write-the-same", Act({"side/left": 2}))
_merge_with("a-merge-of-sides-that-write-above-each-other", Act({"side": 2}))
_merge_with("a-merge-of-sides-that-write-below-each-other", Act({"side/left/inner": 2}))
_merge_with("a-merge-of-a-side-that-writes-what-the-other-read", Act({"side/read": 2}))
_merge_with("a-merge-of-a-side-that-read-what-the-other-writes", Act({"idle": 2}, reads=("side/left",)))
_merge_with("a-merge-of-two-ledgers", Act(rule=RULE | {"nonce": bytes(range(16))}), Act({"apart": 1}), on="")
_merge_with("a-merge-of-an-event-published-twice", LEFT, lies={"commit": lambda commit: commit.update(message="again")})
