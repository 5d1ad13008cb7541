"""What a lost race leaves: nothing if the change was published after all, else an event that can be made again."""

import pytest

from gitledger.errors import ConflictError, DamageError, ExpectationError, NotFoundError, OverlapError, StaleRefError
from gitledger.frozen import replace
from gitledger.ids import parse_ledger_name
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import ABSENT, Change, change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.log import log, show
from gitledger.ledger.pending import Pending, drop, find_pending, pending, retry
from gitledger.ledger.state import get
from gitledger.ledger.writer import ATTEMPTS
from gitledger.store import layout
from gitledger.store.base import RefUpdate
from tests.faulty import LosingRefs, PrecededRefs
from tests.ledgers import assert_sound, by, named, set_to, until_refused, values, write


def preceded(ledger: Ledger, **theirs: object) -> Ledger:
    """Return the same ledger at which somebody else is first once."""
    return replace(ledger, refs=PrecededRefs(ledger.refs, lambda: write(by("Bob", ledger), **theirs)))


def refused(ledger: Ledger, asked: Change, **theirs: object) -> Pending:
    """Lose a race with a change that is refused then; return what is kept of it."""
    with pytest.raises(ConflictError) as caught:
        append(preceded(ledger, **theirs), asked)
    [one] = pending(ledger)
    assert caught.value.details["pending"] == one.event.hex()
    assert caught.value.hint == "what was made is kept: git ledger pending shows it"
    return one


def test_a_lost_swap_that_is_won_later_leaves_nothing(ledger: Ledger) -> None:
    append(preceded(ledger, b=1), set_to(a=1))
    assert values(ledger) == {"a": 1, "b": 1}
    assert pending(ledger) == []


def test_a_change_that_never_was_an_event_is_not_kept(ledger: Ledger) -> None:
    with pytest.raises(ExpectationError):
        append(ledger, change("r", set={"a": 1}, expect={"a": 0}))
    assert pending(ledger) == []


def test_what_is_kept_says_all_about_it(ledger: Ledger) -> None:
    asked = change("r", set={"a": 1}, read=["c"], key="k", message="why", meta=[1])
    one = refused(ledger, asked, a=2)
    assert one.published.rule.name == "r"
    assert one.published.event.writeset == ("a",)
    assert one.published.meta["author"] == "Ada <ada@example.org>"
    assert one.why.startswith("variable 'a' was to be written, and event ")
    assert find_pending(ledger, one.event.hex()[:7]) == one
    assert_sound(ledger, events=2)


def test_retry_makes_the_same_change_on_the_present_head(ledger: Ledger) -> None:
    one = refused(ledger, change("r", set={"a": 1}, key="k", message="why", meta=[1]), a=2)
    write(ledger, b=3)
    answer = retry(by("Eve", ledger), one)
    assert answer.is_new
    assert answer.event != one.event
    assert values(ledger) == {"a": 1, "b": 3}
    published = show(ledger, answer.event.hex()).published
    assert published.meta["author"] == "Ada <ada@example.org>"
    assert (published.meta["message"], published.meta["meta"], published.meta["key"]) == ("why", [1], "k")
    assert pending(ledger) == []
    assert_sound(ledger, events=4)
    assert append(ledger, change("r", set={"a": 1}, key="k")).event == answer.event


def test_a_write_that_changed_nothing_then_is_made_now(ledger: Ledger) -> None:
    write(ledger, a=1)
    one = refused(ledger, change("r", set={"a": 1, "b": 1}, delete=["c"]), a=2)
    assert one.writes == ("a", "c")
    write(ledger, c=3)
    retry(ledger, one)
    assert values(ledger) == {"a": 1, "b": 1}


def test_retry_is_refused_where_the_decision_depended_on_what_has_changed(ledger: Ledger) -> None:
    one = refused(ledger, change("r", set={"a": 1}, read=["c"]), c=2)
    with pytest.raises(OverlapError, match="variable 'c' was to be read"):
        retry(ledger, one)
    assert pending(ledger) == [one]
    assert values(ledger) == {"c": 2}


