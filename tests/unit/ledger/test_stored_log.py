"""Logs as they are read from tiles, one of a million events among them that nobody had to append."""

from functools import cache
from typing import NamedTuple
from unittest.mock import patch

import pytest

from gitledger.errors import DamageError
from gitledger.frozen import replace
from gitledger.ids import EventId, Oid
from gitledger.ledger.check_proof import ProvedEvent, check_proof
from gitledger.ledger.checkpoint import checkpoint
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import backwards
from gitledger.ledger.init import init
from gitledger.ledger.prove import prove_event, prove_extension
from gitledger.ledger.publication import Publication, head_of, read_publication
from gitledger.ledger.stored_log import StoredLog, stored_leaf_data
from gitledger.model import tile
from gitledger.model.checkpoint import Checkpoint
from gitledger.model.merkle import Frontier, format_head, leaf_hash
from gitledger.model.notekey import COSIGNATURE, ED25519, SigningKey, sign
from gitledger.model.proof_file import format_proof, parse_proof
from gitledger.store.base import NewObject
from gitledger.store.commit import format_commit
from gitledger.store.memory import MemoryObjects, MemoryRefs
from gitledger.store.pathmap import NEVER_SPLIT, PathMap
from gitledger.store.tree import DIRECTORY, FILE, TreeEntry, format_tree
from tests.faulty import Counted
from tests.ledgers import ledger_on, write, write_many

MILLION = 1_000_000
PLACE = 123_456
NEWEST = MILLION % tile.TILE_WIDTH
LOG = SigningKey(name="example.com/ledger", algorithm=ED25519, seed=bytes(range(32)))
WITNESSES = [SigningKey(name=f"w{n}.example", algorithm=COSIGNATURE, seed=bytes([n]) * 32) for n in (1, 2)]


class Million(NamedTuple):
    """A ledger whose publication says that its log has a million leaves, of which 65 are events."""

    ledger: Ledger
    objects: Counted
    event: EventId
    checkpoint: Checkpoint


@cache
def million() -> Million:
    """Return the log: one event at ``PLACE``, those of the partial tile at the end, the same hash everywhere else."""
    objects = Counted(MemoryObjects())
    ledger = ledger_on(objects, MemoryRefs())
    init(ledger)
    event = write(ledger, model__accuracy=93)
    newest = write_many(ledger, NEWEST)
    leaves = [leaf_hash(b"not asked for")] * (MILLION - NEWEST)
    leaves[PLACE] = leaf_hash(stored_leaf_data(objects, event))
    leaves += [leaf_hash(stored_leaf_data(objects, one)) for one in newest]
    with patch.object(tile, "tile_root", cache(tile.tile_root)):
        log, tiles = tile.extend(tile.TiledLog(frontier=Frontier()), leaves, no_read)
    known = checkpoint(ledger).checkpoint
    publication = with_log(objects, head_of(ledger), log.frontier, tiles)
    known = replace(known, size=MILLION, root=log.frontier.root(), publication=publication.oid)
    return Million(
        ledger, objects, event, known.vouched_by([sign(key, known.text, now=0) for key in (LOG, *WITNESSES)])
    )


def no_read(level: int, start: int, stop: int) -> bytes:
    raise AssertionError(f"hashes {start} to {stop - 1} of level {level} were read")


def with_log(objects: MemoryObjects, head: Publication, frontier: Frontier, tiles: list[tile.Tile]) -> Publication:
    """Return a publication with another log."""
    new = dict[Oid, NewObject]()

    def add(kind: str, data: bytes) -> Oid:
        oid = objects.format.oid(kind, data)  # type: ignore[arg-type]
        new[oid] = NewObject(oid, kind, data)  # type: ignore[arg-type]
        return oid

    paths = PathMap(lambda oid: objects.read(oid).data, objects.format, None, split_above=NEVER_SPLIT)
    paths.set("head", add("blob", format_head(frontier)))
    for one in tiles:
        paths.set(tile.tile_path(one.level, one.index), add("blob", one.data))
    root = paths.root()
    assert root
    trees = {**head.trees, b"log": root}
    rows = (TreeEntry(FILE if name == b"envelope" else DIRECTORY, name, oid) for name, oid in trees.items())
    oid = add("commit", format_commit(replace(head.commit, tree=add("tree", format_tree(rows)))))
    objects.write([*new.values(), *paths.take_new()])
    return read_publication(objects, oid)


