"""Pushing: compare-and-swap on the remote, and pull where it lost."""

import pytest

from gitledger.errors import ConflictError, NotFoundError, OverlapError, PolicyError
from gitledger.frozen import replace
from gitledger.ledger.log import log
from gitledger.ledger.merge import branch
from gitledger.ledger.publication import head_of
from gitledger.store import layout
from gitledger.store.memory import MemoryRefs
from gitledger.sync import push as push_module
from gitledger.sync.push import push
from tests.exchange import MemoryRemote, clones
from tests.ledgers import assert_sound, named, values, write
from tests.unit.sync.test_pull import forge

MAIN = "refs/ledger/main"


def test_what_the_remote_lacks_gets_there() -> None:
    ((ada, remote),) = clones(1)
    event = write(ada, a=1)
    (pushed,) = push([ada], remote)
    assert (pushed.outcome, pushed.event) == ("pushed", event)
    assert remote.server.read(MAIN) == ada.refs.read(MAIN)
    assert [one.outcome for one in push([ada], remote)] == ["up-to-date"]


def test_a_lost_swap_is_pulled_and_tried_again() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    rivals = ["g0", "g1", "g2"]
    remote.before_push = lambda: rivals and (write(grace, **{rivals.pop(): 1}), list(push([grace], other)))
    (pushed,) = push([ada], remote)
    assert (pushed.outcome, remote.pushes) == ("pushed", 4)
    assert pushed.event == head_of(ada).events[-1]
    assert remote.server.read(MAIN) == ada.refs.read(MAIN)
    assert values(ada) == {"a": 1, "g0": 1, "g1": 1, "g2": 1}
    assert_sound(ada, 5)


def test_what_has_diverged_is_joined_if_asked_for() -> None:
    (ada, remote), (grace, other) = clones(2)
    mine = write(ada, a=1)
    theirs = write(grace, g=1)
    list(push([grace], other))
    list(push([ada], remote, merge=True))
    assert next(log(ada)).event.parents == tuple(sorted((mine, theirs)))


def test_one_that_always_loses_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    (ada, remote), (grace, other) = clones(2)
    monkeypatch.setattr(push_module, "ATTEMPTS", 3)
    write(ada, a=1)
    remote.before_push = lambda: (write(grace, g=remote.pushes), list(push([grace], other)))
    with pytest.raises(ConflictError, match="moved 3 times"):
        list(push([ada], remote))
    assert remote.pushes == 3
    assert values(ada)["a"] == 1


def test_an_overlap_with_what_is_there_by_now_is_explained() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(grace, a=2)
    list(push([grace], other))
    write(ada, a=1)
    before, there = ada.refs.read(MAIN), remote.server.read(MAIN)
    with pytest.raises(OverlapError):
        list(push([ada], remote))
    assert (ada.refs.read(MAIN), remote.server.read(MAIN)) == (before, there)


def test_a_remote_that_refuses_is_asked_twice_and_no_more() -> None:
    ((ada, remote),) = clones(1)
    write(ada, a=1)
    remote.declines = "[remote rejected] (pre-receive hook declined)"
    with pytest.raises(PolicyError, match="hook declined"):
        list(push([ada], remote))
    assert remote.pushes == 2


def test_a_new_ledger_that_is_refused_is_refused_in_the_same_words() -> None:
    ((ada, remote),) = clones(1)
    other = named("other", ada)
    branch(ada, other.name)
    remote.declines = "declined"
    with pytest.raises(PolicyError, match="origin refuses ledger other: declined"):
        list(push([other], remote))


def test_a_remote_that_was_busy_for_a_moment_is_no_refusal() -> None:
    ((ada, remote),) = clones(1)
    write(ada, a=1)
    answers = ["failed to update ref", ""]
    remote.before_push = lambda: setattr(remote, "declines", answers.pop(0))
    assert [one.outcome for one in push([ada], remote)] == ["pushed"]


def test_findings_in_what_the_remote_has_are_told_and_nothing_moves() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(grace, g=1)
    forge(grace, other.server)
    write(ada, a=1)
    before, there = ada.refs.read(MAIN), remote.server.read(MAIN)
    (pushed,) = push([ada], remote)
    assert pushed.outcome == "refused"
    assert pushed.judged is not None
    assert [one.code for one in pushed.judged.findings] == ["envelope-people"]
    assert (ada.refs.read(MAIN), remote.server.read(MAIN)) == (before, there)


def test_several_ledgers_go_in_one_push() -> None:
    ((ada, remote),) = clones(1)
    other = named("other", ada)
    branch(ada, other.name)
    write(ada, a=1)
    assert [(one.ledger, one.outcome) for one in push([ada, other], remote)] == [
        ("main", "pushed"),
        ("other", "pushed"),
    ]
    assert remote.pushes == 1
    assert remote.server.list(layout.REFS) == ada.refs.list(layout.REFS)


def test_a_dry_run_moves_nothing_here_or_there() -> None:
    (ada, remote), (grace, other) = clones(2)
    write(ada, a=1)
    there = remote.server.read(MAIN)
    assert [one.outcome for one in push([ada], remote, dry_run=True)] == ["pushed"]
    assert remote.server.read(MAIN) == there
    write(grace, g=1)
    list(push([grace], other))
    before = ada.refs.read(MAIN)
    assert [one.outcome for one in push([ada], remote, dry_run=True)] == ["rejected"]
    assert ada.refs.read(MAIN) == before


def test_a_ledger_that_is_not_here_is_not_found() -> None:
    ((ada, _),) = clones(1)
    empty = replace(ada, refs=MemoryRefs())
    with pytest.raises(NotFoundError, match="no ledger main"):
        list(push([empty], MemoryRemote(empty, MemoryRefs())))
