"""``checkpoint``: fix what a ledger is in one small text, keep it, and let others vouch for it.

A checkpoint is kept as the message of an annotated tag on its publication, under
``refs/ledger-checkpoint/<ledger>/<size>`` (``docs/format/checkpoint.md``).
"""

from collections.abc import Iterator
from typing import Final

from gitledger.errors import ConflictError, DamageError, FormatError, NotFoundError, PolicyError, UsageError
from gitledger.frozen import frozen
from gitledger.ids import Oid, shown
from gitledger.ledger.genesis import genesis_of
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place
from gitledger.ledger.publication import Publication, damage_in, head_of, read, read_publication
from gitledger.ledger.stored_log import StoredLog
from gitledger.model.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from gitledger.model.notekey import ED25519, SigningKey, sign
from gitledger.model.proof import check_consistency, consistency_proof
from gitledger.store import layout
from gitledger.store.base import NewObject, ObjectStore, RefUpdate
from gitledger.store.tag import Tag, format_tag, parse_tag

ORIGIN: Final = "git-ledger"


@frozen
class Kept:
    """A checkpoint that a repository keeps.

    Attributes:
        ref: its ref.
        tag: the tag object.
        checkpoint: what it says.
    """

    ref: str
    tag: Oid
    checkpoint: Checkpoint


def checkpoint(ledger: Ledger, *, key: SigningKey | None = None) -> Kept:
    """Keep a checkpoint of the newest publication; return it.

    Its origin is the name of a log's key that signs it, else that of the newest checkpoint that is kept, else
    ``git-ledger/<ledger>/<genesis event>``.

    Args:
        ledger: which one.
        key: who vouches for it; a signature that is there already is not made again.

    Raises:
        NotFoundError: there is no such ledger.
        DamageError: the ledger has fewer events than its newest checkpoint, or one that is kept cannot be read.
        PolicyError: its log does not begin with that of the newest checkpoint of the same origin.
        ConflictError: others vouch for a checkpoint of this size and another origin.
        UsageError: the extra ``sign`` is not installed.
        StorageError: it could not be written.
    """
    head = head_of(ledger)
    newest = next(kept_checkpoints(ledger), None)
    new = _checkpoint_of(ledger, head, _origin(ledger, head, newest, key))
    if newest and newest.checkpoint.size > new.size:
        raise DamageError(
            f"ledger {ledger.name} has {new.size} events; expected the {newest.checkpoint.size} of {newest.ref}",
            hint="git ledger verify --checkpoint says what is missing",
        )
    _check_extends(ledger, head, new)
    same = newest if newest and newest.checkpoint.size == new.size else None
    if same and same.checkpoint.text != new.text and same.checkpoint.signatures:
        raise ConflictError(
            f"{same.ref} is one of {shown(same.checkpoint.origin)}, and signed; expected {shown(new.origin)}",
            hint="append something first, or sign with a key of that name",
        )
    if same and same.checkpoint.text == new.text:
        new = same.checkpoint
    if key and (key.name, key.verifier.id) not in {(one.name, one.key) for one in new.signatures}:
        new = new.vouched_by([sign(key, new.text, now=ledger.clock())])
    return _keep(ledger, new, same)


def attach(ledger: Ledger, vouched: Checkpoint) -> Kept:
    """Add the signatures of a checkpoint to the same one that is kept; return it.

    Whose they are, and whether they hold, is not judged here: a policy does that.

    Raises:
        NotFoundError: none of this size is kept.
        ConflictError: the one that is kept has another text.
        StorageError: it could not be written.
    """
    ref = layout.checkpoint_ref(ledger.name, vouched.size)
    tag = ledger.refs.read(ref)
    if tag is None:
        raise NotFoundError(f"no checkpoint of {vouched.size} events is kept; expected {ref}")
    kept = read_kept(ledger, ref, tag)
    if kept.checkpoint.text != vouched.text:
        raise ConflictError(f"{ref} has another text than the one that was signed; expected the same")
    return _keep(ledger, kept.checkpoint.vouched_by(vouched.signatures), kept)


def newest_checkpoint(ledger: Ledger) -> Checkpoint:
    """Return the newest checkpoint that is kept.

    Raises:
        NotFoundError: none is.
    """
    for kept in kept_checkpoints(ledger):
        return kept.checkpoint
    raise NotFoundError(
        f"no checkpoint of ledger {ledger.name} is kept; expected one under {layout.checkpoint_refs(ledger.name)}",
        hint="make one with: git ledger checkpoint",
    )


def kept_checkpoints(ledger: Ledger) -> Iterator[Kept]:
    """Yield the checkpoints of a ledger that are kept, the largest first.

    Raises:
        DamageError: one is missing, corrupt, or not of the size that its ref says.
    """
    refs = ledger.refs.list(layout.checkpoint_refs(ledger.name))
    for ref in sorted(refs, key=_size, reverse=True):
        yield read_kept(ledger, ref, refs[ref])


