"""Two trees are compared as far as they differ and as deep as was recomputed, whatever the stored one holds."""

import pytest

from gitledger.errors import MissingObjectError
from gitledger.ids import SHA1, Oid
from gitledger.store.base import GitObject
from gitledger.store.memory import MemoryObjects
from gitledger.verify.case import FINDINGS, Case
from gitledger.verify.compare import note_differences, place_of
from gitledger.verify.finding import LINE
from tests.forger import Forger, Row, Tree

PUBLICATION = Oid(bytes(20))


class Counting(MemoryObjects):
    """Objects in memory that know which were read."""

    def __init__(self) -> None:
        super().__init__(SHA1)
        self.asked: list[Oid] = []

    def read(self, oid: Oid) -> GitObject:
        self.asked.append(oid)
        return super().read(oid)


def compared(stored: Tree, recomputed: Tree, *, unknown: frozenset[bytes] = frozenset()) -> tuple[Case, Counting]:
    """Return what a comparison noted, and the store that it read; nothing recomputed is in there."""
    there, new, objects = Forger(), Forger(), Counting()
    found, expected = there.put_tree(stored), new.put_tree(recomputed)
    objects.write(list(there.made.values()))
    case = Case(objects, PUBLICATION)
    trees = {oid: one.data for oid, one in new.made.items() if one.kind == "tree"}
    note_differences(case, stored=Oid(found), recomputed=Oid(expected), trees=trees, unknown=unknown)
    return case, objects


def noted(case: Case) -> list[tuple[str, str]]:
    return [(finding.code, finding.where.removeprefix(f"{PUBLICATION.hex()}:")) for finding in case.findings]


def test_equal_trees_differ_nowhere_and_one_is_read() -> None:
    tree = {"state": {"a": b"1", "d": {"b": b"2"}}}
    case, objects = compared(tree, tree)
    assert noted(case) == []
    assert len(objects.asked) == 1


def test_only_trees_that_differ_are_read() -> None:
    same = {f"v{number}": b"" for number in range(3)}
    case, objects = compared(
        {"state": {"a": same, "b": {"c": b"1"}, "d": same}},
        {"state": {"a": same, "b": {"c": b"2"}, "d": same}},
    )
    assert noted(case) == [("state", "state/b/c")]
    assert len(objects.asked) == 3


def test_trees_of_a_million_paths_that_a_parent_left_are_compared_level_by_level() -> None:
    def bomb(leaf: bytes) -> Tree:
        node: Tree = {"leaf": leaf}
        for _ in range(6):
            node = {str(digit): node for digit in range(3)}
        return node

    case, objects = compared({"state": bomb(b"1")}, {"state": bomb(b"2")})
    assert noted(case) == [("state", "state/0/0/0/0/0/0/leaf")]
    assert len(objects.asked) == 8


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("events", "order"),
        ("deltas", "order"),
        ("rules", "rules"),
        ("keys", "keys"),
        ("segments", "segments"),
        ("state", "state"),
        ("index", "timeline"),
    ],
)
def test_each_directory_has_its_code(path: str, code: str) -> None:
    case, _ = compared({path: {"a": b"1", "b": b"", "c": b""}}, {path: {"a": b"2", "c": b"", "d": b""}})
    assert noted(case) == [(code, f"{path}/a"), (code, f"{path}/b"), (code, f"{path}/d")]


def test_the_log_has_a_code_for_its_head_and_one_for_its_tiles() -> None:
    tiles = {"0": {"000": b"1"}}
    case, _ = compared(
        {"log": {"head": b"1", "tile": {"0": {"000": b"2", "001": b""}}, "more": b""}}, {"log": {"head": b"2", "tile": tiles}}
    )
    assert noted(case) == [
        ("log-head", "log/head"),
        ("tree-foreign", "log/more"),
        ("log-tile", "log/tile/0/000"),
        ("log-tile", "log/tile/0/001"),
    ]


def test_what_is_at_the_top_is_foreign_absent_or_of_another_kind() -> None:
    case, _ = compared({"a": b"", "state": b"", "log": {"head": b""}}, {"state": {"a": b""}, "log": {"head": b""}, "index": {"~a": b""}})
    assert noted(case) == [("tree-foreign", "a"), ("tree-absent", "index"), ("tree-format", "state")]


