"""A publication under judgement: what cannot be read is noted where it is used, once, and ends the judgement."""

from collections.abc import Callable, Iterable, Iterator

import pytest

from gitledger.errors import CorruptObjectError, FormatError, StorageError
from gitledger.ids import SHA1, Oid
from gitledger.store.base import GitObject
from gitledger.store.memory import MemoryObjects
from gitledger.verify.case import FINDINGS, Case, UnjudgeableError
from tests.forger import Forger

PUBLICATION, NOWHERE = Oid(b"p" * 20), Oid(b"n" * 20)
FORGER = Forger()
BLOB, OTHER, TREE = Oid(FORGER.put("blob", b"1")), Oid(FORGER.put("blob", b"2")), Oid(FORGER.put_tree({"a": b"1"}))


class Store(MemoryObjects):
    """Objects in memory, some of them damaged; counts what is read."""

    def __init__(self) -> None:
        super().__init__(SHA1)
        self.write(list(FORGER.made.values()))
        self.corrupt: set[Oid] = set()
        self.reads = 0

    def read(self, oid: Oid) -> GitObject:
        self.reads += 1
        if oid in self.corrupt:
            raise CorruptObjectError(oid.hex(), "a bit is another")
        return super().read(oid)

    def read_many(self, oids: Iterable[Oid]) -> Iterator[GitObject]:
        return map(self.read, oids)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def case(store: Store) -> Case:
    return Case(store, PUBLICATION)


def noted(case: Case) -> list[tuple[str, str]]:
    return [(finding.code, finding.where.removeprefix(PUBLICATION.hex())) for finding in case.findings]


def test_what_is_there_is_returned_and_seen(case: Case) -> None:
    assert case.bytes_of(BLOB, "blob", "events/0000") == b"1"
    assert [entry.name for entry in case.tree(TREE, "events")] == [b"a"]
    assert case.seen == {BLOB, TREE}
    assert case.findings == ()


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda case: case.bytes_of(NOWHERE, "blob", "events/0000"), ("object-missing", ":events/0000")),
        (lambda case: case.bytes_of(OTHER, "blob", "events/0000"), ("object-corrupt", ":events/0000")),
        (lambda case: case.bytes_of(TREE, "blob", "events/0000"), ("tree-format", ":events/0000")),
        (lambda case: case.bytes_of(TREE, "blob", "rules/1", otherwise="event-rule"), ("event-rule", ":rules/1")),
        (lambda case: case.bytes_of(BLOB, "commit", "", otherwise="commit-format"), ("commit-format", "")),
        (lambda case: case.tree(NOWHERE, "events"), ("object-missing", ":events")),
        (lambda case: case.tree(BLOB, "events"), ("tree-format", ":events")),
    ],
)
def test_what_cannot_be_read_is_noted_where_it_was_named(
    store: Store, case: Case, read: Callable[[Case], object], expected: tuple[str, str]
) -> None:
    store.corrupt = {OTHER}
    with pytest.raises(UnjudgeableError):
        read(case)
    assert noted(case) == [expected]
    assert not case.seen


def test_bytes_that_a_parser_refuses_are_noted_under_the_code_of_the_parser(case: Case) -> None:
    def refuse() -> None:
        raise FormatError("this is no event")

    with pytest.raises(UnjudgeableError):
        case.parse("event-format", "events/0000", refuse)
    assert noted(case) == [("event-format", ":events/0000")]
    assert case.findings[0].message == "this is no event"
    assert case.parse("event-format", "events/0000", lambda: 1) == 1


def test_what_was_fetched_is_not_read_again(store: Store, case: Case) -> None:
    case.fetch([BLOB, OTHER, BLOB])
    case.fetch([OTHER, BLOB])
    assert store.reads == 2
    assert (case.bytes_of(BLOB, "blob", "a"), case.bytes_of(OTHER, "blob", "b")) == (b"1", b"2")
    assert store.reads == 2


@pytest.mark.parametrize("damaged", [NOWHERE, OTHER])
def test_fetching_what_is_damaged_notes_nothing_until_it_is_used(store: Store, case: Case, damaged: Oid) -> None:
    store.corrupt = {OTHER}
    case.fetch([damaged, BLOB])
    assert case.findings == ()
    assert case.bytes_of(BLOB, "blob", "a") == b"1"
    with pytest.raises(UnjudgeableError):
        case.bytes_of(damaged, "blob", "b")
    assert [where for _, where in noted(case)] == [":b"]


def test_a_tree_fetched_as_a_blob_is_none(case: Case) -> None:
    case.fetch([TREE])
    with pytest.raises(UnjudgeableError):
        case.bytes_of(TREE, "blob", "a")
    assert noted(case) == [("tree-format", ":a")]


def test_every_damaged_object_is_named(store: Store, case: Case) -> None:
    assert case.damaged([BLOB, OTHER, TREE]) == []
    store.corrupt = {OTHER}
    assert [oid for oid, _ in case.damaged([BLOB, OTHER, NOWHERE, TREE])] == [OTHER, NOWHERE]


def test_a_failing_machine_is_no_finding(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(oid: Oid) -> GitObject:
        raise StorageError(f"no disk for {oid.hex()}")

    monkeypatch.setattr(case.objects, "read", fail)
    for use in (lambda: case.bytes_of(BLOB, "blob", ""), lambda: case.damaged([BLOB]), lambda: case.fetch([BLOB])):
        with pytest.raises(StorageError):
            use()
    assert case.findings == ()


def test_findings_past_the_limit_are_counted() -> None:
    case = Case(MemoryObjects(), PUBLICATION)
    for number in range(FINDINGS):
        case.note("state", f"state/{number}", "it differs")
    assert len(case.findings) == FINDINGS
    case.note("state", "state/more", "it differs")
    case.note("order", "events/more", "it differs")
    assert len(case.findings) == FINDINGS + 1
    assert (case.findings[-1].code, case.findings[-1].message) == ("more", "there are 2 more findings here; expected none")
