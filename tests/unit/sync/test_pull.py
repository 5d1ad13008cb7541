"""Pulling: what is there is judged, compared, and brought together, or nothing moves."""

import pytest

from gitledger.errors import ConflictError, NotFoundError, OverlapError
from gitledger.frozen import replace
from gitledger.ids import EventId, Oid
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.init import init
from gitledger.ledger.log import log
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of, read_publication
from gitledger.store import layout
from gitledger.store.base import NewObject, RefUpdate
from gitledger.store.commit import format_commit
from gitledger.store.memory import MemoryRefs
from gitledger.sync.fetch import fetch
from gitledger.sync.pull import Pulled, pull
from gitledger.sync.push import push
from tests.exchange import LosingRefs, MemoryRemote, clones
from tests.ledgers import NOON, assert_sound, by, named, set_to, values, write


def get(clone: Ledger, remote: MemoryRemote, **options: bool) -> Pulled:
    """Fetch, then pull."""
    fetch(clone.refs, remote)
    return pull(clone, remote.name, **options)


def put(clone: Ledger, remote: MemoryRemote) -> None:
    """Push what the remote takes without further ado."""
    assert [one.outcome for one in push([clone], remote)] == ["pushed"]


def head(clone: Ledger) -> Oid | None:
    return clone.refs.read(layout.ledger_ref(clone.name))


def events(clone: Ledger) -> list[EventId]:
    """Return the ids of a ledger's events, oldest first."""
    return [one.id for one in log(clone)][::-1]


def test_nothing_new_is_up_to_date_and_own_events_are_ahead() -> None:
    (ada, remote), _ = clones(2)
    assert get(ada, remote).outcome == "up-to-date"
    event = write(ada, a=1)
    assert get(ada, remote) == replace(get(ada, remote), outcome="ahead", event=event)


def test_a_ledger_that_is_new_here_is_started() -> None:
    (ada, remote), (grace, _) = clones(2)
    event = write(ada, a=1)
    put(ada, remote)
    newcomer = replace(grace, refs=MemoryRefs())
    pulled = get(newcomer, MemoryRemote(newcomer, remote.server))
    assert (pulled.outcome, pulled.event, pulled.judged.publications) == ("started", event, 2)
    assert head(newcomer) == head(ada)


def test_what_the_remote_has_more_is_a_fast_forward_that_judges_only_what_is_new() -> None:
    (ada, remote), (grace, other) = clones(2)
    for number in range(20):
        write(ada, a=number)
    put(ada, remote)
    assert get(grace, other).judged.publications == 20
    event = write(ada, b=1)
    put(ada, remote)
    pulled = get(grace, other)
    assert (pulled.outcome, pulled.event, pulled.judged.publications) == ("fast-forward", event, 1)
    assert head(grace) == head(ada)


def test_own_events_are_made_again_behind_the_newest_of_the_remote() -> None:
    (ada, remote), (grace, other) = clones(2)
    theirs = write(ada, a=1)
    put(ada, remote)
    asked = change("lint", set={"b": 2}, read=["seed"], key="run-7", message="look", meta={"host": "x"})
    append(replace(grace, clock=lambda: NOON - 60), asked)
    write(grace, c=3)
    pulled = get(by("Edsger", grace), other)
    assert pulled.outcome == "re-parented"
    last, first, before = list(log(grace))[:3]
    assert (pulled.event, before.id) == (last.id, theirs)
    assert (last.event.parents, first.event.parents) == ((first.id,), (theirs,))
    assert (first.rule.name, first.event.readset) == ("lint", ("seed",))
    assert {name: first.meta[name] for name in ("author", "time", "key", "message", "meta")} == {
        "author": "Grace <grace@example.org>",
        "time": "2026-01-01T11:59:00Z",
        "key": "run-7",
        "message": "look",
        "meta": {"host": "x"},
    }
    assert append(grace, asked).event == first.id
    assert values(grace) == {"a": 1, "b": 2, "c": 3}
    assert_sound(grace, 4)
    assert get(grace, other).outcome == "ahead"


