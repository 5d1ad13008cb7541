"""Contests of several writers for one ref: each counts what it won, and together they must not have won too much."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, cast

from gitledger.errors import StaleRefError
from gitledger.ids import ObjectFormat, Oid
from gitledger.store.base import NewObject, RefStore, RefUpdate
from gitledger.store.open import StoreKind, find_repository, open_refs

WRITERS: Final = 2
COUNTER: Final = "refs/ledger/counter"
FLAG: Final = "refs/ledger/flag"
_INCREMENTS: Final = 200
_ROUNDS: Final = 100


def numbers(object_format: ObjectFormat) -> list[NewObject]:
    """Return the blobs 0, 1, 2, ... up to where the writers get together."""
    data = [b"%d" % number for number in range(_INCREMENTS * WRITERS + 1)]
    return [NewObject(object_format.oid("blob", one), "blob", one) for one in data]


def increment(refs: RefStore, oids: Sequence[Oid]) -> int:
    """Move the counter to the next number, 200 times, each as often as it takes; return how many moves won."""
    number_of = {oid: number for number, oid in enumerate(oids)}
    won = 0
    while won < _INCREMENTS:
        old = refs.read(COUNTER)
        assert old is not None
        won += _wins(refs, RefUpdate(COUNTER, old, oids[number_of[old] + 1]))
    return won


def make_and_delete(refs: RefStore, oids: Sequence[Oid]) -> int:
    """Make the flag if it is absent, delete it if it is there, 100 times; return how many more were made."""
    balance = 0
    for number in range(_ROUNDS):
        balance += _wins(refs, RefUpdate(FLAG, None, oids[number]))
        found = refs.read(FLAG)
        if found is not None:
            balance -= _wins(refs, RefUpdate(FLAG, found, None))
    return balance


CONTESTS: Final[Mapping[str, Callable[[RefStore, Sequence[Oid]], int]]] = {
    "increment": increment,
    "make and delete": make_and_delete,
}


def expected(contest: str, oids: Sequence[Oid], scores: Sequence[int]) -> tuple[Oid | None, bool]:
    """Return where the counter stands and whether there is a flag if every win was one."""
    if contest == "increment":
        return oids[sum(scores)], False
    return oids[0], {0: False, 1: True}[sum(scores)]


def outcome(refs: RefStore) -> tuple[Oid | None, bool]:
    """Return where the counter stands and whether there is a flag."""
    return refs.read(COUNTER), refs.read(FLAG) is not None


def _wins(refs: RefStore, update: RefUpdate) -> bool:
    try:
        refs.update([update])
    except StaleRefError:
        return False
    return True


if __name__ == "__main__":
    _, start, kind, name = sys.argv
    found = find_repository(Path(start), os.environ)
    with closing(open_refs(found, os.environ, cast("StoreKind", kind))) as opened:
        opened.read(COUNTER)
        # Nobody starts before all are there.
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        sys.stdout.write(f"{CONTESTS[name](opened, [one.oid for one in numbers(found.object_format)])}\n")
