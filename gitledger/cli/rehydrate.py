"""``git ledger rehydrate``: bring history back that was pruned."""

from collections.abc import Iterator

from gitledger.artifacts.open import open_artifacts
from gitledger.cli.door import Door
from gitledger.cli.exchange import open_remote
from gitledger.errors import NotFoundError, UsageError
from gitledger.ids import counted, shown
from gitledger.model.manifest import Manifest
from gitledger.retention.archives import archive_at, archives
from gitledger.retention.deep import find_archived
from gitledger.retention.holdings import Archive, newest_chain
from gitledger.retention.rehydrate import rehydrate
from gitledger.store.shallow import drop_bitmaps
from gitledger.store.tracking import remotes


def run(door: Door, *, oldest: str | None, source: str | None) -> int:
    """Print which events are back, and where from."""
    if source is not None and source in remotes(door.repository, door.outside.env):
        return _from_remote(door, source, oldest)
    place = _place(door, source)
    first = 1 if oldest is None else _number(door, place, oldest)
    progress, back = door.progress("events"), list[Manifest]()
    for one in rehydrate(door.source, place, first=first):
        back.append(one)
        progress.tell(sum(len(manifest.events) for manifest in back))
    progress.clear()
    _print(door, place.url, back)
    return 0


def _place(door: Door, source: str | None) -> Archive:
    if source is not None:
        return archive_at(open_artifacts(source, door.path(".").resolve()), door.source)
    return next(_reaching(door))


def _reaching(door: Door) -> Iterator[Archive]:
    """Yield the archives that reach a checkpoint; the first that does not, says why, if none does."""
    refusal = NotFoundError(
        "no archive of this repository is known; expected the setting ledger.archive, or --from",
        hint="--from DIRECTORY, s3://BUCKET/PREFIX, or the name of a remote",
    )
    for number, one in enumerate(archives(door.source)):
        try:
            newest_chain(door.ledger, one)
        except NotFoundError as error:
            refusal = refusal if number else error
        else:
            yield one
    raise refusal


def _number(door: Door, place: Archive, oldest: str) -> int:
    found = find_archived(newest_chain(door.ledger, place)[1], oldest)
    if found is None:
        raise NotFoundError(f"{shown(oldest)} names no event that {place.url} holds; expected #N or the id of one")
    manifest, at = found
    return manifest.first + at


def _from_remote(door: Door, name: str, oldest: str | None) -> int:
    if oldest is not None:
        raise UsageError("a remote gives all history or none; expected no event beside --from REMOTE")
    is_cut = bool(door.ledger.cut())
    if is_cut:
        drop_bitmaps(door.repository)
        open_remote(door, name).fetch_whole()
    if door.json:
        door.output.json({"ledger": door.ledger.name, "from": name, "bundles": [], "whole": not door.ledger.cut()})
    else:
        door.output.line(f"history is whole again, from remote {name}" if is_cut else "nothing to bring back")
    return 0


def _print(door: Door, url: str, back: list[Manifest]) -> None:
    if door.json:
        bundles = [{"first": one.first, "last": one.last, "bundle": one.bundle.hex()} for one in back]
        door.output.json({"ledger": door.ledger.name, "from": url, "bundles": bundles, "whole": not door.ledger.cut()})
    elif back:
        first, last = back[-1].first, back[0].last
        door.output.line(f"events #{first} to #{last} are back: {counted(len(back), 'bundle')} from {url}")
    else:
        door.output.line("nothing to bring back")