def test_publications_stay_as_large_as_they_were() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    put(ada, remote)
    changes = [set_to(**{f"b{number}": number}) for number in range(7)]
    list(append_batch(grace, changes, group=3))
    get(grace, other)
    sizes = []
    publication = head_of(grace)
    while publication.commit.parents:
        sizes.append(len(publication.events))
        publication = read_publication(grace.objects, publication.commit.parents[0])
    assert sizes == [1, 3, 3, 1]
    assert_sound(grace, 9)


def test_until_the_new_ones_stand_nothing_has_moved() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    put(ada, remote)
    write(grace, b=2)
    before = head(grace)
    seen = []
    grace.refs.rivals = [lambda: seen.append((head(grace), values(grace)))]
    get(grace, other)
    assert seen == [(before, {"b": 2})]
    assert head(grace) != before
    read_publication(grace.objects, before)


def test_what_is_appended_meanwhile_is_carried_along() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    put(ada, remote)
    write(grace, b=2)
    grace.refs.rivals = [lambda: write(grace, d=4), lambda: write(grace, c=3)]
    assert get(grace, other).outcome == "re-parented"
    assert values(grace) == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert_sound(grace, 5)


def test_merge_joins_and_leaves_every_event_as_it_is() -> None:
    (ada, remote), (grace, other) = clones(2)
    theirs = write(ada, a=1)
    put(ada, remote)
    mine = write(grace, b=2)
    pulled = get(grace, other, merge=True)
    assert pulled.outcome == "merged"
    newest = next(log(grace))
    assert (newest.id, newest.event.parents) == (pulled.event, tuple(sorted((mine, theirs))))
    assert_sound(grace, 4)


def test_events_that_another_remote_has_keep_their_ids() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    put(ada, remote)
    mine = write(grace, b=2)
    put(grace, elsewhere := MemoryRemote(grace, MemoryRefs(), "backup"))
    elsewhere.fetch()
    write(grace, c=3)
    assert get(grace, other).outcome == "merged"
    assert mine in events(grace)
    assert_sound(grace, 5)


def test_events_that_another_ledger_has_keep_their_ids() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    put(ada, remote)
    mine = write(grace, b=2)
    branch(grace, named("copy", grace).name)
    assert get(grace, other).outcome == "merged"
    assert mine in events(grace)


def test_events_that_another_ledger_goes_on_from_keep_their_ids() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    put(ada, remote)
    write(grace, b=2)
    branch(grace, named("copy", grace).name)
    write(named("copy", grace), c=3)
    assert get(grace, other).outcome == "merged"


def test_what_nobody_can_read_is_no_reason_to_merge() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    put(ada, remote)
    write(grace, b=2)
    grace.refs.update([RefUpdate(layout.tracking_ref("evil", grace.name), None, Oid(head_of(grace).events[0]))])
    assert get(grace, other).outcome == "re-parented"


def test_own_branches_that_were_joined_are_made_again_on_the_same_head_and_joined_again() -> None:
    (ada, remote), (grace, other) = clones(2)
    theirs = write(ada, a=1)
    put(ada, remote)
    side = named("side", grace)
    branch(grace, side.name)
    write(grace, b=2)
    write(side, c=3)
    write(side, d=4)
    merge(grace, side.name)
    grace.refs.update([RefUpdate(layout.ledger_ref(side.name), head(side), None)])
    assert get(by("Edsger", grace), other).outcome == "re-parented"
    joined, *_ = shown = list(log(grace))
    assert joined.meta["author"] == "Grace <grace@example.org>"
    assert sorted(one.event.parents == (theirs,) for one in shown) == [False] * 4 + [True] * 2
    assert values(grace) == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert_sound(grace, 6)


def test_a_ledger_that_forked_before_is_no_reason_to_merge() -> None:
    (ada, remote), (grace, other) = clones(2)
    branch(grace, named("old", grace).name)
    write(named("old", grace), o=1)
    write(ada, a=1)
    put(ada, remote)
    write(grace, b=2)
    assert get(grace, other).outcome == "re-parented"


