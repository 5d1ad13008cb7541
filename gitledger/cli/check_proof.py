"""``git ledger check-proof``: say what a proof shows, if it holds. Needs no repository."""

from collections.abc import Iterator

from gitledger.cli.checkpoint import checkpoint_to_json
from gitledger.cli.door import Door
from gitledger.cli.output import Output
from gitledger.cli.render import held_text
from gitledger.cli.trust import read_checkpoint, read_file, read_witness_policy
from gitledger.cli.values import NOTHING, to_json
from gitledger.errors import FormatError, PolicyError
from gitledger.ids import counted
from gitledger.ledger.check_proof import (
    Proved,
    ProvedEvent,
    ProvedExtension,
    ProvedTimeline,
    ProvedValue,
    check_proof,
)
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.proof_file import parse_proof
from gitledger.model.value import parse_value


def run(door: Door, *, file: str, checkpoint: tuple[str, ...], witnesses: str | None) -> int:
    """Print what a proof shows; 1 if it does not hold."""
    trusted, asked = [read_checkpoint(door, name) for name in checkpoint], read_witness_policy(door, witnesses)
    # Not the door's output, whose colours are a setting of a repository.
    out = Output(door.outside.stdout, color=False, width=door.outside.stdout_width)
    try:
        proved = check_proof(parse_proof(read_file(door, file)), trusted=trusted, policy=asked)
    except (FormatError, PolicyError) as error:
        if door.json:
            out.json({"holds": False, "reason": error.message})
        else:
            out.line(f"does not hold: {error.message}")
        out.flush()
        return 1
    if door.json:
        out.json({"holds": True, **_to_json(proved)})
    else:
        for line in _lines(proved):
            out.line(line)
    out.flush()
    return 0


def _lines(proved: Proved) -> Iterator[str]:
    match proved:
        case ProvedEvent():
            yield f"event {proved.id.hex()} is {_place(proved)}"
            for name in proved.event.writeset:
                value = proved.delta.changes[name]
                change = "deleted" if value is None else f"= {held_text(value)}"
                yield f"    {name} {change} ({proved.rule.name})"
        case ProvedValue(after=after):
            held = "holds nothing" if proved.value is None else f"= {held_text(proved.value)}"
            yield f"{proved.variable} {held}"
            yield f"    after event {after.id.hex()}, {_place(after)}" if after else f"    at {_log(proved.checkpoint)}"
        case ProvedTimeline(events=events):
            yield f"{proved.variable} was changed by {len(events):,} of {_log(proved.checkpoint)}, and by no other"
            for event in reversed(events):
                yield event.hex()
        case ProvedExtension():
            new, old = proved.new, proved.old
            yield f"the log of {counted(new.size, 'event')} with the root {new.root.hex()}"
            yield f"    begins with that of {counted(old.size, 'event')} with the root {old.root.hex()}"


def _place(proved: ProvedEvent) -> str:
    return f"#{proved.seq} of {_log(proved.checkpoint)}"


def _log(checkpoint: Checkpoint) -> str:
    return f"{counted(checkpoint.size, 'event')} of {checkpoint.origin}"


def _to_json(proved: Proved) -> dict[str, object]:
    match proved:
        case ProvedEvent():
            return {"kind": "event", "checkpoint": checkpoint_to_json(proved.checkpoint), **_event_to_json(proved)}
        case ProvedValue(after=after):
            return {
                "kind": "variable",
                "checkpoint": checkpoint_to_json(proved.checkpoint),
                "variable": proved.variable,
                "value": {NOTHING: True} if proved.value is None else to_json(parse_value(proved.value)),
                "after": _event_to_json(after) if after else None,
            }
        case ProvedTimeline():
            return {
                "kind": "timeline",
                "checkpoint": checkpoint_to_json(proved.checkpoint),
                "variable": proved.variable,
                "events": [event.hex() for event in reversed(proved.events)],
            }
        case ProvedExtension():
            ends = {"old": proved.old, "new": proved.new}
            shown = {end: {"size": one.size, "root": one.root.hex()} for end, one in ends.items()}
            return {"kind": "extension", **shown}


def _event_to_json(proved: ProvedEvent) -> dict[str, object]:
    changes = {
        name: {"delete": True}
        if (value := proved.delta.changes[name]) is None
        else {"set": to_json(parse_value(value))}
        for name in proved.event.writeset
    }
    return {
        "event": proved.id.hex(),
        "seq": proved.seq,
        "parents": [parent.hex() for parent in proved.event.parents],
        "rule": {"id": proved.event.rule.hex(), "name": proved.rule.name},
        "after": proved.event.after.hex(),
        "readset": list(proved.event.readset),
        "delta": changes,
    }
