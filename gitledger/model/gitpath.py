"""Git paths as variables, and back: ``format_gitpath`` and ``parse_gitpath``.

A path of Git is any bytes but NUL; a variable is stricter. Each component is escaped by itself, in this order
(``docs/format/import-git.md``):

1. ``%``, a backslash, a control character and a byte that is not UTF-8 become ``%XX``, byte by byte;
2. so does the first character, if a component must not begin like that: ``~``, ``.`` and ``..``, a name that is
   special to Git, and ``.ledger`` at the top;
3. so does all that is not ASCII, if the component is not in NFC now;
4. a component that takes more than 255 bytes now is cut into pieces.

Equal variables mean equal paths, and a variable lies below another only if its path does: what is one tree in Git is
one state here.
"""

import re
import unicodedata
from typing import Final

from gitledger.errors import FormatError
from gitledger.gitnames import special_name
from gitledger.ids import (
    COMPONENT_BYTES,
    RESERVED,
    VARIABLE_BYTES,
    Variable,
    parse_variable,
    shown,
    variable_fault,
)

# What a cut leaves: the end of each piece but the last, and the beginning of each but the first, so that no piece
# begins with a character that no component may begin with.
_GOES_ON: Final = "%"
_CONTINUED: Final = "+"
# Bytes that are not UTF-8 are lone surrogates while the path is text (PEP 383).
_NEVER_PLAIN = re.compile(r"[%\\\x00-\x1f\x7f-\x9f\udc80-\udcff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_ESCAPE = re.compile(rb"%([0-9A-F]{2})")
_UNCUT = re.compile(r"%[0-9A-F]{2}|.", re.DOTALL)
_NOWHERE: Final = frozenset({".", ".."})
_NOT_ON_TOP: Final = _NOWHERE | {RESERVED}


def format_gitpath(path: bytes) -> Variable:
    """Return the one variable that stands for a path.

    Raises:
        FormatError: an empty component, a NUL, or more than 1,024 bytes once it is escaped.
    """
    text = path.decode("utf-8", "surrogateescape")
    if "%" not in text and not text.startswith(RESERVED) and not variable_fault(text):
        return Variable(text)
    top, *below = components = text.split("/")
    if "\0" in text or "" in components:
        raise FormatError(f"path {shown(text)} holds a NUL or an empty component; expected a path of Git")
    pieces = _pieces(_escape_component(top, _NOT_ON_TOP))
    for component in below:
        pieces += _pieces(_escape_component(component, _NOWHERE))
    variable = "/".join(pieces)
    size = len(variable.encode())
    if size > VARIABLE_BYTES:
        raise FormatError(
            f"path {shown(text)} takes {size:,} bytes as a variable; expected at most {VARIABLE_BYTES:,}",
            details={"path": text.encode("utf-8", "replace").decode()},
        )
    return parse_variable(variable)


def parse_gitpath(variable: str) -> bytes:
    """Return the path that a variable stands for.

    Raises:
        FormatError: a variable that `format_gitpath` never returns.
    """
    uncut = parse_variable(variable).replace(f"{_GOES_ON}/{_CONTINUED}", "")
    path = _ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()), uncut.encode())
    if format_gitpath(path) != variable:
        raise FormatError(
            f"variable {shown(variable)} stands for no path; expected one that was escaped as import-git does it",
        )
    return path


def _escape_component(component: str, unfit: frozenset[str]) -> str:
    escaped = _NEVER_PLAIN.sub(_percent, component)
    if escaped.startswith("~") or escaped in unfit or special_name(escaped):
        escaped = _percent_all(escaped[0]) + escaped[1:]
    # Last, because an escape may join what follows it: the A of %0A and a combining acute behind it are one letter.
    return escaped if unicodedata.is_normalized("NFC", escaped) else _NOT_ASCII.sub(_percent, escaped)


def _pieces(escaped: str) -> list[str]:
    if len(escaped.encode()) <= COMPONENT_BYTES:
        return [escaped]
    pieces, piece, size = [], "", 0
    for uncut in _UNCUT.findall(escaped):
        width = len(uncut.encode())
        if size + width + len(_GOES_ON) > COMPONENT_BYTES:
            pieces.append(piece + _GOES_ON)
            piece, size = _CONTINUED, len(_CONTINUED)
        piece += uncut
        size += width
    return [*pieces, piece]


def _percent(found: re.Match[str]) -> str:
    return _percent_all(found[0])


def _percent_all(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogateescape"))
