"""Rule 1 of the gate: which refs a push moves, read as bytes; every name that is not of a ledger is refused.

githooks(5), pre-receive: one line ``<old> SP <new> SP <ref> LF`` for each, ids of zeros for "absent".
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from gitledger.errors import FormatError
from gitledger.hook.refusal import RefusedError
from gitledger.ids import LedgerName, ObjectFormat, Oid, shown
from gitledger.store import layout

INPUT_BYTES: Final = 1024 * 1024
"""Bytes of all moves: some five thousand of them. Nobody has as many ledgers."""
_OURS = re.compile(rb"refs/ledger", re.IGNORECASE)
"""What our refs begin with, however a file system folds case."""
_LINE = re.compile(rb"([0-9a-f]+) ([0-9a-f]+) ([^\n]+)\n")


class Move(NamedTuple):
    """One ref that a push moves.

    Attributes:
        ref: its name.
        ledger: the ledger that it is about.
        size: of a checkpoint; None for the ledger itself.
        old: where the push believes it to be; None for nowhere.
        new: where it is to be.
    """

    ref: str
    ledger: LedgerName
    size: int | None
    old: Oid | None
    new: Oid


def parse_moves(data: bytes, object_format: ObjectFormat) -> list[Move]:
    """Return the moves of a push that touches a ledger; none for one that does not.

    Raises:
        RefusedError: a ref beside those of ledgers and checkpoints, one twice, a deletion, too many; other lines than
            git writes.
    """
    if len(data) > INPUT_BYTES:
        raise RefusedError("push-size", "", f"it moves more refs than {INPUT_BYTES:,} bytes name; expected fewer")
    lines = _LINE.findall(data)
    if sum(len(b" ".join(line)) + 1 for line in lines) != len(data):
        raise RefusedError("gate-failed", "", "what the gate was given to read is not what git writes")
    if not any(_OURS.match(ref) for _, _, ref in lines):
        return []
    moves = [parse_move(ref, old, new, object_format) for old, new, ref in lines]
    by_ref = {move.ref: move for move in moves}
    if len(by_ref) < len(moves):
        twice = next(move.ref for move in moves if by_ref[move.ref] is not move)
        raise RefusedError("ref-twice", twice, "the push moves it twice; expected once")
    # A checkpoint is judged by the ledger that is here: of one that moves beside it, the swap may yet be lost.
    return sorted(moves, key=lambda move: move.size is not None)


def is_ours(ref: bytes) -> bool:
    """Return whether a ref is one of a ledger, or could be taken for one."""
    return bool(_OURS.match(ref))


def parse_move(ref: bytes, old: bytes, new: bytes, object_format: ObjectFormat) -> Move:
    """Return one move of a ledger or a checkpoint.

    Raises:
        RefusedError: any other ref, a deletion, ids of another length.
    """
    name = ref.decode(errors="backslashreplace")
    ledger, size = _owner(name)
    before, after = _oids((old, new), object_format)
    if after is None:
        raise RefusedError("ref-deleted", name, "the push deletes it; expected it to move forward")
    return Move(name, ledger, size, before, after)


def _owner(ref: str) -> tuple[LedgerName, int | None]:
    try:
        if ref.startswith(layout.CHECKPOINT_REFS):
            return layout.parse_checkpoint_ref(ref)
        return layout.parse_ledger_ref(ref), None
    except FormatError as error:
        expected = f"expected {layout.REFS}<name> or {layout.CHECKPOINT_REFS}<name>/<size>, and other refs apart"
        raise RefusedError("ref-name", "", f"the push moves {shown(ref)}; {expected}") from error


def _oids(digits: Iterable[bytes], object_format: ObjectFormat) -> list[Oid | None]:
    absent = bytes(object_format.size)
    oids = [one.decode() for one in digits]
    if any(len(one) != 2 * object_format.size for one in oids):
        raise RefusedError("gate-failed", "", "an id that the gate was given has not the length of ids here")
    return [None if oid == absent else Oid(oid) for oid in map(bytes.fromhex, oids)]
