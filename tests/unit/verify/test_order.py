"""Which publications are judged: all of them once, parents first; and since a trusted one, what it does not reach."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitledger.ids import SHA1, Oid
from gitledger.store.base import GitObject
from gitledger.store.memory import MemoryObjects
from gitledger.verify.order import Order, all_before, all_since
from tests.faulty import Counted
from tests.forger import NOON, Forger, dumps

Graph = list[list[int]]
"""The parents of each publication, by number; each has smaller numbers than its children."""
PEOPLE = {"author": "Ada <a>", "actor": "Ada <a>", "time": "2026-01-01T12:00:00Z", "events": [{}]}


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Histories with merges, in which a line is likelier than a bush."""
    graph: Graph = [[]]
    for number in range(1, draw(st.integers(1, 14))):
        recent = st.integers(max(0, number - 4), number - 1)
        graph.append(draw(st.lists(recent, min_size=1, max_size=2, unique=True)))
    return graph


class Published:
    """The commits of a graph, with nothing in them but an envelope; counts what is read."""

    def __init__(self, graph: Graph, clocks: Iterable[int] | None = None) -> None:
        forger, self.graph = Forger(), graph
        honest: list[int] = []
        for parents in graph:
            honest.append(1 + max((honest[parent] for parent in parents), default=0))
        self.oids: list[Oid] = []
        for parents, ts in zip(graph, clocks or honest, strict=True):
            op = "genesis" if ts == 1 else "append"
            tree = forger.put_tree({"envelope": dumps({"op": op, "ts": ts, "payload": PEOPLE})})
            lines = [f"tree {tree.hex()}", *(f"parent {self.oids[parent].hex()}" for parent in parents)]
            lines += [f"{who} Ada <a> {NOON} +0000" for who in ("author", "committer")]
            self.oids.append(Oid(forger.put("commit", "\n".join([*lines, "", str(len(self.oids))]).encode())))
        self.objects = Counted(MemoryObjects(SHA1))
        self.objects.write(list(forger.made.values()))

    def reach(self, number: int) -> set[Oid]:
        """Return a publication and all before it."""
        found, pending = set[int](), [number]
        while pending:
            one = pending.pop()
            found.add(one)
            pending += self.graph[one]
        return {self.oids[one] for one in found}

    def assert_parents_first(self, order: Order, expected: set[Oid]) -> None:
        found = list(order)
        assert set(found) == expected
        assert len(found) == len(order) == len(expected)
        for at, oid in enumerate(found):
            parents = {self.oids[parent] for parent in self.graph[self.oids.index(oid)]}
            assert parents & expected <= set(found[:at])


@given(graphs())
def test_everything_before_the_head_comes_once_and_after_its_parents(graph: Graph) -> None:
    published = Published(graph)
    head = len(graph) - 1
    published.assert_parents_first(all_before(published.objects, published.oids[head]), published.reach(head))


@given(graphs(), st.data())
def test_since_a_trusted_one_comes_what_it_does_not_reach(graph: Graph, data: st.DataObject) -> None:
    published = Published(graph)
    head, trusted = len(graph) - 1, data.draw(st.integers(0, len(graph) - 1))
    order = all_since(published.objects, published.oids[head], published.oids[trusted])
    published.assert_parents_first(order, published.reach(head) - published.reach(trusted))


@given(graphs(), st.data())
def test_clocks_that_lie_hide_nothing(graph: Graph, data: st.DataObject) -> None:
    clocks = [data.draw(st.integers(1, 20)) for _ in graph]
    head, trusted = len(graph) - 1, data.draw(st.integers(0, len(graph) - 1))
    published = Published(graph, clocks)
    order = set(all_since(published.objects, published.oids[head], published.oids[trusted]))
    assert published.reach(head) - published.reach(trusted) <= order <= published.reach(head)


