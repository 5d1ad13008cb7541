"""Lies that a policy sees through: who signed what, and what was written under it. Judged with signatures."""

from typing import Any

from tests.forger import DELETED, Act, Lie
from tests.forgeries.registry import ADA, BOT, EVE, POLICY, base, forge, forge_many, policy
from tests.ssh_signer import armor, in_a_certificate, second_form, string, unarmored

SECOND = policy(version=2, signers={**policy()["signers"], "eve": {"keys": [EVE.line]}})


def governed(name: str, lies: dict[str, Lie], expected: dict[str, str], *, at: int = 1) -> None:
    forge_many(name, lies, expected, scenario="governed", at=at)


def append_act(*acts: Act) -> Lie:
    """Return a lie that adds events to a publication."""
    return lambda before: [*before, *acts]


def signed_by(key: Any) -> Lie:
    """Return a lie about who signs."""
    return lambda _: key


def ruled(change: dict[str, Any], rule: str = "train") -> Act:
    return Act(change, rule={"name": rule})


INVALID = {"signature-invalid": ""}
governed("a-publication-that-nobody-signed", {"signature": lambda _: b""}, {"unsigned": ""})
governed("a-signature-over-other-bytes", {"signed bytes": lambda data: data + b"\n"}, INVALID)
governed("a-signature-over-another-tree", {"signed bytes": lambda data: b"tree 0" + data[6:]}, INVALID)
governed("a-signature-in-its-second-form", {"signature": second_form}, INVALID)
governed("a-signature-whose-key-is-in-a-certificate", {"signature": lambda one: in_a_certificate(one, BOT, EVE)}, INVALID)
governed("a-signature-in-lines-of-another-length", {"signature": lambda one: armor(unarmored(one), 64)}, INVALID)
governed("a-signature-for-another-purpose", {"signature": lambda _: BOT.sign(b"", b"file")}, INVALID)
governed("a-signature-with-bytes-behind-it", {"signature": lambda one: armor(unarmored(one) + string(b""))}, INVALID)
governed("a-signature-of-no-kind", {"signature": lambda _: b"signed, Bot"}, INVALID)
governed("a-signature-of-another-publication", {"signed bytes": lambda _: base().made[base().governed.commit].data}, INVALID)
governed("a-publication-signed-by-a-stranger", {"signer": signed_by(EVE)}, {"signer-unknown": "events/0000"})
governed(
    "a-publication-signed-by-a-signer-to-be",
    {"acts": lambda acts: [Act({POLICY: SECOND}), *acts], "signer": signed_by(EVE)},
    {"signer-unknown": "events/0000"},
)
governed(
    "a-rule-that-the-signer-may-not-use",
    {"acts": append_act(ruled({"model/c": 3}, "tune"))},
    {"signer-not-allowed": "events/0002"},
)
governed(
    "an-approval-in-another-s-name",
    {"acts": append_act(Act({".ledger/approvals/kim": SECOND})), "signer": signed_by(ADA)},
    {"signer-not-allowed": "events/0002"},
)
governed(
    "an-approval-by-a-signer-who-is-no-keeper",
    {"acts": append_act(Act({".ledger/approvals/bot": SECOND}))},
    {"signer-not-allowed": "events/0002"},
)
governed(
    "an-approval-of-a-policy-far-ahead",
    {"acts": append_act(Act({".ledger/approvals/ada": policy(version=7)})), "signer": signed_by(ADA)},
    {"policy-rollback": "events/0002"},
)
governed("a-rule-that-writes-elsewhere", {"acts": append_act(ruled({"notes": 1}))}, {"rule-not-allowed": "events/0002"})
governed(
    "a-rule-that-writes-beside-its-prefix", {"acts": append_act(ruled({"modelling": 1}))}, {"rule-not-allowed": "events/0002"}
)
governed(
    "a-rule-that-writes-what-is-the-ledger-s-own",
    {"acts": append_act(ruled({".ledger/other": 1}))},
    {"rule-not-allowed": "events/0002"},
)
governed("a-value-above-the-limit", {"acts": append_act(ruled({"model/c": "x" * 63}))}, {"too-large": "events/0002"})
governed(
    "more-writes-than-the-limit",
    {"acts": append_act(ruled({f"model/{number}": 1 for number in range(4)}))},
    {"too-large": "events/0002"},
)
governed("more-events-than-the-limit", {"acts": lambda acts: acts * 3}, {"too-large": "events/0004", "delta-padded": "deltas/0002"})
governed("a-policy-deleted", {"acts": append_act(Act({POLICY: DELETED}))}, {"policy-broken": "events/0002"})
governed(
    "a-policy-deleted-and-events-after-it",
    {"acts": append_act(Act({POLICY: DELETED}), ruled({"model/c": 1}))},
    {"policy-broken": "events/0003"},
)
governed("a-policy-that-is-none", {"acts": append_act(Act({POLICY: "whatever"}))}, {"policy-broken": "events/0002"})
governed(
    "a-policy-of-nobody",
    {"acts": append_act(Act({POLICY: policy(version=2, keepers=["eve"])}))},
    {"policy-broken": "events/0002"},
)
for says, number in (("a-policy-rolled-back", 1), ("a-policy-that-leaves-a-version-out", 3)):
    governed(
        says,
        {"acts": append_act(Act({POLICY: policy(version=number, threshold=2)})), "signer": signed_by(ADA)},
        {"policy-rollback": "events/0002"},
    )
governed(
    "a-policy-changed-by-a-signer-who-is-no-keeper",
    {"acts": append_act(Act({POLICY: SECOND}))},
    {"policy-approvals": "events/0002"},
)
forge(
    "a-first-policy-beside-an-approval",
    "acts",
    append_act(Act({POLICY: policy(), ".ledger/approvals/kim": SECOND})),
    {"policy-approvals": "events/0004"},
)
forge("a-first-policy-of-the-second-version", "acts", append_act(Act({POLICY: SECOND})), {"policy-rollback": "events/0004"})
forge("a-first-policy-that-is-none", "acts", append_act(Act({POLICY: {}})), {"policy-broken": "events/0004"})
