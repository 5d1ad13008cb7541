"""``git ledger key``: make a key that signs checkpoints, or show the one that is there."""

import os
from pathlib import Path

from gitledger.cli.door import Door
from gitledger.cli.trust import read_signing_key
from gitledger.errors import UsageError
from gitledger.model.note import check_key_name
from gitledger.model.notekey import (
    COSIGNATURE,
    ED25519,
    SEED_BYTES,
    SigningKey,
    format_signing_key,
    format_verifier_key,
)

_SECRET = 0o600


def run(door: Door, *, file: str, name: str | None, witness: bool) -> int:
    """Print the verifier key: what everybody may know, and what policies name."""
    path = door.path(file)
    if path.exists():
        key = read_signing_key(door, file)
        if name not in (None, key.name) or (witness and key.algorithm != COSIGNATURE):
            raise UsageError(f"{path} holds another key, of {key.name}; expected the name of a new file")
    else:
        key = _make(door, path, name, COSIGNATURE if witness else ED25519)
    verifier = format_verifier_key(key.verifier)
    if door.json:
        kind = "witness" if key.algorithm == COSIGNATURE else "log"
        door.output.json({"name": key.name, "kind": kind, "key": key.verifier.id.hex(), "verifier": verifier})
    else:
        door.output.line(verifier)
    return 0


def _make(door: Door, path: Path, name: str | None, algorithm: int) -> SigningKey:
    if name is None:
        raise UsageError(
            "a key needs a name; expected --name NAME",
            hint="that of a log becomes the origin of its checkpoints, such as example.com/ledger",
        )
    check_key_name(name)
    key = SigningKey(name=name, algorithm=algorithm, seed=door.ledger.entropy(SEED_BYTES))
    secret = format_signing_key(key).encode() + b"\n"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _SECRET), "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    return key
