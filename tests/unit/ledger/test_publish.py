import pytest

from gitledger.errors import FormatError, StorageError
from gitledger.frozen import replace
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of, publications, read_envelope
from gitledger.ledger.publish import format_time
from gitledger.store.base import RefUpdate
from gitledger.store.commit import Person
from tests.faulty import Wrapped
from tests.ledgers import NOON, assert_sound, people, set_to, write


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (set_to(a=1), "ledger: set a (train)\n"),
        (set_to(b=1, a__x=1), "ledger: set a/x, b (train)\n"),
        (change("drop", delete=["old"]), "ledger: delete old (drop)\n"),
        (change("swap", set={"a": 1}, delete=["old"]), "ledger: set a, delete old (swap)\n"),
        (change("look", read=["a"]), "ledger: change nothing (look)\n"),
        (set_to(a=1, b=1, c=1, d=1, e=1), "ledger: set a, b, c and 2 more (train)\n"),
        (set_to(**{"a" * 40: 1, "b" * 40: 1}), f"ledger: set {'a' * 40} and 1 more (train)\n"),
        (change("r", set={"a": 1}, message="Why.\n\nMore.\n\n"), "ledger: set a (r)\n\nWhy.\n\nMore.\n"),
        (change("r", set={"a": 1}, message=" \n"), "ledger: set a (r)\n"),
    ],
)
def test_the_commit_tells_what_one_event_did(ledger: Ledger, asked: Change, message: str) -> None:
    write(ledger, old=1)
    append(ledger, asked)
    assert head_of(ledger).commit.message == message
    assert_sound(ledger)


def test_the_commit_counts_many_events(ledger: Ledger) -> None:
    changes = [change(f"rule {number % 2}", set={"n": number}, message="unused") for number in range(1200)]
    assert len(list(append_batch(ledger, changes))) == 1200
    assert head_of(ledger).commit.message == "ledger: 1,200 events (rule 0, rule 1)\n"
    assert len(list(append_batch(ledger, [change(f"rule {number}") for number in range(4)]))) == 4
    assert head_of(ledger).commit.message == "ledger: 4 events (4 rules)\n"


def test_commit_and_envelope_say_who_and_when(ledger: Ledger) -> None:
    write(replace(ledger, clock=lambda: NOON + 61, people=lambda now: people("Eve", now)), a=1)
    head = head_of(ledger)
    envelope = read_envelope(ledger.objects, head)
    assert head.commit.author == Person(name="Eve", email="eve@example.org", time=NOON + 61)
    assert head.commit.committer == Person(name="Bot", email="bot@example.org", time=NOON + 61)
    assert (envelope.author, envelope.actor) == ("Eve <eve@example.org>", "Bot <bot@example.org>")
    assert (envelope.time, envelope.op) == ("2026-01-01T12:01:01Z", "append")


def test_the_logical_clock_counts_publications_whatever_the_wall_clock_says(ledger: Ledger) -> None:
    for seconds in (NOON, 0, NOON * 2):
        write(replace(ledger, clock=lambda now=seconds: now), a=seconds)  # type: ignore[misc]
    clocks = [read_envelope(ledger.objects, one).ts for one in publications(ledger.objects, head_of(ledger))]
    assert clocks == [4, 3, 2, 1]
    assert_sound(ledger)


def test_the_ref_moves_after_all_objects_are_there(ledger: Ledger) -> None:
    class Looking(Wrapped):
        """Refs that look at what they are to point at."""

        def update(self, updates: list[RefUpdate]) -> None:
            assert updates[0].new
            moved.append(ledger.objects.read(updates[0].new).kind)
            self.inner.update(updates)

    moved: list[str] = []
    write(replace(ledger, refs=Looking(ledger.refs)), a=1)
    assert moved == ["commit"]


def test_an_outcome_that_is_unknown_says_so_and_names_the_event(ledger: Ledger) -> None:
    class Torn(Wrapped):
        """Refs that move and cannot be made durable."""

        def update(self, updates: list[RefUpdate]) -> None:
            self.inner.update(updates)
            raise StorageError("the directory cannot be synced")

    with pytest.raises(StorageError, match="was published to stay is unknown") as failed:
        write(replace(ledger, refs=Torn(ledger.refs)), a=1)
    assert failed.value.details["event"] == head_of(ledger).events[-1].hex()


def test_somebody_whom_no_commit_can_name_publishes_nothing(ledger: Ledger) -> None:
    with pytest.raises(FormatError):
        write(replace(ledger, people=lambda now: people("<Eve>", now)), a=1)
    assert_sound(ledger, events=1)


def test_times_are_utc() -> None:
    assert format_time(0) == "1970-01-01T00:00:00Z"
    assert format_time(253_402_300_799) == "9999-12-31T23:59:59Z"
