"""Writes one object, then makes, moves and deletes one ref that points at it, through one store."""

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import cast

from gitledger.store.base import NewObject, RefUpdate
from gitledger.store.open import StoreKind, find_repository, open_objects, open_refs

NAME = "refs/ledger/main"

if __name__ == "__main__":
    _, start, kind_name = sys.argv
    kind = cast("StoreKind", kind_name)
    found = find_repository(Path(start), os.environ)
    first, second = (NewObject(found.object_format.oid("blob", data), "blob", data) for data in (b"one", b"two"))
    with closing(open_objects(found, os.environ, kind)) as objects, closing(open_refs(found, os.environ, kind)) as refs:
        objects.write([first, second])
        refs.update([RefUpdate(NAME, None, first.oid)])
        refs.update([RefUpdate(NAME, first.oid, second.oid)])
        refs.update([RefUpdate(NAME, second.oid, None)])