@pytest.mark.parametrize("expected", [{"n": 0}, {"m": ABSENT}])
def test_retry_is_refused_while_an_expectation_does_not_hold(ledger: Ledger, expected: dict[str, object]) -> None:
    write(ledger, n=0)
    one = refused(ledger, change("r", set={"a": 1}, expect=expected), n=1, m=1)
    with pytest.raises(ExpectationError):
        retry(ledger, one)
    append(ledger, change("r", set={"n": 0}, delete=["m"]))
    retry(ledger, one)
    assert get(ledger, "a") == 1


def test_a_retry_that_loses_its_swap_is_made_once(ledger: Ledger) -> None:
    one = refused(ledger, set_to(a=1), a=2)
    retry(preceded(ledger, b=5), one)
    assert values(ledger) == {"a": 1, "b": 5}
    assert pending(ledger) == []
    with pytest.raises(ConflictError):
        retry(ledger, one)
    assert_sound(ledger, events=4)


def test_a_key_that_was_published_meanwhile_answers_the_retry(ledger: Ledger) -> None:
    asked = change("r", set={"a": 1}, key="k")
    one = refused(ledger, asked, a=2)
    published = append(ledger, asked)
    answer = retry(ledger, one)
    assert (answer.event, answer.is_new) == (published.event, False)
    assert pending(ledger) == []


def test_drop_forgets(ledger: Ledger) -> None:
    one = refused(ledger, set_to(a=1), a=2)
    drop(ledger, one)
    assert pending(ledger) == []
    with pytest.raises(StaleRefError):
        drop(ledger, one)


def test_a_race_that_is_never_won_keeps_the_event(ledger: Ledger) -> None:
    with pytest.raises(ConflictError, match=f"moved {ATTEMPTS} times"):
        append(replace(ledger, refs=LosingRefs(ledger.refs, losses=ATTEMPTS)), set_to(a=1))
    [one] = pending(ledger)
    retry(ledger, one)
    assert values(ledger) == {"a": 1}


def test_of_a_batch_the_refused_change_is_kept(ledger: Ledger) -> None:
    """Those before it are published, those after it were not asked for yet."""
    changes = [change("r", set={f"v{number}": number}) for number in range(5)]
    taken, error = until_refused(append_batch(preceded(ledger, v2="theirs"), changes, group=2))
    assert isinstance(error, OverlapError)
    assert len(taken) == 2
    [one] = pending(ledger)
    assert one.published.event.writeset == ("v2",)
    retry(ledger, one)
    assert values(ledger) == {"v0": 0, "v1": 1, "v2": 2}
    assert_sound(ledger)


def test_each_ledger_has_its_own(ledger: Ledger) -> None:
    refused(ledger, set_to(a=1), a=2)
    assert pending(named("other", ledger)) == []


@pytest.mark.parametrize("text", ["", "0123456", "abc"])
def test_what_is_not_pending_is_not_found(ledger: Ledger, text: str) -> None:
    refused(ledger, set_to(a=1), a=2)
    with pytest.raises(NotFoundError, match="names 0 pending events"):
        find_pending(ledger, text)


def test_a_ref_that_keeps_something_else_is_damage(ledger: Ledger) -> None:
    head = ledger.refs.read(layout.ledger_ref(parse_ledger_name("main")))
    ledger.refs.update([RefUpdate(f"{layout.INFLIGHT}{'0' * 40}", None, head)])
    with pytest.raises(DamageError, match=r"refs/ledger-inflight/0{40} keeps no pending event") as caught:
        pending(ledger)
    assert "update-ref -d" in str(caught.value.hint)


def test_a_function_is_asked_again_after_a_lost_swap(ledger: Ledger) -> None:
    write(ledger, n=0)
    seen = []

    def count(state: object) -> Change:
        before = state.value("n")  # type: ignore[attr-defined]
        seen.append(before)
        return change("count", set={"n": before + 1}, read=["n"])

    others = [lambda number=number: write(ledger, n=10 * number) for number in (1, 2, 3)]
    append(replace(ledger, refs=PrecededRefs(ledger.refs, *others)), count)
    assert seen == [0, 10, 20, 30]
    assert get(ledger, "n") == 31
    assert pending(ledger) == []
    assert len(list(log(ledger))) == 6