def test_an_event_among_a_million_is_proved_in_two_kilobytes() -> None:
    log = million()
    data = format_proof(prove_event(log.ledger, log.event, log.checkpoint))
    proved = check_proof(parse_proof(data), trusted=[log.checkpoint])
    assert isinstance(proved, ProvedEvent)
    assert (proved.id, proved.seq, proved.checkpoint.size) == (log.event, PLACE + 1, MILLION)
    assert len(data) <= 2048


@pytest.mark.parametrize("back", [0, 1, NEWEST - 1])
def test_one_of_the_newest_events_is_proved_without_any_search(back: int) -> None:
    log = million()
    event = head_of(log.ledger).events[-1 - back]
    before = log.objects.reads
    proved = check_proof(prove_event(log.ledger, event, log.checkpoint), trusted=[log.checkpoint])
    assert isinstance(proved, ProvedEvent)
    assert proved.seq == MILLION - back
    # At level 1 the partial tile has 66 hashes, each the root of a tile; below it lie 64 events of three objects each.
    assert log.objects.reads - before < 400


def test_a_number_is_found_by_reading_tiles_and_no_events() -> None:
    log = million()
    stored = StoredLog(log.objects, read_publication(log.objects, log.checkpoint.publication))
    before = log.objects.reads
    assert stored.find(log.event, leaf_hash(stored_leaf_data(log.objects, log.event))) == PLACE
    tiles = (MILLION - PLACE) // tile.TILE_WIDTH
    assert tiles < log.objects.reads - before < tiles + 60


def test_an_event_whose_number_is_known_is_proved_from_a_few_tiles() -> None:
    log = million()
    before = log.objects.reads
    assert prove_event(log.ledger, log.event, log.checkpoint, seq=PLACE + 1).index == PLACE
    assert log.objects.reads - before < 60


@pytest.mark.parametrize("seq", [0, PLACE, PLACE + 2, MILLION, MILLION + 1])
def test_a_number_that_is_wrong_costs_a_search(seq: int) -> None:
    log = million()
    assert prove_event(log.ledger, log.event, log.checkpoint, seq=seq).index == PLACE


def test_that_a_million_events_begin_with_a_few_is_proved_from_a_few_tiles() -> None:
    log = million()
    publication = read_publication(log.objects, log.checkpoint.publication)
    stored = StoredLog(log.objects, publication)
    old = Frontier()
    for number in range(300):
        old = old.append(
            stored.read(0, number, number + 1) if number < 256 else stored.tile(0, 1)[(number - 256) * 32 :][:32]
        )
    commit = with_log(log.objects, publication, old, [tile.Tile(0, 0, stored.tile(0, 0))])
    known = replace(log.checkpoint, size=300, root=old.root(), publication=commit.oid, signatures=())
    before = log.objects.reads
    check_proof(prove_extension(log.ledger, known, log.checkpoint), trusted=[log.checkpoint])
    assert log.objects.reads - before < 100


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 600])
def test_every_leaf_is_found_at_its_number_and_no_other_is(any_ledger: Ledger, size: int) -> None:
    write_many(any_ledger, size - 1, group=100)
    stored = StoredLog(any_ledger.objects, head_of(any_ledger))
    for place in backwards(any_ledger.objects, head_of(any_ledger)):
        leaf = leaf_hash(stored_leaf_data(any_ledger.objects, place.event))
        assert stored.find(place.event, leaf) == place.seq - 1
        assert stored.holds(place.seq - 1, leaf)
        assert not stored.holds(place.seq - 1, bytes(32))
    assert stored.find(EventId(b""), bytes(32)) is None
    assert not stored.holds(size, bytes(32))


def test_a_hash_across_two_leaves_is_no_leaf(ledger: Ledger) -> None:
    write_many(ledger, 300)
    stored = StoredLog(ledger.objects, head_of(ledger))
    row = stored.tile(0, 0)
    for at in (1, 16, 31, 33):
        assert stored.find(EventId(b""), row[at : at + 32]) is None


def test_a_log_without_a_tile_is_damaged(ledger: Ledger) -> None:
    write_many(ledger, 300)
    head = head_of(ledger)
    commit = with_log(ledger.objects, head, head.log, [])  # type: ignore[arg-type]
    with pytest.raises(DamageError, match="no tile tile/0/000"):
        StoredLog(ledger.objects, commit).find(EventId(b""), bytes(32))


def test_a_tile_of_another_size_is_damaged(ledger: Ledger) -> None:
    write_many(ledger, 300)
    head = head_of(ledger)
    commit = with_log(ledger.objects, head, head.log, [tile.Tile(0, 0, bytes(8160))])  # type: ignore[arg-type]
    with pytest.raises(DamageError, match="8160 bytes; expected 8192"):
        StoredLog(ledger.objects, commit).find(EventId(b""), bytes(32))