@pytest.mark.parametrize("joins", [False, True])
@pytest.mark.parametrize("value", [1, 6])  # one makes the event whose id sorts first, one the other
def test_an_overlap_is_explained_ours_first_and_nothing_moves(joins: bool, value: int) -> None:
    (ada, remote), (grace, other) = clones(2)
    theirs = write(ada, model=value)
    put(ada, remote)
    mine = write(grace, model__accuracy=2)
    before = head(grace)
    with pytest.raises(OverlapError) as refused:
        get(grace, other, merge=joins)
    sides = refused.value.details["overlaps"][0]["sides"]
    assert [(side["event"], side["author"], side["variable"]) for side in sides] == [
        (mine.hex(), "Grace <grace@example.org>", "model/accuracy"),
        (theirs.hex(), "Ada <ada@example.org>", "model"),
    ]
    assert head(grace) == before


def test_a_change_whose_key_the_remote_knows_is_the_same_event() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, z=0)
    asked = change("nightly", set={"report": 1}, key="2026-01-01")
    theirs = append(ada, asked).event
    put(ada, remote)
    append(grace, asked)
    write(grace, b=2)
    assert get(grace, other).outcome == "re-parented"
    assert [one.id for one in log(grace) if one.rule.name == "nightly"] == [theirs]
    assert_sound(grace, 4)


def test_a_known_key_does_not_hide_another_overlap() -> None:
    (ada, remote), (grace, other) = clones(2)
    asked = change("nightly", set={"report": 1}, key="2026-01-01")
    append(ada, asked)
    write(ada, seed=1)
    put(ada, remote)
    write(grace, seed=2)
    append(grace, asked)
    with pytest.raises(OverlapError) as refused:
        get(grace, other)
    assert "git update-ref refs/ledger/main refs/ledger-remotes/origin/main" in str(refused.value.hint)


def test_a_key_that_stands_for_another_change_there_is_a_conflict() -> None:
    (ada, remote), (grace, other) = clones(2)
    append(ada, change("nightly", set={"report": 1}, key="2026-01-01"))
    put(ada, remote)
    append(grace, change("nightly", set={"report": 2}, key="2026-01-01"))
    before = head(grace)
    with pytest.raises(ConflictError, match="another change"):
        get(grace, other)
    assert head(grace) == before


def test_ledgers_that_began_apart_are_not_joined() -> None:
    (ada, remote), (grace, _) = clones(2)
    write(ada, a=1)
    put(ada, remote)
    stranger = replace(grace, refs=MemoryRefs(), entropy=lambda size: b"\x07" * size)
    init(stranger)
    before = head(stranger)
    with pytest.raises(ConflictError, match="began apart"):
        get(stranger, MemoryRemote(stranger, remote.server))
    assert head(stranger) == before


def test_a_ledger_that_the_remote_lacks_is_not_found() -> None:
    ((ada, remote),) = clones(1)
    with pytest.raises(NotFoundError, match="origin has no ledger other"):
        get(named("other", ada), remote)


def test_a_dry_run_says_what_would_be_done_and_moves_nothing() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    put(ada, remote)
    mine = write(grace, b=2)
    before = head(grace)
    pulled = get(grace, other, dry_run=True)
    assert (pulled.outcome, pulled.event, head(grace)) == ("re-parented", mine, before)


def forge(clone: Ledger, server: MemoryRefs) -> None:
    """Let the remote have the newest publication of a clone, with another author than its envelope says."""
    there = head_of(clone)
    liar = replace(there.commit.author, name="Mallory")
    data = format_commit(replace(there.commit, author=liar))
    oid = clone.objects.format.oid("commit", data)
    clone.objects.write([NewObject(oid, "commit", data)])
    ref = layout.ledger_ref(clone.name)
    server.update([RefUpdate(ref, server.read(ref), oid)])


def test_what_has_findings_moves_nothing() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    forge(ada, remote.server)
    before = head(grace)
    pulled = get(grace, other)
    assert [one.code for one in pulled.judged.findings] == ["envelope-people"]
    assert (pulled.outcome, head(grace), pulled.event) == ("refused", before, head_of(grace).events[-1])
    newcomer = replace(grace, refs=MemoryRefs())
    pulled = get(newcomer, MemoryRemote(newcomer, remote.server))
    assert (pulled.outcome, pulled.event, head(newcomer)) == ("refused", None, None)


def test_what_is_no_publication_at_all_is_a_finding() -> None:
    (ada, _), (grace, other) = clones(2)
    blob = head_of(ada).events[-1]
    ref = layout.ledger_ref(ada.name)
    other.server.update([RefUpdate(ref, other.server.read(ref), Oid(blob))])
    assert [one.code for one in get(grace, other).judged.findings] == ["commit-format"]


