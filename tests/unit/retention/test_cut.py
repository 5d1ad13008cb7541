"""Where history can be cut off: every way must go through there, and the newest partial tile must stay."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitledger.ids import Oid
from gitledger.ledger.append import append
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of, publications
from gitledger.retention.cut import holds_its_last_tile, passes
from gitledger.store.housekeeping import Link
from tests.cut import cut_off
from tests.ledgers import set_to, write_many


def graph(text: str) -> list[Link]:
    """Return links of a drawing: ``d-bc b-a c-a a`` says that d follows b and c."""
    pairs = (one.partition("-") for one in text.split())
    return [Link(Oid(name.encode()), tuple(Oid(one.encode()) for one in before)) for name, _, before in pairs]


def names(oids: object) -> str:
    return "".join(oid.decode() for oid in oids)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("drawing", "tips", "newest", "found"),
    [
        ("d-c c-b b-a a", "d", "d", "dcba"),
        ("d-c c-b b-a a", "d", "b", "ba"),
        ("d-c c-b b-a a", "dc", "d", "cba"),
        ("e-dc d-b c-b b-a a", "e", "e", "eba"),
        ("e-dc d-b c-b b-a a", "e", "d", "ba"),
        ("e-dc d-b c-a b-a a", "e", "d", "a"),
        ("d-c c-a b-a a", "db", "d", "a"),
        ("d-c c-b b-a a", "da", "d", "a"),
        ("c-b b a", "ca", "c", ""),
    ],
    ids=["a line", "from its middle", "a pin", "a merge", "beside a merge", "a fork before", "a branch", "a pin at the end", "two beginnings"],
)  # fmt: skip
def test_passes(drawing: str, tips: str, newest: str, found: str) -> None:
    assert names(passes(graph(drawing), {Oid(tip.encode()) for tip in tips}, Oid(newest.encode()))) == found


@st.composite
def histories(draw: st.DrawFn) -> list[Link]:
    """Return any history of up to nine commits, newest first; each but the oldest follows one or two older ones."""
    count = draw(st.integers(1, 9))
    links = []
    for number in range(count):
        older = st.integers(0, number - 1) if number else st.nothing()
        before = draw(st.sets(older, min_size=1, max_size=2)) if number else set[int]()
        links.append(Link(Oid(bytes([number])), tuple(Oid(bytes([one])) for one in sorted(before))))
    return links[::-1]


@given(histories(), st.data())
def test_a_pass_is_what_no_way_goes_around(links: Sequence[Link], data: st.DataObject) -> None:
    tips = data.draw(st.sets(st.sampled_from([link.oid for link in links]), min_size=1))
    reached = without(links, tips, None)
    shown = [link for link in links if link.oid in reached]
    root = links[-1].oid
    expected = [link.oid for link in shown if root not in without(links, tips, link.oid)]
    assert list(passes(shown, tips, shown[0].oid)) == expected


def without(links: Sequence[Link], tips: set[Oid], hidden: Oid | None) -> set[Oid]:
    """Return what ``tips`` reach on ways that do not go through a commit."""
    parents, found, ahead = dict(links), set[Oid](), [tip for tip in tips if tip != hidden]
    while ahead:
        found.add(one := ahead.pop())
        ahead += [before for before in parents[one] if before != hidden and before not in found]
    return found


@pytest.mark.parametrize("group", [1, 100, 300])
def test_what_holds_its_last_tile_is_enough_for_every_append(ledger: Ledger, group: int) -> None:
    """A tile that fills needs the hashes of 256 events; those of a full one lie in the tree."""
    write_many(ledger, 599, group=group)
    fit = [one for one in publications(ledger.objects, head_of(ledger)) if holds_its_last_tile(one)]
    sizes = [one.log.size for one in fit]
    assert sizes == {1: [513, 512, 257, 256, 1], 100: [600, 301, 1], 300: [600, 301, 1]}[group], sizes
    short = cut_off(ledger, fit[0].oid)
    for number in range(300):
        append(short, set_to(n=number))


def test_a_cut_anywhere_else_is_not(ledger: Ledger) -> None:
    write_many(ledger, 299, group=1)
    short = cut_off(ledger, next(one.oid for one in publications(ledger.objects, head_of(ledger)) if one.log.size == 290))
    from gitledger.errors import MissingObjectError

    with pytest.raises(MissingObjectError):
        for number in range(300):
            append(short, set_to(n=number))
