"""Reading ahead: commits with their trees, as far as they can be read; nothing that is wrong with them is said here."""

from itertools import pairwise

import pytest

from gitledger.ids import Oid
from gitledger.store.memory import MemoryObjects
from gitledger.verify.ahead import each_with_ahead
from tests.forger import Act, Forger

FORGER = Forger()
GENESIS = FORGER.publish([], [Act(rule={"name": "genesis", "ledger": "main", "nonce": bytes(16)})])
LINE = [GENESIS]
for _number in range(99):
    LINE.append(FORGER.publish([LINE[-1]], [Act({"a": _number})]))
COMMITS = [Oid(known.commit) for known in LINE]
TREES = [Oid(bytes.fromhex(FORGER.made[oid].data[5:45].decode())) for oid in COMMITS]


@pytest.fixture
def objects() -> MemoryObjects:
    store = MemoryObjects()
    store.write(list(FORGER.made.values()))
    return store


def ahead(objects: MemoryObjects, *oids: Oid) -> list[set[tuple[str, Oid]]]:
    return [set(found) for _, found in each_with_ahead(objects, oids)]


def test_every_publication_comes_in_its_turn_with_its_commit_and_its_tree(objects: MemoryObjects) -> None:
    given = list(each_with_ahead(objects, iter(COMMITS)))
    assert [oid for oid, _ in given] == COMMITS
    for (oid, found), tree in zip(given, TREES, strict=True):
        assert found["commit", oid] == FORGER.made[oid].data
        assert found["tree", tree] == FORGER.made[tree].data


def test_no_more_is_held_than_what_is_read_together(objects: MemoryObjects) -> None:
    found = [found for _, found in each_with_ahead(objects, COMMITS)]
    assert max(map(len, found)) == 2 * 64
    assert sum(one is not other for one, other in pairwise(found)) == 1


def test_what_is_before_something_missing_is_read(objects: MemoryObjects) -> None:
    del objects._objects[COMMITS[2]]
    assert ahead(objects, *COMMITS[:4]) == [{("commit", COMMITS[0]), ("commit", COMMITS[1])}] * 4
    del objects._objects[TREES[1]]
    assert ahead(objects, *COMMITS[:2]) == [{("commit", COMMITS[0]), ("commit", COMMITS[1]), ("tree", TREES[0])}] * 2


def test_what_is_no_commit_of_this_repository_names_no_tree(objects: MemoryObjects) -> None:
    forger = Forger()
    odd = [
        Oid(forger.put("commit", b"tree %s\n" % digits)) for digits in (b"0" * 64, b"0" * 39, b"0" * 38, b"x" * 40, b"")
    ]
    objects.write(list(forger.made.values()))
    assert ahead(objects, TREES[0], *odd)[0] == {("tree", TREES[0]), *(("commit", oid) for oid in odd)}


def test_what_is_large_is_not_kept(objects: MemoryObjects) -> None:
    forger = Forger()
    large = Oid(forger.put("commit", FORGER.made[COMMITS[0]].data + b"x" * 16_384))
    objects.write(list(forger.made.values()))
    assert ahead(objects, large, COMMITS[0])[0] == {("commit", COMMITS[0]), ("tree", TREES[0])}
