"""Git commits as bytes: ``format_commit`` and ``parse_commit``.

A publication's commit has exactly these headers, in this order: tree, parents, author, committer, and at most one
signature. The parser refuses every other: what it does not know can't be judged.
"""

import re
from typing import Final

from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import ObjectFormat, Oid, shown

# The last second of the year 9999: what RFC 3339 can write, and well below where dates overflow in Git.
_LATEST: Final = 253_402_300_799
_HEADERS = re.compile(
    rb"tree (?P<tree>[0-9a-f]+)\n"
    rb"(?P<parents>(?:parent [0-9a-f]+\n)*)"
    rb"author (?P<author>[^\n\0]*)\n"
    rb"committer (?P<committer>[^\n\0]*)\n"
    rb"(?:(?P<sigkey>gpgsig(?:-sha256)?) (?P<signature>[^\n\0]*(?:\n [^\n\0]*)*)\n)?"
    rb"\n(?P<message>[^\0]*)\Z",
)
# Of two signatures for two hash functions Git judges the one for its own, and the other would be anybody's.
_SIGNATURE: Final = {"sha1": b"gpgsig", "sha256": b"gpgsig-sha256"}
_PERSON = re.compile(
    rb"(?P<name>[^<>\n\0]*) <(?P<email>[^<>\n\0]*)> (?P<time>0|[1-9][0-9]{0,11}) (?P<zone>[+-][0-9]{4})\Z"
)


@frozen
class Person:
    """Who, and when: the value of an author or committer header.

    Attributes:
        name: display name, without ``<``, ``>``, newline or NUL; may be empty.
        email: address under the same rules.
        time: seconds since 1970 in UTC, not negative.
        zone: offset as Git writes it, for example ``+0000``.
    """

    name: str
    email: str
    time: int
    zone: str = "+0000"

    def __post_init__(self) -> None:
        """Refuse what a header cannot hold, or other readers of Git cannot read.

        Raises:
            FormatError: a name or an address with ``<``, ``>``, newline, NUL or half a character; a time before 1970
                or after 9999; another zone than ``+hhmm`` or ``-hhmm``.
        """
        if not _PERSON.match(format_person(self)) or self.time > _LATEST:
            raise FormatError(
                f"{shown(str(self))} at {self.time} {shown(self.zone)} cannot stand in a commit; "
                "expected a name and an address without < > and newlines, and a time from 1970 to 9999",
            )

    def __str__(self) -> str:
        """Return ``Name <email>``, as an envelope records it."""
        return f"{self.name} <{self.email}>"


@frozen
class Commit:
    """One commit of a ledger."""

    tree: Oid
    parents: tuple[Oid, ...]
    author: Person
    committer: Person
    message: str
    signature: bytes | None = None


def format_commit(commit: Commit) -> bytes:
    """Return the bytes of an unsigned commit.

    Raises:
        FormatError: the message holds NUL, or half a character.
    """
    if commit.signature is not None:
        raise AssertionError("a signature covers the bytes of the commit without it; format that one")
    message = _utf8(commit.message)
    if b"\0" in message:
        raise FormatError(f"the message {shown(commit.message)} holds NUL; expected none, as Git does")
    lines = [b"tree " + commit.tree.hex().encode()]
    lines += [b"parent " + parent.hex().encode() for parent in commit.parents]
    lines.append(b"author " + format_person(commit.author))
    lines.append(b"committer " + format_person(commit.committer))
    return b"\n".join([*lines, b"", message])


def format_signed(data: bytes, signature: bytes, object_format: ObjectFormat) -> bytes:
    """Return the bytes of a commit with a signature over ``data``, the same commit without one."""
    headers, _, message = data.partition(b"\n\n")
    signed = _SIGNATURE[object_format.name] + b" " + signature.replace(b"\n", b"\n ")
    return b"\n".join([headers, signed, b"", message])


def parse_commit(data: bytes, object_format: ObjectFormat) -> Commit:
    """Return the commit that these bytes hold.

    Raises:
        FormatError: a header that no publication has, a repeated one, NUL, a date that overflows, bytes that are not
            UTF-8.
    """
    match = _HEADERS.match(data)
    if match is None:
        raise FormatError("a commit has other headers than tree, parent, author, committer and gpgsig, in that order")
    digits = object_format.size * 2
    tree, parents = match["tree"], match["parents"].split()[1::2]
    if any(len(oid) != digits for oid in (tree, *parents)):
        raise FormatError(f"a commit names an object id that has not {digits} digits")
    if match["sigkey"] not in (None, _SIGNATURE[object_format.name]):
        expected = _SIGNATURE[object_format.name].decode()
        raise FormatError(f"a commit is signed for another hash function; expected the header {expected}")
    try:
        return Commit(
            tree=Oid(bytes.fromhex(tree.decode())),
            parents=tuple(Oid(bytes.fromhex(parent.decode())) for parent in parents),
            author=parse_person(match["author"]),
            committer=parse_person(match["committer"]),
            message=match["message"].decode(),
            signature=match["signature"] and match["signature"].replace(b"\n ", b"\n"),
        )
    except UnicodeDecodeError as error:
        raise FormatError("a commit holds bytes that are not UTF-8; expected UTF-8 throughout") from error


def format_person(person: Person) -> bytes:
    """Return the value of an author, committer or tagger header."""
    return _utf8(f"{person.name} <{person.email}> {person.time} {person.zone}")


def parse_person(line: bytes) -> Person:
    """Return who and when the value of such a header says.

    Raises:
        FormatError: another form, a date that overflows, bytes that are not UTF-8.
    """
    match = _PERSON.match(line)
    if match is None:
        raise FormatError(f"an object has the identity {line!r}; expected 'Name <address> seconds zone'")
    try:
        return Person(
            name=match["name"].decode(),
            email=match["email"].decode(),
            time=int(match["time"]),
            zone=match["zone"].decode(),
        )
    except UnicodeDecodeError as error:
        raise FormatError(f"an object has the identity {line!r}; expected UTF-8") from error


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise FormatError(f"{shown(text)} is not valid Unicode; expected text that UTF-8 can carry") from error
