"""``rehydrate``: bring history back from an archive, judged before anybody sees it.

The procedure; whoever is killed at any point runs it again, and what is back is not fetched again:

1. the log that is true is that of the newest checkpoint that is kept and that the archive reaches;
2. bundles are taken from there downwards. One whose publications are here is read here, any other is fetched and opened
   apart from this repository;
3. its publications must be those that ours follow, with all that their trees name, and its events those of the log,
   which makes the log before it true as well;
4. its pack is moved into the repository, under a lease, durable;
5. in the turn, the cut moves down: only now is anything of it visible.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from gitledger.errors import DamageError
from gitledger.ids import Oid
from gitledger.model.manifest import Manifest
from gitledger.model.merkle import Frontier
from gitledger.retention.contents import check_log, judged
from gitledger.retention.holdings import Archive, newest_chain
from gitledger.retention.source import Source
from gitledger.retention.steps import parents_of
from gitledger.store import layout
from gitledger.store.base import ObjectStore
from gitledger.store.bundle import Opened
from gitledger.store.housekeeping import Housekeeping
from gitledger.store.pack_writer import PackWriter, drop_stale_leases
from gitledger.store.shallow import move_cut, read_cut

_REFS: Final = (layout.REFS, layout.CHECKPOINT_REFS, layout.TRACKING)
Parents = Mapping[Oid, Collection[Oid]]


def rehydrate(source: Source, archive: Archive, *, first: int = 1) -> Iterator[Manifest]:
    """Bring history back down to an event, and what its bundle holds besides; yield each bundle that is back.

    Args:
        source: the repository that it comes back to.
        archive: where from.
        first: the number of the oldest event that is wanted.

    Raises:
        NotFoundError: the archive reaches no checkpoint that is kept.
        DamageError: the archive gave something else than this history; nothing of it is here.
        ConflictError: somebody cut history off meanwhile.
        StorageError: the archive or the disk refuses.
    """
    ledger = source.ledger
    # Of a run that was killed when its pack was in place.
    drop_stale_leases(source.repository.objects_dir / "pack")
    log, chain = newest_chain(ledger, archive)
    wanted = [one.manifest for one in chain if one.manifest.last >= first]
    reached = _reached(source)
    while wanted and reached.issuperset(wanted[-1].publications):
        wanted.pop()
    for manifest in wanted:
        is_away = not reached.issuperset(manifest.publications)
        if is_away:
            _bring_back(source, archive, manifest, log, reached)
        else:
            check_log(ledger.objects, manifest, log)
        log = manifest.before
        reached.update(manifest.publications)
        if is_away:
            yield manifest
    _join(source, reached)


def _bring_back(source: Source, archive: Archive, manifest: Manifest, log: Frontier, reached: Collection[Oid]) -> None:
    with judged(source, archive, manifest, log) as (apart, opened):
        _admit(source, manifest, opened, reached, _parents(apart.objects, manifest))


def _reached(source: Source) -> set[Oid]:
    """Return the commits that ledgers, their checkpoints and what remotes had of them reach, as Git sees it."""
    refs = source.ledger.refs
    tips = [oid for prefix in _REFS for oid in refs.list(prefix).values()]
    return {link.oid for link in Housekeeping(source.repository, source.env).links(tips)}


def _followed(objects: ObjectStore, oid: Oid) -> tuple[Oid, ...]:
    try:
        return parents_of(objects, oid)
    except DamageError:
        return ()  # A commit of the code may have a form that no publication has.


def _parents(objects: ObjectStore, manifest: Manifest) -> Parents:
    return {oid: parents_of(objects, oid) for oid in manifest.publications}


def _admit(source: Source, manifest: Manifest, opened: Opened, reached: Collection[Oid], parents: Parents) -> None:
    """Make a bundle part of the repository, and move the cut below it."""
    packs = PackWriter(source.repository)
    with packs.hold() as check:
        packs.admit(opened.pack)
        with source.ledger.refs.turn():
            old = read_cut(source.repository)
            _check_followed(manifest, reached, [*parents.values(), *_at_cut(source, old).values()])
            here = {*reached, *manifest.publications}
            check()
            bottom = {oid for oid, before in parents.items() if not here.issuperset(before)}
            move_cut(source.repository, old, (old - _joined(source, old, here)) | bottom)


def _join(source: Source, reached: Collection[Oid]) -> None:
    """Move the cut away from publications of which all that they follow is here, by whatever way."""
    with source.ledger.refs.turn():
        old = read_cut(source.repository)
        joined = _joined(source, old, set(reached))
        if joined:
            move_cut(source.repository, old, old - joined)


def _joined(source: Source, cut: Collection[Oid], here: set[Oid]) -> set[Oid]:
    # What cuts off another history, of the code or of another ledger, follows nothing of ours.
    return {oid for oid, before in _at_cut(source, cut).items() if here.issuperset(before)}


def _at_cut(source: Source, cut: Collection[Oid]) -> Parents:
    """Return what each commit at the cut follows; those of which that cannot be told are left out."""
    return {oid: before for oid in cut if (before := _followed(source.ledger.objects, oid))}


def _check_followed(manifest: Manifest, reached: Collection[Oid], parents: Collection[Collection[Oid]]) -> None:
    # Ids bind a history from its end on: what something here follows is what it says it is.
    followed = {oid for some in parents for oid in some}
    foreign = [oid for oid in manifest.publications if oid not in followed and oid not in reached]
    if foreign:
        raise DamageError(
            f"bundle {manifest.bundle.hex()} holds publication {foreign[0].hex()}, which nothing here follows; "
            "expected the history of this ledger",
            details={"bundle": manifest.bundle.hex()},
        )
