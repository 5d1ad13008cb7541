"""What the catalog says is an answer only where Git says so, too; whatever happens to the file, the answer is right."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from gitledger.errors import NotFoundError
from gitledger.frozen import replace
from gitledger.ids import EventId, LedgerName, Oid
from gitledger.ledger import locate
from gitledger.ledger import resolve as resolving
from gitledger.ledger.handle import Ledger
from gitledger.ledger.init import init
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.ledger.resolve import resolve
from gitledger.ledger.vst import published_in_order, vst
from gitledger.store import layout
from gitledger.store.base import RefUpdate
from gitledger.store.catalog import _sum
from tests.catalogs import ask, catalog_file, reads, with_catalog
from tests.faulty import Counted
from tests.ledgers import memory_ledger, named, write, write_many

EVENTS = 360
"""More than a tile of the log, and a tail that has none."""


@pytest.fixture(autouse=True)
def _nothing_is_near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "_NEAR", 0)
    monkeypatch.setattr(locate, "_NEWEST", 0)


@pytest.fixture
def known(ledger: Ledger, tmp_path: Path) -> Ledger:
    """Return a ledger of 360 events, four to a publication, whose catalog is up to date."""
    write_many(ledger, EVENTS - 1, group=4)
    ledger = with_catalog(ledger, tmp_path)
    ask(ledger, "#2")
    return ledger


def check(ledger: Ledger) -> None:
    """Ask in every way for events far and near."""
    size = head_of(ledger).log.size
    for number in (1, 2, size // 3, size - 20, size):
        event, found, _ = ask(ledger, f"#{number}")
        assert (found, ask(ledger, event)[1], ask(ledger, event[:12])[1]) == (number, number, number)
        if number < size:
            ask(ledger, f"main~{size - number}")


def costs(ledger: Ledger) -> int:
    """Return how many objects it takes to find one of the first events, three ways."""
    event = resolve(ledger, "#7").event.hex()
    size = head_of(ledger).log.size
    return max(reads(ledger, rev) for rev in ("#7", event, f"main~{size - 7}"))


def test_the_newest_events_need_no_catalog(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To look at two publications takes less than to open a catalog, which is the third way after that."""
    monkeypatch.undo()
    ids = write_many(ledger, 9, group=3)
    ledger = with_catalog(ledger, tmp_path)
    for event in ids[-6:]:
        ask(ledger, event.hex())
    assert not catalog_file(tmp_path).exists()
    ask(ledger, ids[2].hex())
    assert catalog_file(tmp_path).exists()


