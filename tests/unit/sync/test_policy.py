"""Exchange under a policy: what came unsigned stays out, and what is made again is signed again."""

import pytest

from gitledger.errors import PolicyError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.ledger.handle import Ledger
from gitledger.store import layout
from gitledger.sync.fetch import fetch
from gitledger.sync.pull import Pulled, pull
from gitledger.sync.push import push
from gitledger.verify import verify
from tests.exchange import MemoryRemote, clones
from tests.ledgers import values, write
from tests.policies import approve, in_the_hands_of, policy, put, unsigned


def two_clones(**more: object) -> tuple[tuple[Ledger, MemoryRemote], tuple[Ledger, MemoryRemote]]:
    """Return what Ada and Kim have of a ledger under a policy."""
    (ada, here), (kim, there) = clones(2)
    ada, kim = in_the_hands_of("ada", ada), in_the_hands_of("kim", kim)
    put(ada, policy(**more))  # type: ignore[arg-type]  # as the caller says
    publish(ada, here)
    get(kim, there)
    return (ada, here), (kim, there)


def get(clone: Ledger, remote: MemoryRemote, **options: bool) -> Pulled:
    fetch(clone.refs, remote)
    return pull(clone, remote.name, **options)


def publish(clone: Ledger, remote: MemoryRemote) -> None:
    assert [one.outcome for one in push([clone], remote)] == ["pushed"]


def head(clone: Ledger) -> Oid | None:
    return clone.refs.read(layout.ledger_ref(clone.name))


def test_what_is_made_again_is_signed_again() -> None:
    (ada, here), (kim, there) = two_clones()
    write(ada, a=1)
    write(kim, b=2)
    publish(ada, here)
    assert get(kim, there).outcome == "re-parented"
    assert verify(kim, signatures=True).findings == ()


@pytest.mark.parametrize("merged", [False, True])
def test_without_a_signature_nothing_is_made_and_nothing_moves(merged: bool) -> None:
    (ada, here), (kim, there) = two_clones()
    write(ada, a=1)
    write(kim, b=2)
    publish(ada, here)
    before = head(kim)
    with pytest.raises(PolicyError, match="no signature"):
        get(unsigned(kim), there, merge=merged)
    assert head(kim) == before


def test_what_came_unsigned_stays_out(monkeypatch: pytest.MonkeyPatch) -> None:
    (ada, here), (kim, there) = two_clones()
    with monkeypatch.context() as lawless:
        lawless.setattr("gitledger.ledger.guard.Guard.concerns", lambda self, variables: False)
        write(unsigned(ada), a=1)
    publish(ada, here)
    before = head(kim)
    pulled = get(kim, there)
    assert (pulled.outcome, [one.code for one in pulled.judged.findings]) == ("refused", ["unsigned"])
    assert head(kim) == before


def test_what_came_before_there_was_a_policy_is_judged_without() -> None:
    (ada, here), (kim, there) = clones(2)
    write(ada, a=1)
    publish(ada, here)
    mute = replace(kim, check_signatures=lambda oids: pytest.fail(f"asked about {oids}"))
    assert get(mute, there).outcome == "fast-forward"


def test_an_event_that_a_newer_policy_refuses_cannot_be_made_again() -> None:
    (ada, here), (kim, there) = two_clones()
    put(ada, policy(2, rules={"label": ["labels"]}))
    publish(ada, here)
    write(kim, b=2)
    before = head(kim)
    with pytest.raises(PolicyError, match="the rule 'train' wrote 'b'"):
        get(kim, there)
    assert head(kim) == before
    # It was allowed where it was made, and a merge leaves it there.
    assert get(kim, there, merge=True).outcome == "merged"
    assert verify(kim, signatures=True).findings == ()


def test_an_approval_of_somebody_else_can_be_merged_and_not_made_again() -> None:
    (ada, here), (kim, there) = two_clones(threshold=2)
    new = policy(2)
    approve("ada", kim, new)
    write(ada, a=1)
    publish(ada, here)
    with pytest.raises(PolicyError, match="'kim' approved as 'ada'"):
        get(kim, there)
    assert get(kim, there, merge=True).outcome == "merged"
    put(kim, new)
    assert values(kim)["a"] == 1
    assert verify(kim, signatures=True).findings == ()