def checkpoint_at(ledger: Ledger, place: Place) -> Checkpoint:
    """Return the checkpoint of a publication that ends with an event: one that is kept, or one nobody vouches for.

    Raises:
        UsageError: more events of the publication follow.
        DamageError: a checkpoint that is kept cannot be read.
    """
    publication = place.publication
    if place.position < len(publication.events) - 1:
        raise UsageError(
            f"event {place.event.hex()} was published with others behind it; expected the last of a publication",
            hint=f"the last one there is {publication.events[-1].hex()}",
        )
    ref = layout.checkpoint_ref(ledger.name, publication.log.size)
    tag = ledger.refs.read(ref)
    kept = read_kept(ledger, ref, tag).checkpoint if tag else None
    if kept and kept.publication == publication.oid:
        return kept
    newest = next(kept_checkpoints(ledger), None)
    return _checkpoint_of(ledger, publication, _origin(ledger, publication, newest, None))


def _checkpoint_of(ledger: Ledger, publication: Publication, origin: str) -> Checkpoint:
    empty = ledger.objects.format.oid("tree", b"")
    return Checkpoint(
        origin=origin,
        size=publication.log.size,
        root=publication.log.root(),
        publication=publication.oid,
        state=publication.trees.get(layout.STATE, empty),
        index=publication.trees.get(layout.INDEX, empty),
    )


def publication_of(objects: ObjectStore, checkpoint: Checkpoint) -> Publication:
    """Return the publication of a checkpoint, with the log that the checkpoint says.

    Raises:
        FormatError: the publication has another log.
        DamageError: it is missing, corrupt, or none.
    """
    publication = read_publication(objects, checkpoint.publication)
    if (publication.log.size, publication.log.root()) != (checkpoint.size, checkpoint.root):
        raise FormatError(
            f"the checkpoint of {checkpoint.size} events says another log than its publication has; expected the same"
        )
    return publication


def read_kept(ledger: Ledger, ref: str, oid: Oid) -> Kept:
    """Return the checkpoint that a tag object holds, which is or is to be under a ref.

    Raises:
        DamageError: it is missing, corrupt, or not one of the size that the ref says.
    """
    with damage_in(oid, "checkpoint"):
        tag = parse_tag(read(ledger.objects, oid, "tag"), ledger.objects.format)
        found = parse_checkpoint(tag.message)
        if (found.size, found.publication) != (_size(ref), tag.commit):
            raise FormatError(f"it has another size than {ref}, or another publication than the tag is on")
    return Kept(ref=ref, tag=oid, checkpoint=found)


def _size(ref: str) -> int:
    try:
        return layout.parse_checkpoint_ref(ref)[1]
    except FormatError as error:
        raise DamageError(f"{ref} is not the ref of a checkpoint; expected only such refs there") from error


def _origin(ledger: Ledger, head: Publication, newest: Kept | None, key: SigningKey | None) -> str:
    if key and key.algorithm == ED25519:
        return key.name
    if newest:
        return newest.checkpoint.origin
    return f"{ORIGIN}/{ledger.name}/{genesis_of(ledger.objects, head).hex()}"


def _check_extends(ledger: Ledger, head: Publication, new: Checkpoint) -> None:
    # tlog-checkpoint: a log never signs what contradicts what it signed before.
    earlier = (kept.checkpoint for kept in kept_checkpoints(ledger))
    before = next((one for one in earlier if one.origin == new.origin), None)
    if before is None:
        return
    proof = consistency_proof(head.log, before.size, StoredLog(ledger.objects, head).read)
    try:
        check_consistency(proof, old_size=before.size, old_root=before.root, new_size=new.size, new_root=new.root)
    except FormatError as error:
        raise PolicyError(
            f"the log of {ledger.name} does not begin with the {before.size} events of its newest checkpoint; "
            f"expected the log of {shown(new.origin)} only to grow",
            hint="a merge that puts other events first makes another log: sign it with a key of another name",
        ) from error


def _keep(ledger: Ledger, new: Checkpoint, before: Kept | None) -> Kept:
    if before and before.checkpoint == new:
        return before
    ref = layout.checkpoint_ref(ledger.name, new.size)
    data = format_tag(
        Tag(
            commit=new.publication,
            name=f"{ledger.name}/{new.size}",
            tagger=ledger.people(ledger.clock()).committer,
            message=format_checkpoint(new),
        )
    )
    oid = ledger.objects.format.oid("tag", data)
    ledger.objects.write([NewObject(oid, "tag", data)])
    ledger.refs.update([RefUpdate(ref, before.tag if before else None, oid)])
    return Kept(ref=ref, tag=oid, checkpoint=new)