def test_nothing_behind_a_cut_is_looked_for(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not here, and to learn that takes several runs of git."""
    monkeypatch.undo()
    first, *_ = write_many(ledger, 3, group=1)
    head = head_of(ledger)
    counted = Counted(ledger.objects)
    cut = replace(ledger, objects=counted, cut=lambda: frozenset([head.oid]))
    assert locate._look_near(cut, head, first) is None
    assert counted.reads == 0


@pytest.mark.parametrize(("events", "group"), [(1_000, 1), (20_000, 20)])
def test_an_event_is_found_by_a_few_objects_however_long_the_ledger_is(
    ledger: Ledger, tmp_path: Path, events: int, group: int
) -> None:
    ids = write_many(ledger, events, group=group)
    ledger = with_catalog(ledger, tmp_path)
    resolve(ledger, "#2")
    for number in (2, events // 2, events - 300):
        for rev in (f"#{number}", ids[number - 2].hex(), ids[number - 2].hex()[:10], f"main~{events + 1 - number}"):
            assert reads(ledger, rev) <= 28
    # The newest tile is not stored: the commits between are read instead, fewer than 256.
    assert reads(ledger, f"#{events - 90}") <= 28 + 90 // group


def test_what_is_new_is_all_that_is_read_to_bring_it_up_to_date(known: Ledger) -> None:
    old = costs(known)
    write_many(known, 5, "more", group=1)
    assert reads(known, "#7") <= old + 5 * 3 + 1
    assert costs(known) == old
    check(known)


def test_without_a_catalog_the_history_is_walked(known: Ledger) -> None:
    assert reads(replace(known, catalog=None), "#7") > 400
    assert costs(known) < 30


def test_a_file_that_is_gone_is_made_anew(known: Ledger, tmp_path: Path) -> None:
    catalog_file(tmp_path).unlink()
    check(known)
    assert costs(known) < 30


def test_a_file_that_was_cut_short_or_is_something_else(known: Ledger, tmp_path: Path) -> None:
    path = catalog_file(tmp_path)
    whole = path.read_bytes()
    for data in (b"", whole[:50], whole[: len(whole) // 2], whole[:-4096], b"no catalog" * 1000, bytes(len(whole))):
        path.write_bytes(data)
        check(known)
        check(known)
        assert costs(known) < 30


def test_a_file_with_flipped_bits(known: Ledger, tmp_path: Path) -> None:
    path = catalog_file(tmp_path)
    whole = path.read_bytes()
    for at in [*range(0, 100, 7), *range(100, len(whole), 1601)]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        for rev in ("#2", "#200", "#301", "main~250", "main~3"):
            ask(known, rev)


def test_a_file_of_another_ledger_of_the_same_name(known: Ledger, tmp_path: Path) -> None:
    other = replace(memory_ledger(), entropy=bytes)
    other.refs.update([RefUpdate(layout.ledger_ref(other.name), head_of(other).oid, None)])
    init(other)
    write_many(other, 400, "other", group=9)
    other = with_catalog(other, tmp_path)
    for ledger in (other, known, other, known):
        check(ledger)
        assert costs(ledger) < 30


def test_a_ref_that_somebody_moved(known: Ledger, tmp_path: Path) -> None:
    newest, ref = head_of(known).oid, layout.ledger_ref(known.name)
    old = resolve(known, "#300").publication.oid
    known.refs.update([RefUpdate(ref, newest, old)])
    check(known)
    write_many(known, 80, "fork", group=3)
    check(known)
    assert costs(known) < 30
    known.refs.update([RefUpdate(ref, head_of(known).oid, newest)])
    check(known)
    assert costs(known) < 30


def test_a_file_that_lies(known: Ledger, tmp_path: Path) -> None:
    assert known.catalog
    with known.catalog(known.name) as catalog:
        some = [run for number in range(100, 112, 4) if (run := catalog.run_with(number))]
        other = catalog.run_with(200)
    assert some
    assert other
    for changes in (
        {"publication": other.publication},
        {"position": some[0].position + 1},
        {"position": 5_000},
        {"steps": some[0].steps - 1},
        {"is_line": False},
        {"publication": Oid(bytes(20))},
    ):
        with closing(sqlite3.connect(catalog_file(tmp_path))) as file, file:
            for run in some:
                lie = run._replace(**changes)
                file.execute("REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?)", (*lie, _sum(lie)))
        for number in range(some[0].last - 3, some[-1].last + 3):
            ask(known, f"#{number}")
            ask(known, resolve(known, f"#{number}").event.hex())
        check(known)
        assert costs(known) < 30


def test_steps_that_do_not_fit_their_sum(known: Ledger, tmp_path: Path) -> None:
    with closing(sqlite3.connect(catalog_file(tmp_path))) as file, file:
        file.execute("UPDATE run SET steps = steps + 1 WHERE last BETWEEN 90 AND 110")
    ask(known, f"main~{EVENTS - 100}")
    assert costs(known) < 30


def test_a_publication_that_the_head_has_left(known: Ledger, tmp_path: Path) -> None:
    """It has events of the right numbers; only the way from the head shows that it is none of the ledger's."""
    newest = head_of(known).oid
    assert known.catalog
    with known.catalog(known.name) as catalog:
        left = catalog.run_with(340)
    assert left
    known.refs.update([RefUpdate(layout.ledger_ref(known.name), newest, resolve(known, "#300").publication.oid)])
    write_many(known, 60, "fork", group=4)
    ask(known, "#340")
    with closing(sqlite3.connect(catalog_file(tmp_path))) as file, file:
        file.execute("REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?)", (*left, _sum(left)))
    ask(known, "#340")
    assert costs(known) < 30


def test_numbers_that_are_wrong_or_missing(known: Ledger, tmp_path: Path) -> None:
    for lie in ("UPDATE event SET number = 361 - number", "DELETE FROM event", "UPDATE event SET head = head + 1"):
        with closing(sqlite3.connect(catalog_file(tmp_path))) as file, file:
            file.execute(lie)
        check(known)
        assert costs(known) < 30


def test_events_that_are_not_here_are_refused_after_a_look_at_the_log(known: Ledger) -> None:
    branch(known, LedgerName("side"))
    event = write(named("side", known), x=1)
    assert resolve(known, "side").event == event
    for rev in (event.hex(), event.hex()[:12]):
        with pytest.raises(NotFoundError, match="is not in this ledger"):
            resolve(known, rev)
    assert costs(known) < 30


def test_where_history_is_cut_off_the_catalog_begins_there(known: Ledger, tmp_path: Path) -> None:
    cut = resolve(known, "#200").publication
    old = resolve(known, "#100").event
    (tmp_path / "shallow").mkdir()
    shallow = with_catalog(replace(known, cut=lambda: frozenset([cut.oid])), tmp_path / "shallow")
    path = catalog_file(tmp_path / "shallow")
    for number in (cut.first_seq, 250, EVENTS - 10):
        event, found, _ = ask(shallow, f"#{number}")
        assert ask(shallow, event)[1] == found == number
        assert reads(shallow, event) < 30
    before = path.read_bytes()
    # What is older needs a walk, which here gets through: only the catalog believes in the cut.
    for rev in ("#100", old.hex(), f"main~{EVENTS - 100}"):
        assert resolve(shallow, rev).seq == 100
    assert path.read_bytes() == before
    whole = replace(shallow, cut=frozenset[Oid])
    ask(whole, "#100")
    assert costs(whole) < 30


def test_what_a_merge_brought_in(ledger: Ledger, tmp_path: Path) -> None:
    write_many(ledger, 10, group=1)
    ledger = with_catalog(ledger, tmp_path)
    for round_ in range(3):
        side = LedgerName(f"side{round_}")
        branch(ledger, side)
        write_many(named(side, ledger), 60, f"s{round_}", group=7)
        write_many(ledger, 60, f"m{round_}", group=4)
        merge(ledger, side)
        for number in range(1, head_of(ledger).log.size + 1, 29):
            event = ask(ledger, f"#{number}")[0]
            ask(ledger, event)
            ask(ledger, f"{event}~1" if number > 1 else event)
            ask(ledger, f"main~{number // 3}")
    far = resolve(ledger, "#40").event.hex()
    assert max(reads(ledger, rev) for rev in ("#40", far, "main~170")) < 40


def test_a_file_that_is_in_use_or_cannot_be(known: Ledger, tmp_path: Path) -> None:
    write(known, new=1)
    with closing(sqlite3.connect(catalog_file(tmp_path), isolation_level=None)) as file:
        file.execute("BEGIN EXCLUSIVE")
        ask(known, "#7")
    assert costs(known) < 30
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "ledger").write_text("no directory")
    ask(with_catalog(known, blocked), "#7")


