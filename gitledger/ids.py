"""Names of things: object ids, events, variables, ledgers, digests, and the one way to parse each.

Strings become ids at the door and text again when they are shown; in between an id is raw bytes with a type.
A name that breaks a rule raises ``FormatError`` and nothing else. The rules of variables are specified in
``docs/format/names.md``.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, NewType

from gitledger.errors import FormatError

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

_HASHES: Final = {"sha1": partial(hashlib.sha1, usedforsecurity=False), "sha256": hashlib.sha256}
_HEX = re.compile(r"[0-9a-f]*\Z")
# Nearly every variable there is: nothing in it that any rule below is about except the total length. Fifteen times
# faster than asking rule by rule, which counts where a million events are read again.
_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254}(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254})*\Z")
_LEDGER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
# Code points that HFS+ ignores in names (git's utf8.c, next_hfs_char): with them left out, .g<ZWNJ>it is .git there.
_HFS_IGNORED = dict.fromkeys(
    [0xFEFF, *range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070)],
)
# Names that git or a server with receive.fsckObjects treats specially wherever they stand in a tree.
_SPECIAL: Final = (".git", ".gitmodules", ".gitattributes", ".gitignore", ".mailmap")
# NTFS short names of the special ones: the plain form, and the hashed form git also refuses (path.c, is_ntfs_dotgit*).
_SHORT_PREFIX: Final = {
    ".gitmodules": ("gitmod", "gi7eba"),
    ".gitattributes": ("gitatt", "gi7d29"),
    ".gitignore": ("gitign", "gi250a"),
    ".mailmap": ("mailma", "ma30a5"),
}


@dataclass(frozen=True, slots=True)
class ObjectFormat:
    """The hash function that names the objects of one repository (git's ``extensions.objectFormat``)."""

    name: Literal["sha1", "sha256"]
    size: int

    def oid(self, kind: Kind, data: bytes | bytearray) -> Oid:
        """Return the id that Git gives to an object of this kind with these bytes."""
        hashed = _HASHES[self.name](b"%s %d\0" % (kind.encode(), len(data)))
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
        raise FormatError(f"variable {shown(text)} {reason}", details={"variable": text.encode("utf-8", "replace").decode()})
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
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        return "is not in Unicode normalization form C; expected NFC"
    for component in text.split("/"):
        fault = component_fault(component)
        if fault:
            return fault
    return ""


def component_fault(component: str) -> str:
    """Return which rule one component of a variable breaks, as the end of a sentence, or an empty string."""
    if not component:
        return "has an empty component; expected names joined by single slashes"
    if len(component.encode()) > COMPONENT_BYTES:
        return f"has a component of {len(component.encode())} bytes; expected at most {COMPONENT_BYTES}"
    if component in {".", ".."}:
        return f"has the component {component}; expected a name"
    if component.startswith("~"):
        return "has a component that begins with ~; expected another first character"
    if "\\" in component or not component.isprintable() and any(_is_control(c) for c in component):
        return "has a control character or a backslash; expected printable characters"
    if is_special_to_git(component):
        return f"has a component that Git or a file system reads as {_special_name(component)}; expected another name"
    return ""


def is_special_to_git(component: str) -> bool:
    """Return whether any file system reads this name as one of the names that Git treats specially."""
    return bool(_special_name(component))


def _special_name(component: str) -> str:
    # Every name of this kind holds "git", "mailma" or a short name's "gi7eba"/"ma30a5" once HFS+ has had its way.
    folded = component.translate(_HFS_IGNORED).lower() if not component.isascii() else component.lower()
    if folded[:1] not in ".gm":
        return ""
    ntfs = folded.split(":", 1)[0].rstrip(". ")
    if ntfs in _SPECIAL:
        return ntfs
    if ntfs == "git~1":
        return ".git"
    for name, (short, hashed) in _SHORT_PREFIX.items():
        if re.fullmatch(rf"{short}~[1-4]", ntfs) or _is_hashed_short_name(ntfs, hashed):
            return name
    return ""


def _is_hashed_short_name(ntfs: str, hashed: str) -> bool:
    # Eight characters: a prefix of the hashed form, a tilde, then digits that do not begin with zero (git's path.c).
    match = re.fullmatch(r"([^~]*)~([1-9][0-9]*)", ntfs)
    return bool(match) and len(ntfs) == 8 and len(match[1]) >= 1 and hashed.startswith(match[1])  # type: ignore[index]  # noqa: PLR2004 - 8.3


def _is_control(char: str) -> bool:
    return unicodedata.category(char) == "Cc"


def shown(text: str, limit: int = 60) -> str:
    """Return text from outside as it may stand in a message: quoted, escaped, cut after ``limit`` characters."""
    cut = text if len(text) <= limit else text[:limit] + "…"
    return "'" + "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in cut) + "'"
