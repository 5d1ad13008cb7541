"""``check_proof``: what a proof shows, if it shows anything. Needs no repository and no network.

The procedure (``docs/format/proof.md``):

1. the checkpoint in the proof is one that the caller trusts, and has the signatures that the caller asks for;
2. an event: its leaf is canonical, and the inclusion proof leads from it to the checkpoint's root;
3. a value or a timeline: each object hashes to the id that the one before names, from the publication, or from the
   state after a proved event, to the end of the way, and nothing is left over;
4. an extension: the consistency proof leads to both roots.

A check returns what was shown, or raises; there is no answer that could be overlooked.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from gitledger import codec
from gitledger.errors import FormatError, UsageError
from gitledger.frozen import frozen
from gitledger.ids import EventId, Variable
from gitledger.ledger.chain import Given, follow_publication, follow_timeline, follow_value
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.delta import Delta, parse_delta
from gitledger.model.event import Event, parse_event
from gitledger.model.merkle import leaf_hash
from gitledger.model.proof import check_consistency, check_inclusion
from gitledger.model.proof_file import EventProof, ExtensionProof, Proof, TimelineProof, ValueProof
from gitledger.model.rule import Rule, parse_rule
from gitledger.model.value import parse_value
from gitledger.model.witness import WitnessPolicy, judge

_PARTS: Final = 3


@frozen
class ProvedEvent:
    """An event is number ``seq`` (from 1) of the log of a checkpoint."""

    checkpoint: Checkpoint
    id: EventId
    seq: int
    event: Event
    rule: Rule
    delta: Delta


@frozen
class ProvedValue:
    """A variable held a value, in canonical bytes, or None for nothing.

    Attributes:
        checkpoint: what the proof was checked against.
        variable: which variable.
        value: what it held.
        after: the event after which it held that; None for the last one of the checkpoint.
    """

    checkpoint: Checkpoint
    variable: Variable
    value: bytes | None
    after: ProvedEvent | None


@frozen
class ProvedTimeline:
    """These events, oldest first, changed a variable up to a checkpoint, and no other did."""

    checkpoint: Checkpoint
    variable: Variable
    events: tuple[EventId, ...]


@frozen
class ProvedExtension:
    """The log of ``new`` begins with that of ``old``. Of the two, this speaks of sizes and roots alone."""

    old: Checkpoint
    new: Checkpoint


Proved = ProvedEvent | ProvedValue | ProvedTimeline | ProvedExtension


def check_proof(proof: Proof, *, trusted: Sequence[Checkpoint] = (), policy: WitnessPolicy | None = None) -> Proved:
    """Return what a proof shows.

    Args:
        proof: the proof.
        trusted: checkpoints that the caller knows to be true, from elsewhere; may hold more signatures.
        policy: whose signatures the checkpoint must have, of an extension the new one.

    Raises:
        FormatError: it does not hold, or is about another checkpoint.
        PolicyError: a checkpoint lacks signatures.
        UsageError: neither a checkpoint nor a witness policy; the extra ``sign`` is not installed.
    """
    if not trusted and policy is None:
        raise UsageError("nothing says which checkpoint is true; expected a checkpoint, a witness policy, or both")
    trust = _Trust(trusted, policy)
    if isinstance(proof, EventProof):
        return _check_event(proof, trust)
    if isinstance(proof, ValueProof):
        return _check_value(proof, trust)
    if isinstance(proof, TimelineProof):
        return _check_timeline(proof, trust)
    return _check_extension(proof, trust)


class _Trust:
    """Step 1: which checkpoints are true."""

    def __init__(self, trusted: Sequence[Checkpoint], policy: WitnessPolicy | None) -> None:
        self._trusted = {checkpoint.text: checkpoint for checkpoint in trusted}
        self._policy = policy

    def check(self, *checkpoints: Checkpoint) -> None:
        """Refuse checkpoints of which none is among those given, if any were, or the last of which lacks signatures."""
        if self._trusted and not any(checkpoint.text in self._trusted for checkpoint in checkpoints):
            sizes = " and ".join(str(checkpoint.size) for checkpoint in checkpoints)
            raise FormatError(f"this is a proof for a checkpoint of {sizes} events; expected the one that was given")
        for checkpoint in checkpoints:
            if not set(checkpoint.signatures) <= set(self._twin(checkpoint).signatures):
                raise FormatError(
                    "a proof has a signature that the checkpoint given lacks; expected one made for that file, "
                    "or the file with all signatures"
                )
        if self._policy:
            judge(self._policy, self._twin(checkpoints[-1]))

    def _twin(self, checkpoint: Checkpoint) -> Checkpoint:
        """Return the same checkpoint as it was given, if it was: it may have gathered signatures since."""
        return self._trusted.get(checkpoint.text, checkpoint)


def _check_event(proof: EventProof, trust: _Trust) -> ProvedEvent:
    trust.check(proof.checkpoint)
    # 2. the leaf, and the way from it to the root
    parts = codec.decode(proof.leaf)
    if not isinstance(parts, list) or len(parts) != _PARTS or not all(isinstance(part, bytes) for part in parts):
        raise FormatError("a leaf is something else than the bytes of an event, a rule and a delta")
    data, rule_data, delta_data = (part for part in parts if isinstance(part, bytes))
    blob = partial(proof.checkpoint.object_format.oid, "blob")
    event, rule, delta = parse_event(data), parse_rule(rule_data), parse_delta(delta_data)
    if (event.rule, event.delta, event.writeset) != (blob(rule_data), blob(delta_data), delta.writeset):
        raise FormatError("a leaf holds an event beside a rule or a delta that are not its own")
    size, root = proof.checkpoint.size, proof.checkpoint.root
    check_inclusion(leaf_hash(proof.leaf), proof.hashes, index=proof.index, size=size, root=root)
    return ProvedEvent(
        checkpoint=proof.checkpoint,
        id=EventId(blob(data)),
        seq=proof.index + 1,
        event=event,
        rule=rule,
        delta=delta,
    )


def _check_value(proof: ValueProof, trust: _Trust) -> ProvedValue:
    # 3. the objects, from the publication or from the state after an event
    if isinstance(proof.anchor, EventProof):
        after, checkpoint = _check_event(proof.anchor, trust), proof.anchor.checkpoint
        given = Given(checkpoint.object_format, proof.objects)
        state = after.event.after
    else:
        after, checkpoint = None, proof.anchor
        trust.check(checkpoint)
        given = Given(checkpoint.object_format, proof.objects)
        state = follow_publication(given, checkpoint)[0]
    value = follow_value(given, state, proof.variable)
    given.check_end()
    if value is not None:
        parse_value(value)
    return ProvedValue(checkpoint=checkpoint, variable=proof.variable, value=value, after=after)


def _check_timeline(proof: TimelineProof, trust: _Trust) -> ProvedTimeline:
    trust.check(proof.checkpoint)
    given = Given(proof.checkpoint.object_format, proof.objects)
    events = follow_timeline(given, follow_publication(given, proof.checkpoint)[1], proof.variable)
    given.check_end()
    return ProvedTimeline(checkpoint=proof.checkpoint, variable=proof.variable, events=events)


def _check_extension(proof: ExtensionProof, trust: _Trust) -> ProvedExtension:
    old, new = proof.old, proof.new
    # One end that is known is enough, and signatures are asked of the new one: the hashes bind size and root of the
    # other to it.
    trust.check(old, new)
    # 4. the way to both roots
    check_consistency(proof.hashes, old_size=old.size, old_root=old.root, new_size=new.size, new_root=new.root)
    return ProvedExtension(old=old, new=new)
