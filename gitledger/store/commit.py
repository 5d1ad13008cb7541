"""Git commits as bytes: ``format_commit`` and ``parse_commit``.

A publication's commit has exactly these headers, in this order: tree, parents, author, committer, and at most one
signature. The parser refuses every other: what it does not know can't be judged.
"""

import re
from dataclasses import dataclass
from typing import Final

from gitledger.errors import FormatError
from gitledger.ids import ObjectFormat, Oid

# Seconds that every reader of Git can hold (git's date overflow check, fsck badDateOverflow).
_LATEST: Final = 2**63 - 1
_HEADERS = re.compile(
    rb"tree (?P<tree>[0-9a-f]+)\n"
    rb"(?P<parents>(?:parent [0-9a-f]+\n)*)"
    rb"author (?P<author>[^\n\0]*)\n"
    rb"committer (?P<committer>[^\n\0]*)\n"
    rb"(?:(?P<sigkey>gpgsig(?:-sha256)?) (?P<signature>[^\n\0]*(?:\n [^\n\0]*)*)\n)?"
    rb"\n(?P<message>[^\0]*)\Z",
)
_PERSON = re.compile(rb"(?P<name>[^<>\n\0]*) <(?P<email>[^<>\n\0]*)> (?P<time>0|[1-9][0-9]*) (?P<zone>[+-][0-9]{4})\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
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

    def __str__(self) -> str:
        """Return ``Name <email>``, as an envelope records it."""
        return f"{self.name} <{self.email}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit of a ledger."""

    tree: Oid
    parents: tuple[Oid, ...]
    author: Person
    committer: Person
    message: str
    signature: bytes | None = None


def format_commit(commit: Commit) -> bytes:
    """Return the bytes of a commit; an unsigned one."""
    if commit.signature is not None:
        raise AssertionError("a signature covers the bytes that it stands in; add it with sign_commit")
    lines = [b"tree " + commit.tree.hex().encode()]
    lines += [b"parent " + parent.hex().encode() for parent in commit.parents]
    lines.append(b"author " + _format_person(commit.author))
    lines.append(b"committer " + _format_person(commit.committer))
    return b"\n".join([*lines, b"", commit.message.encode()])


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
    try:
        return Commit(
            tree=Oid(bytes.fromhex(tree.decode())),
            parents=tuple(Oid(bytes.fromhex(parent.decode())) for parent in parents),
            author=_parse_person(match["author"]),
            committer=_parse_person(match["committer"]),
            message=match["message"].decode(),
            signature=match["signature"] and match["signature"].replace(b"\n ", b"\n"),
        )
    except UnicodeDecodeError as error:
        raise FormatError("a commit holds bytes that are not UTF-8; expected UTF-8 throughout") from error


def _format_person(person: Person) -> bytes:
    line = f"{person.name} <{person.email}> {person.time} {person.zone}".encode()
    if not _PERSON.match(line):
        raise FormatError(f"{person} cannot stand in a commit; expected a name and an address without < > and newlines")
    return line


def _parse_person(line: bytes) -> Person:
    match = _PERSON.match(line)
    if match is None or int(match["time"]) > _LATEST:
        raise FormatError(f"a commit has the identity {line!r}; expected 'Name <address> seconds zone'")
    return Person(
        name=match["name"].decode(),
        email=match["email"].decode(),
        time=int(match["time"]),
        zone=match["zone"].decode(),
    )
