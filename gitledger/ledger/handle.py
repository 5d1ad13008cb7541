"""An open ledger: which one, where its bytes are, and what enters from outside. A frozen bundle without behaviour."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, NamedTuple

from gitledger.frozen import frozen
from gitledger.ids import LedgerName, Oid
from gitledger.store.base import CheckSignatures, ObjectStore, RefStore, Signed
from gitledger.store.commit import Person

if TYPE_CHECKING:
    from gitledger.store.catalog import Catalog


class People(NamedTuple):
    """Who asks for a publication, and who publishes it."""

    author: Person
    committer: Person


@frozen
class Ledger:
    """One ledger of one repository.

    Attributes:
        name: the last component of its ref.
        objects: where objects are.
        refs: where refs are.
        people: returns who asks and who publishes at this second; called only by verbs that write.
        clock: returns the seconds since 1970.
        entropy: returns this many random bytes.
        cut: returns the commits behind which history is cut off at this moment, in a shallow repository.
        catalog: opens the catalog of the ledger with a name, as `gitledger.store.catalog.open_catalog` does; None where
            there is no place for one.
        reopen: opens the same objects in another process, where it goes by pickle; None where only this process has
            them.
        sign: signs the bytes of a publication's commit; None if publications are not to be signed.
        check_signatures: returns what is to be said of the signatures of commits; goes by pickle like ``reopen``.
    """

    name: LedgerName
    objects: ObjectStore
    refs: RefStore
    people: Callable[[int], People]
    clock: Callable[[], int]
    entropy: Callable[[int], bytes]
    cut: Callable[[], frozenset[Oid]] = frozenset[Oid]
    catalog: "Callable[[LedgerName], AbstractContextManager[Catalog]] | None" = None
    reopen: Callable[[], ObjectStore] | None = None
    sign: Callable[[bytes], Signed] | None = None
    check_signatures: CheckSignatures | None = None
