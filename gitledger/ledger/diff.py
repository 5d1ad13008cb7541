"""``diff``: what changed between two states."""

from collections.abc import Iterator

from gitledger.frozen import frozen
from gitledger.ids import Oid, Variable
from gitledger.ledger.handle import Ledger
from gitledger.ledger.resolve import resolve
from gitledger.ledger.state import State


@frozen
class Difference:
    """A variable that two states hold differently: canonical bytes, None for nothing."""

    variable: Variable
    before: bytes | None
    after: bytes | None


def diff(ledger: Ledger, before: str, after: str) -> Iterator[Difference]:
    """Yield the variables that two states hold differently, sorted by the bytes of their names.

    Raises:
        NotFoundError: no such ledger or event.
    """
    old, new = (State(ledger.objects, resolve(ledger, rev)) for rev in (before, after))
    for variable in _unequal(old.blobs(), new.blobs()):
        yield Difference(variable=variable, before=old.holds(variable), after=new.holds(variable))


def _unequal(left: Iterator[tuple[Variable, Oid]], right: Iterator[tuple[Variable, Oid]]) -> Iterator[Variable]:
    """Join two sorted sequences; yield the names that only one has or that have different blobs."""
    one, two = next(left, None), next(right, None)
    while one is not None or two is not None:
        if one == two:
            one, two = next(left, None), next(right, None)
        elif two is None or (one is not None and one[0] < two[0]):
            yield one[0]  # type: ignore[index]  # at most one of them is None
            one = next(left, None)
        elif one is None or two[0] < one[0]:
            yield two[0]
            two = next(right, None)
        else:
            yield one[0]
            one, two = next(left, None), next(right, None)
