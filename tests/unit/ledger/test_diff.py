from itertools import product

from gitledger.codec import encode
from gitledger.ids import LedgerName
from gitledger.ledger.append import append_batch
from gitledger.ledger.change import change
from gitledger.ledger.diff import Difference, diff
from gitledger.ledger.handle import Ledger
from gitledger.ledger.merge import branch
from gitledger.ledger.state import state
from tests.ledgers import named, set_to, write

CHANGES = [
    set_to(a=1, b=1, d__x=1),
    set_to(a=2, z=1),
    change("r", set={"a/x": 1, "d/é": 5}, delete=["a"]),
    change("r", delete=["b", "d/x", "d/é"]),
    change("r", set={"a-": 1, "a0": 1, "a": 1}, delete=["a/x"]),
    change("r", set={"a": 1}),
]


def naive(ledger: Ledger, before: str, after: str) -> list[tuple[str, object, object]]:
    old, new = (dict(state(ledger, at=rev).values()) for rev in (before, after))
    names = sorted((name for name in old | new if old.get(name) != new.get(name)), key=str.encode)
    return [(name, old.get(name), new.get(name)) for name in names]


def test_all_pairs_of_states(ledger: Ledger) -> None:
    assert len(list(append_batch(ledger, CHANGES, group=2))) == len(CHANGES)
    for before, after in product(range(1, len(CHANGES) + 2), repeat=2):
        found = list(diff(ledger, f"#{before}", f"#{after}"))
        expected = [
            Difference(
                variable=name,  # type: ignore[arg-type]
                before=None if old is None else encode(old),
                after=None if new is None else encode(new),
            )
            for name, old, new in naive(ledger, f"#{before}", f"#{after}")
        ]
        assert found == expected


def test_states_of_two_ledgers(ledger: Ledger) -> None:
    write(ledger, same=1)
    branch(ledger, LedgerName("side"))
    write(ledger, a=1)
    write(named("side", ledger), a=2, b=1)
    found = [(one.variable, one.before, one.after) for one in diff(ledger, "main", "side")]
    assert found == [("a", b"\x01", b"\x02"), ("b", None, b"\x01")]
