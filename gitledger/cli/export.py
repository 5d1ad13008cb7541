"""``git ledger export``: the log as files that any static web server can offer."""

from gitledger.cli.door import Door
from gitledger.cli.trust import chosen_checkpoint
from gitledger.errors import UsageError
from gitledger.ids import counted, shown
from gitledger.ledger.export import ENTRY_BYTES, export_tlog


def run(door: Door, *, what: str, directory: str, checkpoint: str | None) -> int:
    """Write files and print how many, and what had no place in them."""
    if what != "tlog":
        raise UsageError(f"{shown(what)} is no form of export; expected tlog")
    chosen = chosen_checkpoint(door, checkpoint)
    exported = export_tlog(door.ledger, door.path(directory), chosen)
    out = door.output
    if door.json:
        out.json({"size": chosen.size, "written": exported.written, "left_out": list(exported.left_out)})
        return 0
    out.line(f"{counted(chosen.size, 'event')} of {chosen.origin}: {counted(exported.written, 'file')} written")
    for seq in exported.left_out:
        out.line(f"#{seq} takes more than {ENTRY_BYTES:,} bytes: its bundle of entries is left out")
    return 0
