"""``prune``: drop history up to a checkpoint from this repository. Specified in ``docs/git-ledger-prune.md``.

The procedure; whoever is killed at any point runs it again:

1. plan: find the publication at which history can be cut off, and what goes with what is before it;
2. somebody else holds all that goes; who, is for the caller to have checked;
3. pack loose objects, so that what goes lies in packs; note in a file that something is to go;
4. in the turn, if all refs still go on from the cut: move the cut, durable. From here on Git sees a shallow repository;
5. remove the commit graph, which names what goes, and empty the reflogs of ledgers, which would keep it;
6. drop the packs, in favour of one with all that is reached; then the note.
"""

from collections.abc import Collection, Mapping, Sequence

from gitledger.errors import ConflictError, NotFoundError, PolicyError
from gitledger.frozen import frozen
from gitledger.ids import LedgerName, Oid
from gitledger.ledger.checkpoint import Kept, kept_checkpoints, publication_of
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import Publication, damage_in, head_of, read_publication
from gitledger.retention.cut import holds_its_last_tile, passes
from gitledger.store import layout
from gitledger.store.housekeeping import Housekeeping, Link
from gitledger.store.shallow import move_cut, read_cut


@frozen
class Plan:
    """What a prune is to drop.

    Attributes:
        ledger: which one.
        checkpoint: up to which history is to go.
        base: the publication at which it is cut off; it and all that follows stay.
        oldest: the oldest publication that is here.
        publications: how many go.
        size: bytes of disk that hold what goes and nothing else.
        refs: those that reach what goes, each with its commit.
        old: where history is cut off now.
        new: where it will be.
        is_left: whether a prune that was interrupted has left something that was to go.
    """

    ledger: LedgerName
    checkpoint: Kept
    base: Publication
    oldest: Publication
    publications: int
    size: int
    refs: Mapping[str, Oid]
    old: frozenset[Oid]
    new: frozenset[Oid]
    is_left: bool

    @property
    def first(self) -> int:
        """The number of the first event that goes, from 1."""
        return self.oldest.first_seq

    @property
    def last(self) -> int:
        """The number of the last event that goes; one less than the first if none does."""
        return self.base.first_seq - 1


def plan_prune(ledger: Ledger, house: Housekeeping, *, before: int | None = None) -> Plan:
    """Return what a prune would drop.

    Args:
        ledger: which one.
        house: the repository that it is in.
        before: the size of the checkpoint up to which history is to go; by default the newest that is kept.

    Raises:
        NotFoundError: there is no such ledger or checkpoint.
        PolicyError: the ledger does not go on from the checkpoint, or a branch or tag reaches its publications.
        DamageError: the checkpoint or a publication cannot be read.
    """
    head, kept = head_of(ledger), _checkpoint(ledger, before)
    with damage_in(kept.tag, "checkpoint"):
        newest = publication_of(ledger.objects, kept.checkpoint)
    if not house.is_before(newest.oid, head.oid):
        raise PolicyError(
            f"ledger {ledger.name} does not go on from the checkpoint of {newest.log.size} events; expected it to",
            hint="history may be cut off after it already; else git ledger verify --checkpoint says more",
        )
    root = house.roots(newest.oid)[0]
    refs = house.refs_reaching(root)
    _refuse_foreign(refs)
    links = house.links(_tips(refs).values())
    base = _base(ledger, links, _tips(refs).values(), newest.oid)
    at = next(place for place, link in enumerate(links) if link.oid == base.oid)
    gone, old = links[at + 1 :], read_cut(house.repository)
    stays = {link.oid for link in links[: at + 1]}
    # Older checkpoints keep their publications, each alone, and so the proofs that are made from them.
    alone = {oid for ref, oid in refs.items() if ref.startswith(layout.CHECKPOINT_REFS)} - stays
    return Plan(
        ledger=ledger.name,
        checkpoint=kept,
        base=base,
        oldest=read_publication(ledger.objects, root),
        publications=len(gone),
        size=house.bytes_only_before(base.oid, stays | alone) if gone else 0,
        refs=refs,
        old=old,
        # Where it was cut off before goes as well; when the commit is gone, the repack takes it out.
        new=old | alone | {base.oid} if gone else old,
        is_left=house.is_dropping,
    )


def prune(ledger: Ledger, house: Housekeeping, plan: Plan) -> int:
    """Do what was planned; return how many bytes of disk that has freed.

    Raises:
        ConflictError: somebody cut history off meanwhile, or a ref no longer goes on from the cut; nothing is dropped.
        StorageError: the disk refuses; run it again.
    """
    before = house.size()
    if plan.publications:
        house.pack_loose()
        house.begin_to_drop()
        with ledger.refs.turn():
            _check_unmoved(house, plan)
            move_cut(house.repository, plan.old, plan.new)
    if plan.publications or plan.is_left:
        house.drop_commit_graph()
        house.forget_moves(_tips(plan.refs))
        house.drop_unreached()
    return before - house.size()


def _checkpoint(ledger: Ledger, before: int | None) -> Kept:
    for kept in kept_checkpoints(ledger):
        if before in (None, kept.checkpoint.size):
            return kept
    which = "checkpoint" if before is None else f"checkpoint of {before} events"
    raise NotFoundError(
        f"no {which} of ledger {ledger.name} is kept; expected one under {layout.checkpoint_refs(ledger.name)}",
        hint="make one with: git ledger checkpoint",
    )


def _tips(refs: Mapping[str, Oid]) -> dict[str, Oid]:
    """Return the refs from which everything must go through the cut: all but those of checkpoints."""
    return {ref: oid for ref, oid in refs.items() if not ref.startswith(layout.CHECKPOINT_REFS)}


def _refuse_foreign(refs: Mapping[str, Oid]) -> None:
    foreign = [ref for ref in refs if not ref.startswith("refs/ledger")]
    if foreign:
        raise PolicyError(
            f"{', '.join(foreign)} reaches publications of the ledger; expected only refs of ledgers to",
            hint=f"delete it, or keep what it is on by git update-ref {layout.PINS}NAME {foreign[0]}",
            details={"refs": foreign},
        )


def _base(ledger: Ledger, links: Sequence[Link], tips: Collection[Oid], newest: Oid) -> Publication:
    """Return the newest publication at which history can be cut off; the oldest that is here always is one."""
    for oid in passes(links, tips, newest):
        publication = read_publication(ledger.objects, oid)
        if holds_its_last_tile(publication):
            return publication
    return read_publication(ledger.objects, links[-1].oid)


def _check_unmoved(house: Housekeeping, plan: Plan) -> None:
    for ref, oid in _tips(house.refs_reaching(plan.oldest.oid)).items():
        if plan.refs.get(ref) != oid and not house.is_before(plan.base.oid, oid):
            raise ConflictError(
                f"{ref} was moved meanwhile and does not go on from publication {plan.base.oid.hex()}; expected it to",
                hint="nothing was dropped; try again",
            )
    _refuse_foreign(house.refs_reaching(plan.oldest.oid))
