"""``git ledger append``: record one change, or one per line of a batch."""

import contextlib
from collections.abc import Iterator
from typing import IO

from gitledger.cli.changes import once, parse_batch, parse_expect, parse_set
from gitledger.cli.door import Door
from gitledger.durable import storage_error
from gitledger.errors import LedgerError, UsageError
from gitledger.ids import shown
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import Change, change
from gitledger.ledger.group import Appended


def run(
    door: Door,
    *,
    rule: str | None,
    set: tuple[str, ...],  # noqa: A002 - the word of the command line
    delete: tuple[str, ...],
    read: tuple[str, ...],
    expect: tuple[str, ...],
    message: str | None,
    key: str | None,
    batch: str | None,
    sign: bool,
) -> int:
    """Append, and print the id of each event once it is durable."""
    door.signs = sign
    if batch is not None:
        if set or delete or read or expect or any(one is not None for one in (rule, message, key)):
            raise UsageError("--batch beside what its lines say; expected all of a change in its line")
        _append_batch(door, batch)
        return 0
    if rule is None:
        raise UsageError("append without --rule; expected --rule NAME, or --batch FILE")
    asked = change(
        rule,
        set=once([parse_set(text, door.path) for text in set]),
        delete=delete,
        read=read,
        expect=once([parse_expect(text) for text in expect]),
        key=key,
        message=message,
    )
    _print(door, append(door.ledger, asked))
    return 0


def _append_batch(door: Door, name: str) -> None:
    """Append the lines of a file. Whatever fails, the lines whose ids were printed are written and no others."""
    printed = 0
    progress = door.progress("events")
    with contextlib.ExitStack() as stack:
        lines = door.outside.stdin if name == "-" else stack.enter_context(_open(door, name))
        try:
            for appended in append_batch(door.ledger, _flushing(door, parse_batch(lines))):
                _print(door, appended)
                printed += 1
                progress.tell(printed)
        except LedgerError as error:
            error.message = f"line {printed + 1:,}: {error.message}"
            error.details["line"] = printed + 1
            raise


def _flushing(door: Door, changes: Iterator[Change | None]) -> Iterator[Change | None]:
    """Pass changes on; before another line is waited for, let the ids of the group before be seen."""
    for one in changes:
        yield one
        door.output.flush()


def _open(door: Door, name: str) -> IO[bytes]:
    try:
        return door.path(name).open("rb")
    except OSError as error:
        raise storage_error(f"cannot read {shown(name)}", error) from error


def _print(door: Door, appended: Appended) -> None:
    if door.json:
        door.output.json({"event": appended.event.hex(), "new": appended.is_new})
    else:
        door.output.line(appended.event.hex())
