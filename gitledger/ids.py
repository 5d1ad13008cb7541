"""Names of things: object ids, events, variables, ledgers, digests, and the one way to parse each.

Strings become ids at the door and text again when they are shown; in between an id is raw bytes with a type.
A name that breaks a rule raises ``FormatError`` and nothing else. The rules of variables are specified in
``docs/format/names.md``.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Final, Literal, NewType

from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.gitnames import special_name

Kind = Literal["blob", "tree", "commit", "tag"]

Oid = NewType("Oid", bytes)
"""Git's name of an object: 20 raw bytes (SHA-1) or 32 (SHA-256)."""
EventId = NewType("EventId", bytes)
"""The ``Oid`` of an event's blob."""
Variable = NewType("Variable", str)
"""A path in the state, checked by `parse_variable`."""
LedgerName = NewType("LedgerName", str)
"""The last component of ``refs/ledger/<name>``, checked by `parse_ledger_name`."""
Digest = NewType("Digest", bytes)
"""The SHA-256 of an artifact's bytes, 32 raw bytes."""

VARIABLE_BYTES: Final = 1024
COMPONENT_BYTES: Final = 255
RESERVED: Final = ".ledger"
"""The first component of the ledger's own variables."""
POLICY: Final = Variable(f"{RESERVED}/policy")
"""The variable that says who may append."""
APPROVALS: Final = Variable(f"{RESERVED}/approvals")
"""What the variables lie below in which keepers approve of a policy to come."""

_HEX = re.compile(r"[0-9a-f]*\Z")
# Nearly every variable there is: ASCII in which nothing is that a rule is about, except the length in all. Asking rule
# by rule takes fifteen times as long, which counts where a million events are read again. Said by what may stand there:
# a class that leaves out all of Unicode takes as long to compile as Python to start.
_PLAIN_COMPONENT: Final = r"[ -\-0-\[\]-}][ -.0-\[\]-}]{0,254}"
_PLAIN = re.compile(rf"{_PLAIN_COMPONENT}(?:/{_PLAIN_COMPONENT})*\Z")
_LEDGER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
_EMPTY_SHA1: Final = hashlib.sha1(usedforsecurity=False)
_EMPTY_SHA256: Final = hashlib.sha256()
_HEADERS: Final[Mapping[Kind, bytes]] = {
    "blob": b"blob %d\0",
    "tree": b"tree %d\0",
    "commit": b"commit %d\0",
    "tag": b"tag %d\0",
}


@frozen(kw_only=False)
class ObjectFormat:
    """The hash function that names the objects of one repository (git's ``extensions.objectFormat``)."""

    name: Literal["sha1", "sha256"]
    size: int

    def oid(self, kind: Kind, data: bytes | bytearray) -> Oid:
        """Return the id that Git gives to an object of this kind with these bytes."""
        # A copy of an empty hash, since OpenSSL takes longer to look an algorithm up than to hash an event.
        hashed = (_EMPTY_SHA256 if self.name == "sha256" else _EMPTY_SHA1).copy()
        hashed.update(_HEADERS[kind] % len(data))
        hashed.update(data)
        return Oid(hashed.digest())


SHA1: Final = ObjectFormat("sha1", 20)
SHA256: Final = ObjectFormat("sha256", 32)


def parse_oid(text: str) -> Oid:
    """Return the object id that 40 or 64 lower-case hexadecimal digits name.

    Raises:
        FormatError: anything else.
    """
    if len(text) not in (40, 64) or not _HEX.match(text):
        raise FormatError(f"{shown(text)} is not an object id; expected 40 or 64 hexadecimal digits")
    return Oid(bytes.fromhex(text))


def parse_digest(text: str) -> Digest:
    """Return the artifact digest that 64 lower-case hexadecimal digits name.

    Raises:
        FormatError: anything else.
    """
    if len(text) != 64 or not _HEX.match(text):  # noqa: PLR2004 - two digits a byte of SHA-256
        raise FormatError(f"{shown(text)} is not a digest; expected 64 hexadecimal digits")
    return Digest(bytes.fromhex(text))


def parse_ledger_name(text: str) -> LedgerName:
    """Return the checked name of a ledger.

    Lower case only, so that no two names collide on a file system that folds case, and none is a pseudo-ref.

    Raises:
        FormatError: the name breaks a rule.
    """
    if not _LEDGER_NAME.match(text) or ".." in text or text.endswith((".lock", ".")):
        raise FormatError(
            f"{shown(text)} is not a ledger name; expected 1 to 64 of a-z 0-9 . _ - that start with a letter or digit",
        )
    return LedgerName(text)


def parse_variable(text: str) -> Variable:
    """Return the checked name of a variable.

    Raises:
        FormatError: the name breaks a rule of ``docs/format/names.md``; the message says which.
    """
    reason = variable_fault(text)
    if reason:
        variable = text.encode("utf-8", "replace").decode()
        raise FormatError(f"variable {shown(text)} {reason}", details={"variable": variable})
    return Variable(text)


def variable_fault(text: str) -> str:
    """Return which rule of variables ``text`` breaks, as the end of a sentence, or an empty string."""
    if len(text) <= VARIABLE_BYTES and _PLAIN.match(text):
        return ""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return "is not valid Unicode; expected text that UTF-8 can carry"
    if not 1 <= len(data) <= VARIABLE_BYTES:
        return f"has {len(data):,} bytes; expected 1 to {VARIABLE_BYTES:,}"
    if not unicodedata.is_normalized("NFC", text):
        return "is not in Unicode normalization form C; expected NFC"
    return next(filter(None, map(component_fault, text.split("/"))), "")


def component_fault(component: str) -> str:
    """Return which rule one component of a variable breaks, as the end of a sentence, or an empty string."""
    if component in {"", ".", ".."}:
        return f"has the component {shown(component)}; expected names joined by single slashes"
    if len(component.encode()) > COMPONENT_BYTES:
        return f"has a component of {len(component.encode())} bytes; expected at most {COMPONENT_BYTES}"
    if component.startswith("~"):
        return "has a component that begins with ~; expected another first character"
    if "\\" in component or any(unicodedata.category(char) == "Cc" for char in component):
        return "has a control character or a backslash; expected printable characters"
    special = special_name(component)
    if special:
        return f"has a component that Git or a file system reads as {special}; expected another name"
    return ""


def counted(number: int, noun: str) -> str:
    """Return how many there are of something, as a person reads it: ``1 event``, ``4,096 events``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def shown(text: str, limit: int = 60) -> str:
    """Return text from outside as it may stand in a message: quoted, escaped, cut after ``limit`` characters."""
    cut = text if len(text) <= limit else text[:limit] + "…"
    return "'" + "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in cut) + "'"
