"""``prove``: one fact about a ledger in one file that can be checked without it, against a checkpoint.

What a proof shows is checked by `check_proof`; the files are specified in ``docs/format/proof.md``.
"""

from gitledger.errors import FormatError, LedgerError, NotFoundError
from gitledger.ids import EventId, Variable
from gitledger.ledger.chain import Taken, follow_publication, follow_timeline, follow_value
from gitledger.ledger.checkpoint import publication_of
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place
from gitledger.ledger.publication import damage_in, read_event
from gitledger.ledger.state import State
from gitledger.ledger.stored_log import StoredLog, stored_leaf_data
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.merkle import leaf_hash
from gitledger.model.proof import check_consistency, consistency_proof, inclusion_proof
from gitledger.model.proof_file import EventProof, ExtensionProof, TimelineProof, ValueProof


def prove_event(ledger: Ledger, event: EventId, checkpoint: Checkpoint, *, seq: int | None = None) -> EventProof:
    """Return the proof that an event is in the log that a checkpoint fixes.

    Args:
        ledger: which one.
        event: which event.
        checkpoint: what the proof is checked against.
        seq: the number, from 1, that the event probably has there; saves a search.

    Raises:
        NotFoundError: it is not: it may be newer than the checkpoint.
        FormatError: the checkpoint is not one of this ledger.
        DamageError: an object is missing or corrupt.
    """
    log = StoredLog(ledger.objects, publication_of(ledger.objects, checkpoint))
    leaf = stored_leaf_data(ledger.objects, event)
    index = seq - 1 if seq and log.holds(seq - 1, leaf_hash(leaf)) else log.find(event, leaf_hash(leaf))
    if index is None:
        raise NotFoundError(
            f"event {event.hex()} is not in the log of {checkpoint.size} events; expected a checkpoint that has it",
            hint="git ledger checkpoint makes a newer one",
        )
    hashes = inclusion_proof(log.frontier, index, log.read)
    return EventProof(checkpoint=checkpoint, index=index, leaf=leaf, hashes=tuple(hashes))


def prove_variable(
    ledger: Ledger, variable: Variable, checkpoint: Checkpoint, *, at: Place | None = None
) -> ValueProof:
    """Return the proof of what a variable held, which may be nothing.

    Args:
        ledger: which one.
        variable: which variable.
        checkpoint: what the proof is checked against.
        at: the event after which it held that; the last one of the checkpoint if None.

    Raises:
        NotFoundError: the event is not in the log of the checkpoint.
        FormatError: the checkpoint is not one of this ledger.
        DamageError: an object is missing or corrupt.
    """
    anchor: Checkpoint | EventProof = checkpoint
    if at is None:
        taken = Taken(ledger.objects)
        with damage_in(checkpoint.publication, "publication"):
            follow_value(taken, follow_publication(taken, checkpoint)[0], variable)
    else:
        anchor = prove_event(ledger, at.event, checkpoint, seq=at.seq)
        taken = Taken(ledger.objects, State(ledger.objects, at).unstored())
        with damage_in(at.event, "event"):
            follow_value(taken, read_event(ledger.objects, at.event).after, variable)
    return ValueProof(anchor=anchor, variable=variable, objects=tuple(taken.objects))


def prove_timeline(ledger: Ledger, variable: Variable, checkpoint: Checkpoint) -> TimelineProof:
    """Return the proof of all events that changed a variable up to a checkpoint, which may be none.

    Raises:
        FormatError: the checkpoint is not one of this ledger.
        DamageError: an object is missing or corrupt.
    """
    taken = Taken(ledger.objects)
    with damage_in(checkpoint.publication, "publication"):
        follow_timeline(taken, follow_publication(taken, checkpoint)[1], variable)
    return TimelineProof(checkpoint=checkpoint, variable=variable, objects=tuple(taken.objects))


def prove_extension(ledger: Ledger, old: Checkpoint, new: Checkpoint) -> ExtensionProof:
    """Return the proof that the log of one checkpoint begins with that of another.

    Raises:
        LedgerError: it does not: somebody forked it, or a merge put other events first.
        FormatError: a checkpoint is not one of this ledger.
        DamageError: an object is missing or corrupt.
    """
    log = StoredLog(ledger.objects, publication_of(ledger.objects, new))
    publication_of(ledger.objects, old)
    proof = consistency_proof(log.frontier, old.size, log.read) if old.size <= new.size else []
    try:
        check_consistency(proof, old_size=old.size, old_root=old.root, new_size=new.size, new_root=new.root)
    except FormatError as error:
        raise LedgerError(
            f"the log of {new.size} events does not begin with that of {old.size}; expected it to",
            hint="a log changes its beginning only where histories were forked, or merged with other events first",
        ) from error
    return ExtensionProof(old=old, new=new, hashes=tuple(proof))
