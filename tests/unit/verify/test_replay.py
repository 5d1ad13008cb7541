"""The short way to read an event, and the long one: they come to the same, whatever was published."""

from collections.abc import Sequence

import pytest

from gitledger.ids import Oid
from gitledger.store.memory import MemoryObjects
from gitledger.verify import replay
from gitledger.verify.judge import Judge, Verdict
from tests.forger import Known, NewObject
from tests.forgeries.all import FORGERIES, base


def judged(made: Sequence[NewObject], known: Known) -> Verdict:
    objects = MemoryObjects()
    objects.write(made)
    return Judge(objects).judge(Oid(known.commit))


def judged_at_length(made: Sequence[NewObject], known: Known, monkeypatch: pytest.MonkeyPatch) -> Verdict:
    with monkeypatch.context() as patched:
        patched.setattr(replay, "read_append", lambda *_: None)
        return judged(made, known)


@pytest.mark.parametrize("name", FORGERIES)
def test_the_same_is_found_either_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = base().publish(FORGERIES[name].scenario, FORGERIES[name].lies, FORGERIES[name].at)
    made = list((base().made | base().forger.made).values())
    assert judged(made, known) == judged_at_length(made, known, monkeypatch)


@pytest.mark.parametrize("scenario", ["genesis", "group", "merge"])
def test_an_honest_append_is_read_the_short_way_unless_it_says_what_it_read(
    scenario: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = base().publish(scenario)
    made = list((base().made | base().forger.made).values())
    long = []
    read_any = replay.read_any
    monkeypatch.setattr(replay, "read_any", lambda *given: long.append(given) or read_any(*given))
    assert judged(made, known).findings == ()
    assert len(long) == {"genesis": 1, "group": 1, "merge": 1}[scenario]
