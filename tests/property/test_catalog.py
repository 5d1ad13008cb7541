"""Whatever histories a catalog has seen, it says of each log what a walk through that log says."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import backwards
from gitledger.ledger.locate import place_of_number
from gitledger.ledger.publication import head_of, publications
from tests.catalogs import with_catalog
from tests.property.test_history import A_TWIN_IN_COMMON, CRISS_CROSS, Steps, play, steps


@given(st.lists(steps, max_size=12), st.lists(st.integers(0, 12), min_size=1, max_size=4))
@settings(max_examples=40)
@example(CRISS_CROSS, [3, 8, 5])
@example(A_TWIN_IN_COMMON, [7, 2, 7])
def test_a_catalog_follows_a_ledger_wherever_it_goes(history: Steps, lengths: list[int]) -> None:
    with TemporaryDirectory() as directory:
        for length in lengths:
            # The same steps make the same bytes: a shorter history is a ref that was moved back.
            for ledger in play(history[:length]):
                check(with_catalog(ledger, Path(directory)))


def check(ledger: Ledger) -> None:
    head = head_of(ledger)
    place_of_number(ledger, head, 1)
    assert ledger.catalog
    line = {publication.oid for publication in publications(ledger.objects, head)}
    with ledger.catalog(ledger.name) as catalog:
        steps_left: int | None = None
        for place in backwards(ledger.objects, head):
            run = catalog.run_with(place.seq)
            assert run
            assert run.publication == place.publication.oid
            assert run.position - run.last + place.seq == place.position
            assert run.is_line == (run.publication in line)
            at = run.steps - (run.last - place.seq if run.is_line else 0)
            assert steps_left in {None, at}
            steps_left = at - run.is_line
            assert place.seq in catalog.numbers(place.event)
        assert steps_left == 0
