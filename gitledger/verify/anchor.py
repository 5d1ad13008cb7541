"""Judging a ledger against a checkpoint from outside: what the repository alone cannot tell.

1. the ledger has a ref;
2. the checkpoint's publication is here, and is what the checkpoint says;
3. the ledger goes on from it: a head before it was rolled back, a head beside it belongs to a fork;
4. the checkpoints that are kept here can be read, and it is among them, unless their refs were never fetched.

If the publication of the checkpoint is not here, because history is cut off, the Merkle log alone judges 2 and 3:
that of the ledger must begin with that of the checkpoint. Its tiles are complete in every publication.

Where history is cut off, a checkpoint vouches for the publications behind which nothing is here: the id of its own
publication fixes the ids of all that this one follows.
"""

from collections.abc import Iterable
from contextlib import suppress

from gitledger.errors import DamageError, FormatError
from gitledger.ids import Oid, counted
from gitledger.ledger.chain import Taken, follow_publication
from gitledger.ledger.checkpoint import kept_checkpoints, publication_of
from gitledger.ledger.graph import Node, only_reached
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import read_envelope, read_publication
from gitledger.ledger.stored_log import StoredLog
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.proof import check_consistency, consistency_proof
from gitledger.store import layout
from gitledger.store.base import ObjectStore
from gitledger.verify.finding import Finding, one_line
from gitledger.verify.order import all_before


def judge_anchor(ledger: Ledger, checkpoint: Checkpoint, head: Oid | None) -> list[Finding]:
    """Return what is wrong with a ledger, given that a checkpoint of it is true.

    Args:
        ledger: which one.
        checkpoint: what is true.
        head: what the ref of the ledger points at; None if it is not there.
    """
    objects, ref = ledger.objects, layout.ledger_ref(ledger.name)
    findings = _judge_kept(ledger, checkpoint)
    if head is None:
        message = f"it is not there; expected it at the publication {checkpoint.publication.hex()}, or after it"
        findings.append(Finding(code="ref-missing", where=ref, message=message))
    cut = ledger.cut()
    if cut and head and checkpoint.publication not in all_before(objects, head, cut):
        return findings + _judge_log(objects, checkpoint, ref, head)
    try:
        publication_of(objects, checkpoint)
        follow_publication(Taken(objects), checkpoint)
    except (DamageError, FormatError) as error:
        where = checkpoint.publication.hex()
        message = f"the publication of the checkpoint of {checkpoint.size} events cannot be found here: {error.message}"
        return [*findings, Finding(code="checkpoint", where=where, message=one_line(message))]
    return findings if head is None else findings + _judge_head(objects, checkpoint, ref, head, cut)


def vouching(ledger: Ledger, bases: Iterable[Oid], known: Checkpoint | None, cut: frozenset[Oid]) -> Checkpoint | None:
    """Return the oldest checkpoint whose publication reaches all bases; None if there is none.

    Args:
        ledger: which.
        bases: publications behind which history is cut off.
        known: a checkpoint from elsewhere; those that are kept count as well.
        cut: every commit behind which history is cut off.
    """
    candidates = [known] if known else []
    # One that cannot be read vouches for nothing; `judge_anchor` is for finding it.
    with suppress(DamageError):
        candidates += [kept.checkpoint for kept in kept_checkpoints(ledger)]
    for one in sorted(candidates, key=lambda checkpoint: checkpoint.size):
        if set(bases) <= set(all_before(ledger.objects, one.publication, cut)):
            return one
    return None


def unvouched(base: Oid) -> Finding:
    """Return what is to be said about a base that nobody vouches for."""
    message = (
        "history is cut off behind this publication, and no checkpoint vouches for it; expected one that is kept: "
        "git ledger rehydrate or git fetch --unshallow brings what is before it"
    )
    return Finding(code="shallow", severity="warning", where=base.hex(), message=message)


def _judge_kept(ledger: Ledger, checkpoint: Checkpoint) -> list[Finding]:
    ref = layout.checkpoint_ref(ledger.name, checkpoint.size)
    try:
        kept = [one.checkpoint.text for one in kept_checkpoints(ledger)]
    except DamageError as error:
        message = f"a checkpoint that is kept cannot be read: {error.message}"
        return [Finding(code="checkpoint", where=layout.checkpoint_refs(ledger.name), message=one_line(message))]
    if checkpoint.text in kept:
        return []
    message = "it does not keep the checkpoint; expected it to, unless refs of checkpoints were never fetched"
    return [Finding(code="ref-missing", severity="warning", where=ref, message=message)]


def _judge_log(objects: ObjectStore, checkpoint: Checkpoint, ref: str, head: Oid) -> list[Finding]:
    try:
        newest = read_publication(objects, head)
        size, root = newest.log.size, newest.log.root()
        if size < checkpoint.size:
            return [Finding(code="rollback", where=ref, message=f"it has {size} events; expected {checkpoint.size}")]
        proof = consistency_proof(newest.log, checkpoint.size, StoredLog(objects, newest).read)
        check_consistency(proof, old_size=checkpoint.size, old_root=checkpoint.root, new_size=size, new_root=root)
    except DamageError as error:
        return [_untold(ref, error)]
    except FormatError:
        message = (
            f"its log does not begin with the {checkpoint.size} events of the checkpoint, whose publication is not "
            "here; expected it to: where history is whole, it can be told whether a merge has put others before them"
        )
        return [Finding(code="checkpoint", where=ref, message=message)]
    return []


def _untold(ref: str, error: DamageError) -> Finding:
    message = f"whether it goes on from the checkpoint cannot be told: {error.message}"
    return Finding(code="checkpoint", where=ref, message=one_line(message))


def _judge_head(
    objects: ObjectStore, checkpoint: Checkpoint, ref: str, head: Oid, cut: frozenset[Oid]
) -> list[Finding]:
    try:
        lost, new = only_reached(lambda oid: _node(objects, oid, cut), checkpoint.publication, head)
    except DamageError as error:
        return [_untold(ref, error)]
    if not lost:
        return []
    told = f"it lacks {counted(len(lost), 'publication')} of the checkpoint of {counted(checkpoint.size, 'event')}"
    if new:
        return [Finding(code="fork", where=ref, message=f"{told} and has {len(new):,} others; expected it to go on")]
    return [Finding(code="rollback", where=ref, message=f"{told}; expected them all")]


def _node(objects: ObjectStore, oid: Oid, cut: frozenset[Oid]) -> Node:
    publication = read_publication(objects, oid)
    return Node(read_envelope(objects, publication).ts, () if oid in cut else publication.commit.parents)
