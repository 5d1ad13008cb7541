"""Proofs as files: one fact about a ledger and all that is needed to check it against a checkpoint.

========== ============================================================ ==========================================
kind        shows                                                        by
========== ============================================================ ==========================================
event       that an event is number N of the log                         RFC 6962 inclusion; a C2SP tlog-proof
value       what a variable held, or that it held nothing                Git objects from publication or event on
timeline    all events that changed a variable, or that none did         Git objects from the publication on
extension   that one log begins with another                             RFC 6962 consistency
========== ============================================================ ==========================================

Here they are only read and written; ``ledger.check_proof`` says whether they hold. Specified in
``docs/format/proof.md``.
"""

import re
from base64 import b64encode
from hashlib import sha256
from typing import Final

from gitledger import codec
from gitledger.codec import Value
from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import Variable, parse_variable
from gitledger.model.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from gitledger.model.note import parse_base64

_TLOG_PROOF: Final = b"c2sp.org/tlog-proof@v1\n"
_OURS: Final = b"git-ledger/proof@v1\n"
_DIGEST_BYTES: Final = 32
_EXTENSION: Final = {"proof", "old", "new", "hashes"}
_FROM_CHECKPOINT: Final = {"proof", "checkpoint", "variable", "objects"}
_FROM_EVENT: Final = {"proof", "event", "variable", "objects"}
# 63 hashes of 45 bytes are the longest proof of inclusion there is.
_TLOG = re.compile(
    rb"extra (?P<extra>[0-9A-Za-z+/=]+)\nindex (?P<index>0|[1-9][0-9]{0,18})\n(?P<hashes>(?:[0-9A-Za-z+/=]+\n)*)\n"
)


@frozen
class EventProof:
    """That an event is in a log.

    Attributes:
        checkpoint: of the log.
        index: which leaf it is, from 0.
        leaf: the leaf's data: event, rule and delta.
        hashes: the inclusion proof.
    """

    checkpoint: Checkpoint
    index: int
    leaf: bytes
    hashes: tuple[bytes, ...]


@frozen
class ValueProof:
    """What a variable held.

    Attributes:
        anchor: where the objects begin: a checkpoint at its publication, the proof of an event at the state after it.
        variable: which one.
        objects: the bytes of each Git object on the way, the first one first; the value is the last, if it has one.
    """

    anchor: Checkpoint | EventProof
    variable: Variable
    objects: tuple[bytes, ...]


@frozen
class TimelineProof:
    """Which events changed a variable.

    Attributes:
        checkpoint: the objects begin at its publication.
        variable: which one.
        objects: the bytes of each Git object on the way: down to the newest segment, then back from segment to segment.
    """

    checkpoint: Checkpoint
    variable: Variable
    objects: tuple[bytes, ...]


@frozen
class ExtensionProof:
    """That the log of ``new`` begins with that of ``old``; ``hashes`` is the consistency proof."""

    old: Checkpoint
    new: Checkpoint
    hashes: tuple[bytes, ...]


Proof = EventProof | ValueProof | TimelineProof | ExtensionProof


def format_proof(proof: Proof) -> bytes:
    """Return the bytes of a proof file."""
    if isinstance(proof, EventProof):
        return _format_event_proof(proof)
    if isinstance(proof, ExtensionProof):
        old, new = format_checkpoint(proof.old), format_checkpoint(proof.new)
        return _format_ours({"proof": "extension", "old": old, "new": new, "hashes": proof.hashes})
    path = {"variable": proof.variable, "objects": proof.objects}
    if isinstance(proof, TimelineProof):
        return _format_ours({"proof": "timeline", "checkpoint": format_checkpoint(proof.checkpoint), **path})
    if isinstance(proof.anchor, Checkpoint):
        return _format_ours({"proof": "value", "checkpoint": format_checkpoint(proof.anchor), **path})
    return _format_ours({"proof": "value", "event": _format_event_proof(proof.anchor), **path})


def parse_proof(data: bytes) -> Proof:
    """Return the proof that a file holds, which need not hold.

    Raises:
        FormatError: bytes that `format_proof` would not have written.
    """
    if data.startswith(_TLOG_PROOF):
        return _parse_event_proof(data)
    content = _parse_ours(data)
    kind, names = content.get("proof"), content.keys()
    if kind == "extension" and names == _EXTENSION:
        ends = _checkpoint(content["old"]), _checkpoint(content["new"])
        return ExtensionProof(old=ends[0], new=ends[1], hashes=_list(content["hashes"]))
    if kind == "timeline" and names == _FROM_CHECKPOINT:
        checkpoint, (variable, objects) = _checkpoint(content["checkpoint"]), _path(content)
        return TimelineProof(checkpoint=checkpoint, variable=variable, objects=objects)
    if kind == "value" and names in (_FROM_CHECKPOINT, _FROM_EVENT):
        from_event = "event" in content
        anchor = _parse_event_proof(_bytes(content["event"])) if from_event else _checkpoint(content["checkpoint"])
        variable, objects = _path(content)
        return ValueProof(anchor=anchor, variable=variable, objects=objects)
    raise FormatError("a proof has other fields than a proof of a value, a timeline or an extension has")


def _parse_ours(data: bytes) -> dict[codec.Key, Value]:
    if not data.startswith(_OURS):
        raise FormatError("this is no proof; expected a first line c2sp.org/tlog-proof@v1 or git-ledger/proof@v1")
    digest, body = data[len(_OURS) :][:_DIGEST_BYTES], data[len(_OURS) + _DIGEST_BYTES :]
    if sha256(body).digest() != digest:
        raise FormatError("a proof file is damaged: its bytes do not have the digest that it begins with")
    content = codec.decode(body)
    if not isinstance(content, dict):
        raise FormatError("a proof is not a map; expected one")
    return content


def _format_ours(content: dict[str, object]) -> bytes:
    body = codec.encode(content)
    return _OURS + sha256(body).digest() + body


def _format_event_proof(proof: EventProof) -> bytes:
    lines = (b"%b\n" % b64encode(found) for found in proof.hashes)
    head = b"extra %b\nindex %d\n" % (b64encode(proof.leaf), proof.index)
    return b"".join((_TLOG_PROOF, head, *lines, b"\n", format_checkpoint(proof.checkpoint)))


def _parse_event_proof(data: bytes) -> EventProof:
    match = _TLOG.match(data, len(_TLOG_PROOF))
    if not data.startswith(_TLOG_PROOF) or match is None:
        raise FormatError("a proof of an event has other lines than extra, index, and hashes in base64")
    return EventProof(
        checkpoint=parse_checkpoint(data[match.end() :]),
        index=int(match["index"]),
        leaf=parse_base64(match["extra"].decode()),
        hashes=tuple(parse_base64(line.decode()) for line in match["hashes"].splitlines()),
    )


def _checkpoint(value: Value) -> Checkpoint:
    return parse_checkpoint(_bytes(value))


def _path(content: dict[codec.Key, Value]) -> tuple[Variable, tuple[bytes, ...]]:
    variable = content["variable"]
    if not isinstance(variable, str):
        raise FormatError("a proof has something else than text as its variable")
    return parse_variable(variable), _list(content["objects"])


def _bytes(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise FormatError("a proof has something else than bytes as its checkpoint or event")
    return value


def _list(value: Value) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        raise FormatError("a proof has something else than a list as its objects or hashes")
    return tuple(map(_bytes, value))
