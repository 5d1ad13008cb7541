"""``git ledger init``: start a ledger, and let git fetch those that its remotes have."""

from gitledger.cli.door import Door
from gitledger.ledger.init import init
from gitledger.store.tracking import track_remotes


def run(door: Door, *, name: str | None, sign: bool) -> int:
    """Start a ledger and print each setting that is written."""
    door.signs = sign
    ledger = door.open(name) if name is not None else door.ledger
    # First what can be written again without harm: once the ledger is started, nothing may fail.
    settings = track_remotes(door.repository, door.outside.env)
    started = init(ledger)
    out = door.output
    if door.json:
        written = [{"name": setting.name, "value": setting.value} for setting in settings]
        out.json({"ledger": ledger.name, "event": started.event.hex(), "new": started.is_new, "settings": written})
        return 0
    out.line(f"ledger {ledger.name} {'starts with' if started.is_new else 'is at'} event {started.event.hex()}")
    for setting in settings:
        out.line(f"git config --add {setting.name} {setting.value}")
    return 0