@given(graphs(), st.data())
def test_clocks_that_lie_behind_a_trusted_one_add_nothing(graph: Graph, data: st.DataObject) -> None:
    trusted = data.draw(st.integers(0, len(graph) - 1))
    published = Published(graph)
    honest = published.reach(trusted)
    clocks: list[int] = []
    for parents, oid in zip(graph, published.oids, strict=True):
        true = 1 + max((clocks[parent] for parent in parents), default=0)
        clocks.append(true if oid in honest else data.draw(st.integers(1, 40)))
    published = Published(graph, clocks)
    order = all_since(published.objects, published.oids[-1], published.oids[trusted])
    published.assert_parents_first(order, published.reach(len(graph) - 1) - published.reach(trusted))


def test_a_side_of_a_merge_comes_before_it_and_after_what_it_left() -> None:
    published = Published([[], [0], [1], [1], [2, 3], [4]])
    assert list(all_before(published.objects, published.oids[5])) == published.oids[:2] + [published.oids[n] for n in (2, 3, 4, 5)]


def test_since_the_head_comes_nothing() -> None:
    published = Published([[], [0]])
    order = all_since(published.objects, published.oids[1], published.oids[1])
    assert (len(order), list(order)) == (0, [])


@pytest.mark.parametrize("length", [50, 500])
def test_what_is_new_costs_the_same_on_a_long_ledger_and_a_short_one(length: int) -> None:
    line = [[]] + [[number] for number in range(length)]
    # A merge that goes around the trusted publication, from a little before it.
    graph = [*line, [length - 3], [length, length + 1]]
    published = Published(graph)
    order = all_since(published.objects, published.oids[-1], published.oids[length - 1])
    assert list(order) == [published.oids[number] for number in (length, length + 1, length + 2)]
    assert published.objects.reads <= 24


def test_a_line_takes_twenty_bytes_a_publication() -> None:
    order = Order(lambda oid: [Oid(bytes([*oid[:-2], *(int.from_bytes(oid[-2:]) - 1).to_bytes(2)]))] if any(oid) else [], Oid(bytes(18) + b"\x27\x0f"))
    assert len(order) == 10_000
    assert len(order._line) == 200_000
    assert not order._sides


def test_what_is_no_commit_ends_the_way_back() -> None:
    published = Published([[], [0], [1]])
    data = published.objects._objects.pop(published.oids[1]).data
    for found in (None, GitObject("blob", data)):
        if found:
            published.objects._objects[published.oids[1]] = found
        assert list(all_before(published.objects, published.oids[2])) == published.oids[1:]
        assert list(all_since(published.objects, published.oids[2], published.oids[0])) == published.oids[1:]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\n\n", b"\nencoding x\n\n"),
        (b"author", b"writer"),
        (b"\n\n", b"\n\n\0"),
        (b"tree", b"twee"),
        (b"parent", b"parent 000\nparent"),
        (b"parent", b"parent %s\nparent" % (b"0" * 64)),
    ],
)
def test_a_commit_that_no_ledger_wrote_hides_nothing_before_it(old: bytes, new: bytes) -> None:
    published = Published([[], [0], [0], [1, 2], [3]])
    commit = published.oids[3]
    data = published.objects._objects[commit].data
    published.objects._objects[commit] = GitObject("commit", data.replace(old, new, 1))
    assert set(all_before(published.objects, published.oids[4])) == set(published.oids)
    assert set(all_since(published.objects, published.oids[4], published.oids[1])) == set(published.oids[2:])


def test_a_message_links_to_nothing() -> None:
    published = Published([[], [0], [1]])
    data = published.objects._objects[published.oids[2]].data
    message = b"\nparent %s\n" % published.oids[0].hex().encode()
    published.objects._objects[published.oids[2]] = GitObject("commit", data + message)
    order = all_before(published.objects, published.oids[2])
    assert (list(order), order._sides) == (published.oids, {})


def test_an_unreadable_envelope_hides_nothing_before_it() -> None:
    published = Published([[], [0], [1], [2]], [1, 2, 2, 3])
    data = published.objects._objects[published.oids[2]].data
    tree = Oid(bytes.fromhex(data[5:45].decode()))
    published.objects._objects[tree] = GitObject("tree", b"")
    assert list(all_since(published.objects, published.oids[3], published.oids[0])) == published.oids[1:]
