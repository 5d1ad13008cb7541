"""Ledgers under a policy, and hands that sign without any program: what is signed says by whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from gitledger.frozen import replace
from gitledger.ids import EventId, Oid
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import read
from gitledger.store.base import Checked, Signed
from gitledger.store.commit import parse_commit
from tests.ledgers import memory_ledger
from tests.ssh_signer import SshKey

POLICY = ".ledger/policy"
KEYS = {name: SshKey(number) for number, name in enumerate(("ada", "bot", "kim", "eve"), start=1)}


def policy(version: int = 1, *, threshold: int = 1, **more: Any) -> dict[str, Any]:
    """Return a policy of Ada and Kim, its keepers, and Bot."""
    signers = {name: {"keys": [KEYS[name].line]} for name in ("ada", "bot", "kim")}
    return {"version": version, "signers": signers, "keepers": ["ada", "kim"], "threshold": threshold, **more}


def in_the_hands_of(name: str, ledger: Ledger) -> Ledger:
    """Return a ledger whose publications somebody signs."""

    def sign(data: bytes) -> Signed:
        return Signed(signature=KEYS[name].sign(data), keys=frozenset({KEYS[name].name}))

    return replace(ledger, sign=sign, check_signatures=lambda oids: check(ledger, oids))


def unsigned(ledger: Ledger) -> Ledger:
    """Return a ledger whose publications nobody signs."""
    return replace(ledger, sign=None)


def check(ledger: Ledger, oids: Sequence[Oid]) -> Mapping[Oid, Checked]:
    """Say whose key made the signatures of commits, by making them again: Ed25519 knows no chance."""
    return {oid: _check(ledger, oid) for oid in oids}


def _check(ledger: Ledger, oid: Oid) -> Checked:
    data = read(ledger.objects, oid, "commit")
    signature = parse_commit(data, ledger.objects.format).signature
    headers, _, message = data.partition(b"\n\n")
    unsigned = headers.partition(b"\ngpgsig")[0] + b"\n\n" + message
    for key in KEYS.values():
        if key.sign(unsigned) == signature:
            return Checked(result="good", keys=frozenset({key.name}))
    return Checked(result="bad")


def governed(**more: Any) -> Ledger:
    """Return a ledger in memory under a policy, in Ada's hands."""
    ledger = in_the_hands_of("ada", memory_ledger())
    put(ledger, policy(**more))
    return ledger


def put(ledger: Ledger, value: object, variable: str = POLICY) -> EventId:
    """Append an event that writes one of the ledger's own variables."""
    return append(ledger, change("govern", set={variable: value})).event


def approve(name: str, ledger: Ledger, value: object) -> EventId:
    """Let somebody approve of a policy."""
    return put(in_the_hands_of(name, ledger), value, f".ledger/approvals/{name}")
