"""``git ledger remote setup``: let plain git fetch the ledgers of a remote."""

from gitledger.cli.door import Door
from gitledger.cli.exchange import remote_name
from gitledger.errors import UsageError
from gitledger.ids import shown
from gitledger.store.tracking import track_remotes


def run(door: Door, *, action: str, remote: str | None) -> int:
    """Write the settings that are missing, and print each."""
    if action != "setup":
        raise UsageError(f"remote {shown(action)}; expected remote setup")
    name = remote_name(door, remote)
    for setting in track_remotes(door.repository, door.outside.env, name):
        if door.json:
            door.output.json({"name": setting.name, "value": setting.value})
        else:
            door.output.line(f"git config --add {setting.name} {setting.value}")
    return 0
