"""Sharing out an order: everything once, neighbours together, and nobody waits while another has work that is left."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitledger.ids import Oid
from gitledger.verify.order import Order
from gitledger.verify.shares import Run, Shares


def line(count: int) -> Order:
    """Return an order of publications that are numbered from 0."""
    ids = [Oid(number.to_bytes(20)) for number in range(count)]
    before = {oid: ids[number - 1 : number] if number else [] for number, oid in enumerate(ids)}
    return Order(before.__getitem__, ids[-1] if ids else None)


def numbers(run: Run | None) -> list[int]:
    return [int.from_bytes(oid) for oid in run.oids] if run else []


@given(st.integers(0, 1500), st.integers(1, 5), st.data())
def test_whoever_is_fast_everything_is_judged_once_and_where_a_run_says(
    count: int, workers: int, data: st.DataObject
) -> None:
    shares, judged = Shares(line(count), workers), list[int]()
    running = list(range(workers))
    while running:
        worker = data.draw(st.sampled_from(running), label="who is done")
        run = shares.next_run(worker)
        if run is None:
            running.remove(worker)
            continue
        assert numbers(run) == list(range(run.start, run.start + len(run.oids)))
        assert 1 <= len(run.oids) <= 256
        judged += numbers(run)
    assert sorted(judged) == list(range(count))


@pytest.mark.parametrize(("worker", "first"), [(0, 0), (1, 500)])
def test_each_begins_with_its_own_share(worker: int, first: int) -> None:
    assert numbers(Shares(line(1000), 2).next_run(worker))[0] == first


def test_runs_of_one_worker_are_neighbours() -> None:
    shares = Shares(line(1000), 2)
    got = [number for _ in range(6) for number in numbers(shares.next_run(0))]
    assert got == list(range(len(got)))


def test_who_is_done_takes_the_later_half_of_what_another_has_left() -> None:
    shares = Shares(line(64), 2)
    got = [number for _ in range(25) for number in numbers(shares.next_run(0))]
    assert [number for before, number in pairwise([-2, *got]) if number != before + 1] == [0, 48, 40]


def test_two_large_publications_are_shared() -> None:
    shares = Shares(line(2), 2)
    assert [numbers(shares.next_run(worker)) for worker in (0, 1, 0)] == [[0], [1], []]