def test_many_at_once(ledger: Ledger, tmp_path: Path) -> None:
    write_many(ledger, 400, group=2)
    failed: list[BaseException] = []

    def work(number: int) -> None:
        mine = with_catalog(ledger, tmp_path)
        try:
            for step in range(8):
                ask(mine, f"#{1 + (number * 97 + step * 31) % 390}")
                if number == 0:
                    write(ledger, **{f"more{step}": step})
        except BaseException as error:  # noqa: BLE001  # shown by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    check(with_catalog(ledger, tmp_path))


def test_a_timeline_with_all_that_is_known_reads_its_own_events_only(known: Ledger) -> None:
    events: list[EventId] = []
    for _ in range(12):
        events.append(write(known, rare=len(events)))
        write_many(known, 60, f"x{len(events)}", group=3)
    counted = Counted(known.objects)
    ledger = replace(known, objects=counted)
    found = [(one.id, one.seq, one.publication) for one in published_in_order(ledger, vst(ledger, "rare"))]
    slow = replace(known, catalog=None)
    assert found == [(one.id, one.seq, one.publication) for one in published_in_order(slow, vst(slow, "rare"))]
    assert [event for event, _, _ in found] == events[::-1]
    counted.of.clear()
    first = next(published_in_order(ledger, vst(ledger, "rare")))
    assert first.id == events[-1]
    assert counted.reads < 80
    counted.of.clear()
    list(published_in_order(ledger, vst(ledger, "rare")))
    assert counted.reads < 12 * 30 + 200


def test_the_file_is_closed_and_says_which_it_is(known: Ledger, tmp_path: Path) -> None:
    with closing(sqlite3.connect(catalog_file(tmp_path))) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (1,)
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        file.execute("PRAGMA user_version = 2")
    check(known)
    assert costs(known) < 30
