"""Every ref name, and every name in a publication's tree.

Specified in ``docs/format/refs.md`` and ``docs/format/publication.md``.
"""

import re
from typing import Final

from gitledger.errors import FormatError
from gitledger.ids import EventId, LedgerName, Oid, parse_ledger_name, shown

REFS: Final = "refs/ledger/"
INFLIGHT: Final = "refs/ledger-inflight/"
CHECKPOINT_REFS: Final = "refs/ledger-checkpoint/"
TRACKING: Final = "refs/ledger-remotes/"
PINS: Final = "refs/ledger-pin/"

ENVELOPE: Final = b"envelope"
EVENTS: Final = b"events"
DELTAS: Final = b"deltas"
RULES: Final = b"rules"
KEYS: Final = b"keys"
SEGMENTS: Final = b"segments"
STATE: Final = b"state"
INDEX: Final = b"index"
LOG: Final = b"log"
LOG_HEAD: Final = "head"

TIMELINE_MARK: Final = b"~"
"""What the name of a timeline begins with, so that the timeline of ``a`` and the directory of ``a/b`` can coexist."""

PUBLICATION_EVENTS: Final = 65_536
"""How many events one publication may carry: all that four hexadecimal digits can number."""

_SIZE: Final = r"[1-9][0-9]{0,18}"


def ledger_ref(name: LedgerName) -> str:
    """Return the ref of a ledger."""
    return REFS + name


def inflight_ref(event: EventId) -> str:
    """Return the ref that keeps an event which was made and not published."""
    return INFLIGHT + event.hex()


def parse_ledger_ref(ref: str) -> LedgerName:
    """Return the ledger that a ref belongs to.

    Raises:
        FormatError: it is not the ref of a ledger.
    """
    if not ref.startswith(REFS):
        raise FormatError(f"{shown(ref)} is not the ref of a ledger; expected {REFS}<name>")
    return parse_ledger_name(ref.removeprefix(REFS))


def tracking_refs(remote: str) -> str:
    """Return what the refs begin with that say what a remote last had."""
    return f"{TRACKING}{remote}/"


def tracking_ref(remote: str, name: LedgerName) -> str:
    """Return the ref that says what a remote last had of a ledger."""
    return tracking_refs(remote) + name


def parse_tracking_ref(remote: str, ref: str) -> LedgerName:
    """Return the ledger that a tracking ref of a remote is about.

    Raises:
        FormatError: a name that no ledger can have. A remote may offer any.
    """
    return parse_ledger_name(ref.removeprefix(tracking_refs(remote)))


def checkpoint_refs(name: LedgerName) -> str:
    """Return what the refs of a ledger's checkpoints begin with."""
    return f"{CHECKPOINT_REFS}{name}/"


def checkpoint_ref(name: LedgerName, size: int) -> str:
    """Return the ref of a ledger's checkpoint of ``size`` events."""
    return f"{checkpoint_refs(name)}{size}"


def parse_checkpoint_ref(ref: str) -> tuple[LedgerName, int]:
    """Return the ledger and the size that the ref of a checkpoint is about.

    Raises:
        FormatError: it is not the ref of a checkpoint.
    """
    name, slash, size = ref.removeprefix(CHECKPOINT_REFS).partition("/")
    if not ref.startswith(CHECKPOINT_REFS) or not slash or not re.fullmatch(_SIZE, size):
        raise FormatError(f"{ref} is not the ref of a checkpoint; expected {CHECKPOINT_REFS}<name>/<size>")
    return parse_ledger_name(name), int(size)


def position_name(position: int) -> bytes:
    """Return the name of the event, or the delta, at this place of a publication: ``0000`` to ``ffff``."""
    if not 0 <= position < PUBLICATION_EVENTS:
        raise AssertionError(f"position {position} in a publication of at most {PUBLICATION_EVENTS} events")
    return b"%04x" % position


def oid_name(oid: Oid) -> str:
    """Return the name under ``rules/`` or ``segments/``: the hexadecimal id."""
    return oid.hex()
