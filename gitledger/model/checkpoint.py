"""A checkpoint: the size and the root of a ledger's log, and what its newest publication is, in one small signed text.

A C2SP tlog-checkpoint, hence a signed note, with three extension lines. Specified in ``docs/format/checkpoint.md``.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from typing import Final

from gitledger.errors import FormatError
from gitledger.frozen import frozen, replace
from gitledger.ids import SHA1, SHA256, ObjectFormat, Oid
from gitledger.model.merkle import HASH_BYTES, SIZE_LIMIT
from gitledger.model.note import Signature, check_key_name, format_note, parse_base64, parse_note

_TEXT = re.compile(
    r"(?P<origin>[^\n]+)\n"
    r"(?P<size>[1-9][0-9]{0,18})\n"
    r"(?P<root>[0-9A-Za-z+/=]+)\n"
    r"publication (?P<publication>[0-9a-f]+)\n"
    r"state (?P<state>[0-9a-f]+)\n"
    r"index (?P<index>[0-9a-f]+)\n\Z"
)
_FORMATS: Final = {SHA1.size: SHA1, SHA256.size: SHA256}


@frozen
class Checkpoint:
    """A checkpoint.

    Attributes:
        origin: whose log it is: a name that no other log has, without spaces and plus.
        size: how many events the log has; 1 to `SIZE_LIMIT`.
        root: the log's root.
        publication: the commit that carries the last of them.
        state: the tree of the state after it; Git's empty tree if there is nothing in it.
        index: the tree of all timelines; Git's empty tree if there is none.
        signatures: who vouches for it; nobody, as long as nothing has checked them.
    """

    origin: str
    size: int
    root: bytes
    publication: Oid
    state: Oid
    index: Oid
    signatures: tuple[Signature, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a checkpoint that could not be written.

        Raises:
            FormatError: an origin that no key may be named by, a size out of range, no root, object ids of different
                lengths, a signature line twice.
        """
        check_key_name(self.origin)
        if not 1 <= self.size <= SIZE_LIMIT:
            raise FormatError(f"a checkpoint is of {self.size} events; expected 1 to {SIZE_LIMIT}")
        if len(self.root) != HASH_BYTES:
            raise FormatError(f"a checkpoint has a root of {len(self.root)} bytes; expected {HASH_BYTES}")
        sizes = {len(self.publication), len(self.state), len(self.index)}
        if len(sizes) > 1 or not sizes <= _FORMATS.keys():
            raise FormatError(f"a checkpoint has object ids of {sorted(sizes)} bytes; expected 20 or 32 throughout")
        if len(set(self.signatures)) != len(self.signatures):
            raise FormatError("a checkpoint has a signature line twice; expected each once")

    @property
    def text(self) -> bytes:
        """What its signatures sign."""
        lines = (
            self.origin,
            str(self.size),
            b64encode(self.root).decode(),
            f"publication {self.publication.hex()}",
            f"state {self.state.hex()}",
            f"index {self.index.hex()}",
        )
        return "".join(f"{line}\n" for line in lines).encode()

    @property
    def object_format(self) -> ObjectFormat:
        """The hash function that names objects in the ledger's repository."""
        return _FORMATS[len(self.publication)]

    def vouched_by(self, signatures: Sequence[Signature]) -> "Checkpoint":
        """Return the same checkpoint with those signature lines as well that it lacks."""
        return replace(self, signatures=tuple(dict.fromkeys((*self.signatures, *signatures))))


def format_checkpoint(checkpoint: Checkpoint) -> bytes:
    """Return the note of a checkpoint."""
    return format_note(checkpoint.text, checkpoint.signatures)


def parse_checkpoint(data: bytes) -> Checkpoint:
    """Return the checkpoint that a note holds. Its signatures are bytes that nothing has checked.

    Raises:
        FormatError: bytes that `format_checkpoint` would not have written.
    """
    text, signatures = parse_note(data)
    match = _TEXT.match(text.decode())
    if match is None:
        raise FormatError(
            "a checkpoint has other lines than origin, size, root, 'publication ID', 'state ID' and 'index ID'"
        )
    return Checkpoint(
        origin=match["origin"],
        size=int(match["size"]),
        root=parse_base64(match["root"]),
        publication=_oid(match["publication"]),
        state=_oid(match["state"]),
        index=_oid(match["index"]),
        signatures=signatures,
    )


def _oid(digits: str) -> Oid:
    if len(digits) % 2:
        raise FormatError(f"a checkpoint has an object id of {len(digits)} digits; expected 40 or 64")
    return Oid(bytes.fromhex(digits))
