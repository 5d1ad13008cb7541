"""Which packs are joined next: few remain, and no object is copied often."""

import random
from pathlib import Path

import pytest

from gitledger.errors import FormatError
from gitledger.store.packs import SETTLED, Pack, choose
from gitledger.store.repository import is_apart, pack_limit


def packs(*objects: int) -> list[Pack]:
    """Return packs of these sizes."""
    return [Pack(Path(f"pack-{number}"), size) for number, size in enumerate(objects)]


def sizes(chosen: list[Pack]) -> list[int]:
    """Return how many objects each holds."""
    return [pack.objects for pack in chosen]


def test_up_to_the_limit_nothing_is_joined() -> None:
    assert choose(packs(*[10] * 50), 50) == []
    assert len(choose(packs(*[10] * 51), 50)) == 51


def test_what_is_far_larger_stays() -> None:
    assert sizes(choose(packs(1, 1, 1, 5, 100, 300), 2)) == [1, 1, 1, 5]
    assert sizes(choose(packs(100, 10, 10, 10, 10, 10), 5)) == [10] * 5


def test_packs_in_proportion_still_get_fewer() -> None:
    """A limit below the number of steps is kept at the price of copying more."""
    assert sizes(choose(packs(1, 2, 4, 100), 3)) == [1, 2, 4]
    assert sizes(choose(packs(1, 10, 100, 1000), 3)) == [1, 10]


def test_a_settled_pack_is_neither_joined_nor_counted() -> None:
    assert choose(packs(*[SETTLED] * 80, 1, 1), 2) == []
    assert sizes(choose(packs(*[SETTLED] * 80, 1, 1, 1), 2)) == [1, 1, 1]


def test_one_join_is_bounded() -> None:
    """Two at least, or there would be no progress; more only up to what is settled."""
    assert sizes(choose(packs(*[SETTLED - 1] * 51), 50)) == [SETTLED - 1] * 2
    assert len(choose(packs(*[SETTLED // 10] * 51), 50)) == 10


@pytest.mark.parametrize(("limit", "copies"), [(50, 6), (10, 9), (1, 10_000)])
def test_ten_thousand_appends(limit: int, copies: int) -> None:
    """At most the limit are left each time; on average an object is copied as often as the packs can be halved."""
    dice = random.Random(limit)
    here: list[Pack] = []
    written = copied = 0
    for number in range(10_000):
        here.append(Pack(Path(f"pack-{number}"), dice.randint(8, 25)))
        written += here[-1].objects
        while chosen := choose(here, limit):
            joined = Pack(chosen[0].path, sum(sizes(chosen)))
            here = [joined, *(pack for pack in here if pack not in chosen)]
            copied += joined.objects
        assert len(here) <= limit
    assert sum(sizes(here)) == written
    assert copied <= written * copies


@pytest.mark.parametrize(
    ("settings", "limit"),
    [
        ({}, 50),
        ({"gc.autopacklimit": "7"}, 7),
        ({"gc.autopacklimit": "1k"}, 1024),
        ({"gc.autopacklimit": "0"}, 0),
        ({"gc.autopacklimit": "-1"}, 0),
        ({"gc.auto": "0"}, 0),
        ({"gc.auto": "0", "gc.autopacklimit": "7"}, 0),
        ({"gc.auto": "6700"}, 50),
        ({"maintenance.auto": "false"}, 0),
        ({"maintenance.auto": "No"}, 0),
        ({"maintenance.auto": "true"}, 50),
    ],
)
def test_the_limit_is_that_of_git(settings: dict[str, str], limit: int) -> None:
    assert pack_limit(settings) == limit


@pytest.mark.parametrize("value", ["many", "", "1.5", "0x10", "1t", "9" * 100])
def test_a_limit_is_a_number(value: str) -> None:
    with pytest.raises(FormatError, match=r"gc\.autoPackLimit is .*; expected a number"):
        pack_limit({"gc.autopacklimit": value})


def test_maintenance_goes_before_gc_when_it_says_where() -> None:
    assert is_apart({})
    assert not is_apart({"gc.autodetach": "false"})
    assert is_apart({"gc.autodetach": "false", "maintenance.autodetach": "true"})
    assert not is_apart({"maintenance.autodetach": "0"})