def test_a_message_says_what_is_there_and_what_should_be() -> None:
    case, _ = compared({"state": {"a": {"b": b""}}}, {"state": {"a": b"", "c": b""}})
    empty, tree = Forger().put("blob", b"").hex(), Forger().put_tree({"b": b""}).hex()
    assert [finding.message for finding in case.findings] == [
        f"state/a is tree {tree}; expected blob {empty}",
        f"state/c is absent; expected blob {empty}",
    ]


def test_nothing_below_what_only_the_stored_tree_has_is_read() -> None:
    bomb = Row("40000", Forger().put_tree({"0": Row("40000", bytes(20))}))
    case, objects = compared({"state": {"a": b"1", "bomb": bomb}}, {"state": {"a": b"2"}})
    assert noted(case) == [("state", "state/a"), ("state", "state/bomb")]
    assert len(objects.asked) == 2


def test_a_million_names_take_a_hundred_findings_and_one_that_counts_the_others() -> None:
    case, _ = compared({"state": {f"v{number:06}": b"" for number in range(10_000)}}, {"state": {"v000000": b""}})
    assert len(case.findings) == FINDINGS + 1
    last = case.findings[-1]
    assert (last.code, last.where) == ("more", PUBLICATION.hex())
    assert last.message == "there are 9,899 more findings here; expected none"


def test_a_tree_that_no_ledger_writes_hides_no_other_difference() -> None:
    case, _ = compared(
        {"state": {"a": Row("100755", bytes(20))}, "index": {"~a": b"1"}}, {"state": {"a": b""}, "index": {"~a": b""}}
    )
    assert noted(case) == [("timeline", "index/~a"), ("tree-format", "state")]


def test_a_tree_that_is_not_there_hides_no_other_difference() -> None:
    case, _ = compared({"state": Row("40000", bytes(20)), "rules": {"a": b"1"}}, {"state": {"a": b""}, "rules": {"a": b""}})
    assert noted(case) == [("rules", "rules/a"), ("object-missing", "state")]


def test_what_is_unknown_is_not_compared() -> None:
    case, _ = compared({"keys": {"a": b""}}, {"keys": {"b": b""}, "state": {"keys": b""}}, unknown=frozenset({b"keys"}))
    assert noted(case) == [("tree-absent", "state")]
    case, _ = compared({"state": {"keys": b""}}, {"state": {"b": b""}}, unknown=frozenset({b"keys"}))
    assert noted(case) == [("state", "state/b"), ("state", "state/keys")]


def test_a_tree_of_the_parents_that_cannot_be_read_is_not_this_publication_s_fault() -> None:
    forger = Forger()
    stored, recomputed = forger.put_tree({"state": {"a": b""}}), forger.put_tree({"state": Row("40000", bytes(20))})
    objects = Counting()
    objects.write(list(forger.made.values()))
    with pytest.raises(MissingObjectError):
        note_differences(
            Case(objects, PUBLICATION), stored=Oid(stored), recomputed=Oid(recomputed), trees={Oid(recomputed): forger.made[recomputed].data}
        )


def test_names_are_shown_in_one_line() -> None:
    case, _ = compared({"state": {"\x1b[31m\n\u2028": b"", "x" * 5000: b""}}, {"state": {"a": b""}})
    for finding in case.findings:
        assert finding.where.isprintable()
        assert finding.message.isprintable()
        assert len(finding.where) <= 41 + LINE
    assert noted(case)[0] == ("state", "state/\\x1b[31m\\n\\u2028")


def test_the_place_of_an_object_is_the_first_path_that_leads_to_it() -> None:
    forger = Forger()
    root = Oid(forger.put_tree({"a": {"x": b"1"}, "b": {"y": {"z": b"2"}}}))
    trees = {oid: one.data for oid, one in forger.made.items() if one.kind == "tree"}
    for path, content in (("a/x", b"1"), ("b/y/z", b"2"), ("", b"nowhere")):
        assert place_of(Oid(forger.put("blob", content)), root, trees, SHA1) == path
    assert place_of(Oid(forger.put_tree({"z": b"2"})), root, trees, SHA1) == "b/y"
    assert place_of(root, root, trees, SHA1) == ""
