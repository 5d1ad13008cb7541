"""``git ledger prove``: one fact in one file that anyone can check without the repository."""

import re
from typing import Final

from gitledger.cli.checkpoint import checkpoint_to_json
from gitledger.cli.door import Door
from gitledger.cli.trust import chosen_checkpoint, read_checkpoint
from gitledger.cli.values import to_json
from gitledger.errors import DamageError, NotFoundError, UsageError
from gitledger.ids import EventId, parse_oid, parse_variable, shown
from gitledger.ledger.checkpoint import checkpoint_at
from gitledger.ledger.handle import Ledger
from gitledger.ledger.prove import prove_event, prove_extension, prove_timeline, prove_variable
from gitledger.ledger.resolve import resolve
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.proof_file import EventProof, Proof, format_proof

_KINDS: Final = ("event", "variable", "timeline", "extension")
_FULL_ID = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")


def run(door: Door, *, what: str, subject: str, other: str | None, at: str | None, checkpoint: str | None) -> int:
    """Write a proof to standard output."""
    _check_usage(what, other, at, checkpoint)
    if other is None:
        ends = [chosen_checkpoint(door, checkpoint)]
        proof = _prove(door, what, subject, at, ends[0])
    else:
        ends = [_end(door, subject), _end(door, other)]
        proof = prove_extension(door.ledger, *ends)
    data, out = format_proof(proof), door.output
    if door.json:
        out.json({"kind": what, "checkpoints": [checkpoint_to_json(one) for one in ends], "proof": to_json(data)})
    elif out.width is not None and what != "event":
        raise UsageError("a proof is not for terminals; expected standard output to be a file", hint="add: > FILE")
    else:
        out.raw(data)
    return 0


def _check_usage(what: str, other: str | None, at: str | None, checkpoint: str | None) -> None:
    if what not in _KINDS:
        raise UsageError(f"{shown(what)} cannot be proved; expected one of {', '.join(_KINDS)}")
    if (what == "extension") != (other is not None):
        raise UsageError("an extension has two ends, all else has one subject; expected them to fit")
    if (at and what != "variable") or (checkpoint and what == "extension"):
        raise UsageError("--at is for variables, --checkpoint for all but extensions; expected them nowhere else")


def _prove(door: Door, what: str, subject: str, at: str | None, checkpoint: Checkpoint) -> Proof:
    ledger = door.ledger
    if what == "event":
        return _prove_event(ledger, subject, checkpoint)
    if what == "timeline":
        return prove_timeline(ledger, parse_variable(subject), checkpoint)
    return prove_variable(
        ledger, parse_variable(subject), checkpoint, at=resolve(ledger, at) if at is not None else None
    )


def _prove_event(ledger: Ledger, rev: str, checkpoint: Checkpoint) -> EventProof:
    try:
        place = resolve(ledger, rev)
    except (NotFoundError, DamageError):
        if not _FULL_ID.match(rev):
            raise
        # What carries it is not here, or in another ledger; the log has its leaf.
        return prove_event(ledger, EventId(parse_oid(rev)), checkpoint)
    return prove_event(ledger, place.event, checkpoint, seq=place.seq)


def _end(door: Door, name: str) -> Checkpoint:
    """Return the checkpoint that a file holds, or the one at an event."""
    if door.path(name).is_file():
        return read_checkpoint(door, name)
    return checkpoint_at(door.ledger, resolve(door.ledger, name))
