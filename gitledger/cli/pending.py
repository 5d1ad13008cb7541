"""``git ledger pending``: list events that lost a race, make one again, or drop it."""

from gitledger.cli.door import Door
from gitledger.cli.render import event_lines, event_to_json
from gitledger.errors import UsageError
from gitledger.ids import shown
from gitledger.ledger.inflight import Pending
from gitledger.ledger.pending import drop, find_pending, pending, retry


def run(door: Door, *, action: str | None, event: str | None, sign: bool) -> int:
    """List, retry or drop."""
    door.signs = sign
    match action, event:
        case None, None:
            for one in pending(door.ledger):
                _print(door, one)
        case "retry", None:
            for one in pending(door.ledger):
                _retry(door, one)
        case "retry", str():
            _retry(door, find_pending(door.ledger, event))
        case "drop", str():
            drop(door.ledger, find_pending(door.ledger, event))
        case _:
            raise UsageError(f"pending {shown(action or '')}; expected nothing, retry [EVENT], or drop EVENT")
    return 0


def _retry(door: Door, one: Pending) -> None:
    answer = retry(door.ledger, one)
    if door.json:
        door.output.json({"pending": one.event.hex(), "event": answer.event.hex(), "new": answer.is_new})
    else:
        door.output.line(answer.event.hex())


def _print(door: Door, one: Pending) -> None:
    if door.json:
        door.output.json({**event_to_json(one.published), "why": one.why})
        return
    for line in event_lines(one.published):
        door.output.line(*line)
    door.output.line(f"    refused: {one.why}")
