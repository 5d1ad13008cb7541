"""The ledger that most scenarios are about, its keys, and a witness policy."""

from functools import cache
from hashlib import sha256
from typing import NamedTuple

from gitledger import codec
from gitledger.ids import SHA1, SHA256, ObjectFormat
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import change
from gitledger.ledger.checkpoint import checkpoint
from gitledger.ledger.handle import Ledger
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.notekey import COSIGNATURE, ED25519, SigningKey, format_verifier_key
from tests.ledgers import memory_ledger

FORMATS = {"sha1": SHA1, "sha256": SHA256}


def key(name: str, algorithm: int = ED25519) -> SigningKey:
    """Return the key whose secret is the hash of its name."""
    return SigningKey(name=name, algorithm=algorithm, seed=sha256(name.encode()).digest())


LOG = key("example.com/ledger")
WITNESSES = tuple(key(f"w{n}.example", COSIGNATURE) for n in (1, 2, 3))
POLICY = "".join(
    (
        f"log {format_verifier_key(LOG.verifier)}\n",
        *(f"witness w{n} {format_verifier_key(one.verifier)}\n" for n, one in enumerate(WITNESSES, start=1)),
        "group two 2 w1 w2 w3\nquorum two\n",
    )
)


class Sample(NamedTuple):
    """A ledger with a checkpoint on the way and one at its end, both signed by the log and two witnesses."""

    ledger: Ledger
    old: Checkpoint
    new: Checkpoint


@cache
def sample(object_format: ObjectFormat = SHA1) -> Sample:
    """Return the ledger.

    ``model/accuracy`` is written 130 times, so that its timeline has three segments; ``data`` has 70 children, so that
    it is split; ``gone`` is deleted in the end.
    """
    ledger = memory_ledger(object_format)
    append(ledger, change("prepare", set={f"data/{n}": n / 8 for n in range(70)}, read=["source"]))
    append(ledger, change("note", set={"gone": "soon", "title": "Möwe"}))
    old = signed(ledger)
    for _ in append_batch(ledger, (change("train", set={"model/accuracy": n}) for n in range(130))):
        continue
    append(ledger, change("note", delete=["gone"]))
    return Sample(ledger, old, signed(ledger))


def signed(ledger: Ledger) -> Checkpoint:
    """Return the checkpoint of a ledger's head, signed by the log and two of three witnesses."""
    for one in (LOG, *WITNESSES[:2]):
        kept = checkpoint(ledger, key=one)
    return kept.checkpoint


def parts(leaf: bytes) -> list[bytes]:
    """Return event, rule and delta of a leaf."""
    found = codec.decode(leaf)
    return [part for part in found if isinstance(part, bytes)] if isinstance(found, list) else []
