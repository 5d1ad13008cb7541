"""``git ledger checkpoint``: fix what the ledger is in one small text, and keep it."""

from gitledger.cli.door import Door
from gitledger.cli.trust import read_checkpoint, read_signing_key
from gitledger.ledger.checkpoint import Kept, attach, checkpoint
from gitledger.model.checkpoint import Checkpoint, format_checkpoint


def run(door: Door, *, sign: bool, key: str | None, attach: str | None) -> int:
    """Print the checkpoint as a file that others can keep."""
    kept = _attach(door, attach) if attach else _make(door, key, sign=sign or key is not None)
    note = format_checkpoint(kept.checkpoint)
    if door.json:
        content = checkpoint_to_json(kept.checkpoint)
        door.output.json({"ledger": door.ledger.name, "ref": kept.ref, **content, "note": note.decode()})
    else:
        door.output.raw(note)
    return 0


def checkpoint_to_json(one: Checkpoint) -> dict[str, object]:
    """Return what a checkpoint says."""
    return {
        "origin": one.origin,
        "size": one.size,
        "root": one.root.hex(),
        "publication": one.publication.hex(),
        "state": one.state.hex(),
        "index": one.index.hex(),
        "signatures": [{"name": signature.name, "key": signature.key.hex()} for signature in one.signatures],
    }


def _attach(door: Door, name: str) -> Kept:
    return attach(door.ledger, read_checkpoint(door, name))


def _make(door: Door, key: str | None, *, sign: bool) -> Kept:
    return checkpoint(door.ledger, key=read_signing_key(door, key) if sign else None)
