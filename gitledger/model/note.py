"""Signed notes, as C2SP signed-note specifies them: a text, a blank line, and a line for each signature.

A note without any signature is accepted as well: the text and its blank line. Whether a signature is one is the
business of `notekey`; here it is bytes. Ours are specified in ``docs/format/checkpoint.md``.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from typing import Final

from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import shown

KEY_ID_BYTES: Final = 4
KEY_NAME_BYTES: Final = 255
SIGNATURES_LIMIT: Final = 64
NOTE_BYTES: Final = 1024 * 1024
"""The largest note: `SIGNATURES_LIMIT` of the longest signatures known, those of ML-DSA-87, take less than half."""

_LINE = re.compile(r"— (?P<name>[^\n ]+) (?P<blob>[0-9A-Za-z+/=]+)\Z")
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f]")


@frozen
class Signature:
    """One signature line.

    Attributes:
        name: of the key.
        key: the first four bytes of a hash of name, algorithm and public key.
        blob: what the algorithm makes of the text; not empty.
    """

    name: str
    key: bytes
    blob: bytes

    def __post_init__(self) -> None:
        """Refuse a signature that no line can hold.

        Raises:
            FormatError: a name that no key has, a key id of another size, no signature.
        """
        check_key_name(self.name)
        if len(self.key) != KEY_ID_BYTES or not self.blob:
            raise FormatError(f"a signature has {len(self.key)} + {len(self.blob)} bytes; expected 4 and at least one")


def check_key_name(name: str) -> None:
    """Refuse what is not the name of a key.

    Raises:
        FormatError: empty, longer than `KEY_NAME_BYTES`, or holding a plus, a space of Unicode, a control character of
            ASCII or half a character.
    """
    size = len(name.encode("utf-8", "surrogatepass"))
    if not 1 <= size <= KEY_NAME_BYTES or "+" in name or any(map(_is_foreign, name)):
        raise FormatError(
            f"{shown(name)} is not the name of a key; expected 1 to {KEY_NAME_BYTES} bytes without spaces and +"
        )


def format_note(text: bytes, signatures: Sequence[Signature]) -> bytes:
    """Return the bytes of a note; ``text`` ends in a newline."""
    lines = (f"— {one.name} {b64encode(one.key + one.blob).decode()}\n" for one in signatures)
    return text + b"\n" + "".join(lines).encode()


def parse_note(data: bytes) -> tuple[bytes, tuple[Signature, ...]]:
    """Return the text of a note and its signatures, which nothing has checked yet.

    Raises:
        FormatError: bytes that `format_note` would not have written, more than `NOTE_BYTES`, or more than
            `SIGNATURES_LIMIT` signatures.
    """
    if len(data) > NOTE_BYTES:
        raise FormatError(f"a note has {len(data):,} bytes; expected at most {NOTE_BYTES:,}")
    if _CONTROL.search(data):
        raise FormatError("a note holds a control character; expected none but newlines")
    # The text may hold empty lines: the last one is the end of it.
    text, blank, rest = data.rpartition(b"\n\n")
    if not blank or not text or (rest and not rest.endswith(b"\n")):
        raise FormatError("a note has no text, or does not end in signature lines; expected a text and a blank line")
    try:
        text.decode()
        lines = rest.decode().split("\n")[:-1]
    except UnicodeDecodeError as error:
        raise FormatError("a note is not UTF-8; expected UTF-8 throughout") from error
    if len(lines) > SIGNATURES_LIMIT:
        raise FormatError(f"a note has {len(lines):,} signatures; expected at most {SIGNATURES_LIMIT}")
    return text + b"\n", tuple(map(_parse_line, lines))


def parse_base64(text: str) -> bytes:
    """Return the bytes that base64 stands for.

    Raises:
        FormatError: not the one form that they have: RFC 4648, section 4, with padding, and no bit left over.
    """
    try:
        data = b64decode(text, validate=True)
    except (Base64Error, ValueError) as error:
        raise FormatError(f"{shown(text)} is not base64; expected its letters, with padding") from error
    if b64encode(data).decode() != text:
        raise FormatError(f"{shown(text)} is base64 with bits left over; expected none")
    return data


def _is_foreign(char: str) -> bool:
    return char.isspace() or char < " " or "\ud800" <= char <= "\udfff"


def _parse_line(line: str) -> Signature:
    match = _LINE.match(line)
    if match is None:
        raise FormatError(f"{shown(line)} is not a signature line; expected a dash, a name and base64")
    blob = parse_base64(match["blob"])
    return Signature(name=match["name"], key=blob[:KEY_ID_BYTES], blob=blob[KEY_ID_BYTES:])