def test_a_cut_history_is_believed_where_it_was_cut_and_judged_behind() -> None:
    (ada, remote), (grace, _) = clones(2)
    for number in range(3):
        write(ada, a=number)
    cut = head(ada)
    write(ada, a=3)
    put(ada, remote)
    newcomer = replace(grace, refs=MemoryRefs(), objects=Without(grace.objects, cut), cut=lambda: frozenset({cut}))
    fetch(newcomer.refs, MemoryRemote(newcomer, remote.server))
    pulled = pull(newcomer, "origin")
    assert (pulled.outcome, pulled.judged.believed, pulled.judged.publications) == ("started", (cut,), 1)


class Without:
    """Objects of a shallow clone: what the cut commit follows is not there."""

    def __init__(self, inner: object, cut: Oid) -> None:
        self._inner = inner
        self._absent = set(read_publication(inner, cut).commit.parents)

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def read(self, oid: Oid) -> object:
        from gitledger.errors import MissingObjectError

        if oid in self._absent:
            raise MissingObjectError(oid.hex())
        return self._inner.read(oid)


def diverged_and_merged() -> tuple[tuple[Ledger, MemoryRemote], tuple[Ledger, MemoryRemote]]:
    """Return two clones that have merged the same heads, each on its own; Ada has pushed."""
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    branch(ada, named("side", ada).name, "#1")
    write(named("side", ada), b=2)
    for name in ("main", "side"):
        put(named(name, ada), remote)
        get(named(name, grace), other)
    for one in (ada, grace):
        assert merge(one, named("side", one).name).outcome == "merged"
    assert head_of(ada).events == head_of(grace).events
    assert head(ada) != head(grace)
    put(ada, remote)
    return (ada, remote), (grace, other)


def test_two_who_merged_the_same_heads_converge_without_another_merge() -> None:
    (ada, _), (grace, other) = diverged_and_merged()
    before = events(grace)
    assert get(grace, other).outcome == "fast-forward"
    assert head(grace) == head(ada)
    assert events(grace) == before
    assert get(grace, other).outcome == "up-to-date"


def test_events_behind_a_merge_that_both_made_keep_their_ids() -> None:
    (ada, remote), (grace, other) = diverged_and_merged()
    write(grace, c=3)
    write(grace, d=4)
    before = events(grace)
    assert get(grace, other).outcome == "re-parented"
    assert events(grace) == before
    put(grace, other)
    assert get(ada, remote).outcome == "fast-forward"
    assert head(ada) == head(grace)
    assert_sound(ada, 6)


def test_a_merge_of_something_else_behind_a_merge_that_both_made_keeps_its_id() -> None:
    (_, _), (grace, other) = diverged_and_merged()
    branch(grace, named("third", grace).name, "#1")
    write(named("third", grace), e=5)
    merge(grace, named("third", grace).name)
    before = events(grace)
    assert get(grace, other).outcome == "re-parented"
    assert events(grace) == before
    put(grace, other)
    assert_sound(grace, 6)


def test_a_merge_that_has_become_needless_is_left_out() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    put(ada, remote)
    write(grace, b=2)
    get(grace, other, merge=True)
    write(ada, a=3)
    put(ada, remote)
    assert get(grace, other).outcome == "re-parented"
    assert [one.rule.name for one in log(grace)] == ["train", "train", "train", "genesis"]
    assert_sound(grace, 4)


def test_the_same_change_on_the_same_head_is_one_event() -> None:
    (ada, remote), (grace, other) = clones(2)
    for one in (ada, grace):
        write(one, a=1)
    put(ada, remote)
    last = write(grace, b=2)
    assert get(grace, other).outcome == "re-parented"
    assert events(grace)[-1] == last
    assert_sound(grace, 3)
    put(grace, other)


def test_losing_refs_lose() -> None:
    """The tests above would prove nothing about lost swaps if none were lost."""
    ((ada, _),) = clones(1)
    assert isinstance(ada.refs, LosingRefs)
    ada.refs.rivals = [lambda: write(ada, b=1)]
    write(ada, a=1)
    assert values(ada) == {"a": 1, "b": 1}
