"""Annotated tags as bytes: ``format_tag`` and ``parse_tag``. Only tags on commits: what a checkpoint is kept in.

Git signs a tag by appending its signature to the message; the parser takes it off again.
"""

import re

from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import ObjectFormat, Oid
from gitledger.store.commit import Person, format_person, parse_person

_HEADERS = re.compile(
    rb"object (?P<commit>[0-9a-f]+)\n"
    rb"type commit\n"
    rb"tag (?P<name>[^\n\0]+)\n"
    rb"tagger (?P<tagger>[^\n\0]*)\n"
    rb"\n(?P<message>[^\0]*)\Z"
)
# What git-tag(1) appends: OpenPGP, SSH or X.509. None of them can be a line of a checkpoint, which has no such spaces.
_SIGNATURE = re.compile(rb"^-----BEGIN (?:PGP|SSH|SIGNED) (?:SIGNATURE|MESSAGE)-----$", re.MULTILINE)


@frozen
class Tag:
    """An annotated tag on a commit, without a signature of Git.

    Attributes:
        commit: what it points at.
        name: what it is called in itself.
        tagger: who made it, and when.
        message: what it says; bytes without NUL.
    """

    commit: Oid
    name: str
    tagger: Person
    message: bytes


def format_tag(tag: Tag) -> bytes:
    """Return the bytes of an unsigned tag."""
    head = f"object {tag.commit.hex()}\ntype commit\ntag {tag.name}\ntagger ".encode()
    return head + format_person(tag.tagger) + b"\n\n" + tag.message


def parse_tag(data: bytes, object_format: ObjectFormat) -> Tag:
    """Return the tag that these bytes hold; a signature of Git is left out.

    Raises:
        FormatError: a tag on something else than a commit, other headers, NUL, headers that are not UTF-8.
    """
    match = _HEADERS.match(data)
    if match is None or len(match["commit"]) != 2 * object_format.size:
        raise FormatError("a tag has other headers than object, type commit, tag and tagger, in that order")
    signature = _SIGNATURE.search(match["message"])
    try:
        return Tag(
            commit=Oid(bytes.fromhex(match["commit"].decode())),
            name=match["name"].decode(),
            tagger=parse_person(match["tagger"]),
            message=match["message"][: signature.start()] if signature else match["message"],
        )
    except UnicodeDecodeError as error:
        raise FormatError("a tag holds bytes that are not UTF-8; expected UTF-8 in its headers") from error
