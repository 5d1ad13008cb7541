"""What the envelope remembers of an imported commit. Specified in ``docs/format/import-git.md``, "Meta".

Nothing that a commit's header holds is refused: what is no text, or no date, is still remembered.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple

from gitledger.codec import Value
from gitledger.ledger.publish import format_time
from gitledger.store.gitlog import SourceCommit

_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_SIGNED = re.compile(
    r"(?P<who>.*) (?P<seconds>[0-9]{1,18}) (?P<sign>[+-])(?P<hours>[0-9]{2})(?P<minutes>[0-9]{2})", re.DOTALL
)


class Signature(NamedTuple):
    """Who, and when: an author or committer header.

    Attributes:
        text: ``Name <address>`` and the date, in RFC 3339 with its zone; as the header has it, if that can't be.
        who: ``Name <address>`` alone.
        when: the date in UTC as an envelope writes it, or None.
    """

    text: str
    who: str
    when: str | None


def remembered(commit: SourceCommit) -> dict[str, Value]:
    """Return what the envelope remembers: the commit under ``git``, and its author and date as the event's own."""
    author, committer = parse_signature(commit.author), parse_signature(commit.committer)
    meta: dict[str, Value] = {
        "author": author.who,
        "git": {
            "commit": commit.oid.hex(),
            "author": author.text,
            "committer": committer.text,
            "message": read_text(commit.message),
        },
    }
    return meta if author.when is None else {**meta, "time": author.when}


def parse_signature(header: bytes) -> Signature:
    """Return who signed and when."""
    text = read_text(header)
    signed = _SIGNED.fullmatch(text)
    if not signed:
        return Signature(text, text, None)
    offset = timedelta(hours=int(signed["hours"]), minutes=int(signed["minutes"]))
    who, seconds = signed["who"], int(signed["seconds"])
    try:
        zone = timezone(-offset if signed["sign"] == "-" else offset)
        date = (_EPOCH + timedelta(seconds=seconds)).astimezone(zone)
        return Signature(f"{who} {date.isoformat()}", who, format_time(seconds))
    except (OverflowError, ValueError):  # a year beyond 9999, a zone of a day or more
        return Signature(text, who, None)


def read_text(data: bytes) -> str:
    """Return text; what is not UTF-8 is read as ISO-8859-1, in which every byte is a character."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("iso-8859-1")
