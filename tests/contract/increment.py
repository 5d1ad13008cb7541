"""One of several writers who count together: each increment is a compare-and-swap that is tried until it wins."""

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import cast

from gitledger.errors import StaleRefError
from gitledger.ids import ObjectFormat
from gitledger.store.base import NewObject, RefStore, RefUpdate
from gitledger.store.open import StoreKind, find_repository, open_refs

NAME = "refs/ledger/main"
INCREMENTS = 200
WRITERS = 2


def numbers(object_format: ObjectFormat) -> list[NewObject]:
    """Return the blobs 0, 1, 2, ... up to where the writers get together."""
    data = [b"%d" % number for number in range(INCREMENTS * WRITERS + 1)]
    return [NewObject(object_format.oid("blob", one), "blob", one) for one in data]


def run(refs: RefStore, object_format: ObjectFormat) -> None:
    """Add one to the ref as often as each writer does."""
    oids = [one.oid for one in numbers(object_format)]
    number_of = {oid: number for number, oid in enumerate(oids)}
    for _ in range(INCREMENTS):
        while True:
            old = refs.read(NAME)
            assert old is not None
            try:
                refs.update([RefUpdate(NAME, old, oids[number_of[old] + 1])])
            except StaleRefError:
                continue
            break


if __name__ == "__main__":
    _, start, kind = sys.argv
    found = find_repository(Path(start), os.environ)
    with closing(open_refs(found, os.environ, cast("StoreKind", kind))) as opened:
        run(opened, found.object_format)
