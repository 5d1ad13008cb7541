"""Step 2 of judging a publication: what its envelope says, held against its parents and its commit."""

from collections.abc import Sequence
from typing import Final

from gitledger.errors import FormatError
from gitledger.ids import shown
from gitledger.ledger.publish import format_time
from gitledger.model.envelope import Envelope, Op, parse_envelope
from gitledger.store.commit import Commit
from gitledger.verify.case import Case

_PATH: Final = "envelope"
_OPS: Final[tuple[Op, ...]] = ("genesis", "append", "merge")
"""By the number of parents."""


def judge_envelope(
    case: Case, data: bytes, commit: Commit, *, clocks: Sequence[int | None], events: int
) -> Envelope | None:
    """Note what is wrong with an envelope; return it if it has a place for each event.

    Args:
        case: the publication.
        data: the bytes of the envelope.
        commit: the publication's commit.
        clocks: the logical clock of each parent, None for one that cannot be read.
        events: how many events the publication carries.
    """
    try:
        envelope = parse_envelope(data)
    except FormatError as error:
        case.note("envelope-format", _PATH, error.message)
        return None
    people = f"{shown(str(commit.author))} and {shown(str(commit.committer))}"
    times = " and ".join(sorted({format_time(commit.author.time), format_time(commit.committer.time)}))
    for code, found, expected in (
        ("envelope-op", envelope.op, _OPS[len(commit.parents)]),
        ("envelope-count", f"{len(envelope.events):,} events", f"{events:,} events"),
        ("envelope-people", f"{shown(envelope.author)} and {shown(envelope.actor)}", people),
        ("envelope-time", envelope.time, times),
    ):
        if found != expected:
            case.note(code, _PATH, f"it says {found}; expected {expected}")
    known = [ts for ts in clocks if ts is not None]
    if len(known) == len(clocks) and envelope.ts != max(known, default=0) + 1:
        case.note("envelope-clock", _PATH, f"it says {envelope.ts}; expected {max(known, default=0) + 1}")
    return envelope if len(envelope.events) == events else None
