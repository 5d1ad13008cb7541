import pytest

from gitledger.errors import NotFoundError, UsageError
from gitledger.ids import SHA256, EventId, LedgerName, Oid
from gitledger.ledger.handle import Ledger
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.ledger.resolve import head_place, numbering, previous, resolve
from gitledger.store.base import NewObject
from tests.ledgers import memory_ledger, named, write, write_many


def named_by(ledger: Ledger, rev: str) -> tuple[EventId, int]:
    place = resolve(ledger, rev)
    return place.event, place.seq


def test_a_name_is_the_newest_event_of_a_ledger(ledger: Ledger) -> None:
    write(ledger, a=1)
    branch(ledger, LedgerName("side"))
    newest = write(ledger, a=2)
    assert named_by(ledger, "main") == (newest, 3)
    assert named_by(ledger, "side") == named_by(named("side", ledger), "main~1") == (resolve(ledger, "#2").event, 2)
    assert head_place(ledger).event == newest


def test_a_number_is_the_place_in_the_log(ledger: Ledger) -> None:
    events = write_many(ledger, 7, group=3)
    for number, event in enumerate(events, start=2):
        assert named_by(ledger, f"#{number}") == (event, number)
    for rev in ("#9", "#100000000000000000"):
        with pytest.raises(NotFoundError, match="expected #1 to #8"):
            resolve(ledger, rev)


@pytest.mark.parametrize(
    "rev",
    [
        "#0",
        "#01",
        "#-1",
        "#",
        "#1x",
        "#1 ",
        "#" + "9" * 19,
        "no such",
        "",
        "~",
        "~1",
        "main~x",
        "abcdef",
        "HEAD",
        "A" * 40,
        "main\n",
        "g" * 40,
    ],
)
def test_what_names_nothing(ledger: Ledger, rev: str) -> None:
    with pytest.raises(NotFoundError):
        resolve(ledger, rev)


def test_steps_back_go_along_first_parents(ledger: Ledger) -> None:
    events = write_many(ledger, 7, group=3)
    for count, event in enumerate(reversed(events)):
        assert named_by(ledger, f"main~{count}") == (event, 8 - count)
        assert named_by(ledger, f"{events[-1].hex()}~{count}") == (event, 8 - count)
    assert named_by(ledger, "main~") == named_by(ledger, "main~1")
    assert named_by(ledger, "main~~2~") == named_by(ledger, "main~4")
    assert named_by(ledger, "#5~3") == (events[0], 2)
    with pytest.raises(NotFoundError, match="has no event 8 before it; expected at most 7"):
        resolve(ledger, "main~8")


def test_a_prefix_of_seven_digits_is_enough(ledger: Ledger) -> None:
    event = write(ledger, a=1)
    for digits in (7, 12, 40):
        assert named_by(ledger, event.hex()[:digits]) == (event, 2)
    with pytest.raises(NotFoundError, match="at least 7 digits"):
        resolve(ledger, event.hex()[:6])


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_prefix_longer_than_any_id_names_nothing(object_format: str) -> None:
    ledger = memory_ledger(SHA256) if object_format == "sha256" else memory_ledger()
    event = write(ledger, a=1)
    with pytest.raises(NotFoundError):
        resolve(ledger, event.hex() + "0")


def test_other_objects_are_no_events(ledger: Ledger) -> None:
    write(ledger, a=1)
    head = head_of(ledger)
    for oid in (head.oid, head.commit.tree, head.deltas[0], head.trees[b"envelope"]):
        with pytest.raises(NotFoundError, match="no event has an id that begins with"):
            resolve(ledger, oid.hex())


def test_an_event_of_another_ledger_is_not_here(ledger: Ledger) -> None:
    branch(ledger, LedgerName("side"))
    event = write(named("side", ledger), a=1)
    with pytest.raises(NotFoundError, match="is not in this ledger"):
        resolve(ledger, event.hex())


def test_a_prefix_of_two_events_is_refused_with_both(ledger: Ledger) -> None:
    one = write(ledger, a=1)
    ledger.objects.find = lambda prefix: [Oid(one), Oid(head_of(ledger).events[0]), head_of(ledger).oid, Oid(genesis)]  # type: ignore[method-assign]
    genesis = resolve(ledger, "#1").event
    with pytest.raises(UsageError, match="begins the ids of 3 events"):
        resolve(ledger, "0123456")


def test_a_name_goes_before_a_prefix(ledger: Ledger) -> None:
    event = write(ledger, a=1)
    branch(ledger, LedgerName(event.hex()[:8]), "#1")
    assert named_by(ledger, event.hex()[:8])[1] == 1
    assert named_by(ledger, event.hex()[:9]) == (event, 2)


def test_before_an_event_comes_its_first_parent(ledger: Ledger) -> None:
    write_many(ledger, 5, group=2)
    place, seen = head_place(ledger), []
    while place is not None:
        seen.append(place.seq)
        place = previous(ledger, place)
    assert seen == [6, 5, 4, 3, 2, 1]


def test_numbers_count_in_the_log_of_the_ledger_that_was_asked(ledger: Ledger) -> None:
    branch(ledger, LedgerName("side"))
    side = named("side", ledger)
    write_many(ledger, 3, "m")
    events = write_many(side, 3, "s")
    merge(ledger, side.name)
    for event in events:
        place = resolve(ledger, event.hex())
        assert resolve(ledger, f"#{place.seq}").event == event
        assert resolve(ledger, f"{event.hex()}~0") == place
        assert numbering(ledger, place).log.size >= place.seq
        assert resolve(side, event.hex()).seq == events.index(event) + 2


def test_a_blob_with_the_bytes_of_an_event_is_one_only_where_it_was_published(ledger: Ledger) -> None:
    event = write(memory_ledger(), a=1)
    data = memory_ledger_event(event)
    ledger.objects.write([NewObject(Oid(event), "blob", data)])
    with pytest.raises(NotFoundError, match="is not in this ledger"):
        resolve(ledger, event.hex())


def memory_ledger_event(event: EventId) -> bytes:
    other = memory_ledger()
    assert write(other, a=1) == event
    return other.objects.read(Oid(event)).data
