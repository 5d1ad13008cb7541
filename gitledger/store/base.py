"""The ports to a repository: objects, refs, signatures. Shaped by what the ledger needs, not by what Git offers.

Laws that every implementation keeps (``tests/contract/`` runs one suite on all of them):

- an object that ``write`` returned for is durable: it survives the death of the process and, where the store is
  on disk, power loss;
- ``read`` returns bytes that hash to the name asked for, or raises;
- ``update`` moves all the refs or none, each only from the value that the caller names, durable when it returns.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, NamedTuple, Protocol

from gitledger.frozen import frozen
from gitledger.ids import Kind, ObjectFormat, Oid


class GitObject(NamedTuple):
    """One object of a repository: its kind and its bytes, without Git's header."""

    kind: Kind
    data: bytes


class NewObject(NamedTuple):
    """An object to write. The caller has computed ``oid`` from ``kind`` and ``data``.

    Attributes:
        base: an object whose bytes are nearly the same, for instance the version before. A store may use it to write
            less if it stands earlier in the same call.
    """

    oid: Oid
    kind: Kind
    data: bytes
    base: Oid | None = None


@frozen(kw_only=False)
class RefUpdate:
    """Move ref ``name`` from ``old`` to ``new``; None means that the ref is absent."""

    name: str
    old: Oid | None
    new: Oid | None


class ObjectStore(Protocol):
    """Objects by name: content-addressed, immutable."""

    @property
    def format(self) -> ObjectFormat:
        """The hash function that names objects here."""

    def read(self, oid: Oid) -> GitObject:
        """Return one object.

        Raises:
            MissingObjectError: it is not here.
            CorruptObjectError: its bytes do not hash to its name, or cannot be inflated.
        """

    def read_many(self, oids: Iterable[Oid]) -> Iterator[GitObject]:
        """Yield the objects in the order asked for, pipelined; raises as `read` does."""

    def missing(self, oids: Iterable[Oid]) -> list[Oid]:
        """Return those of ``oids`` that are not here, in the order asked for; reads no content."""

    def write(self, objects: Iterable[NewObject]) -> None:
        """Store objects, all durable when it returns. Writing what is already here is no error.

        Args:
            objects: what to store; may be made while it is asked for, and read this store meanwhile.

        Raises:
            StorageError: the disk is full or refuses; nothing half-written is visible. What ``objects`` raises is
                raised as well, and nothing is stored.
        """

    def hold(self) -> AbstractContextManager[Callable[[], None]]:
        """Keep what is written in the block from Git's garbage collection until the block ends.

        Yields:
            What raises `MissingObjectError` if it is gone all the same; cheap enough to ask before each swap.
        """

    def find(self, prefix: str) -> list[Oid]:
        """Return every object whose hexadecimal id starts with ``prefix`` (at least 4 digits), sorted."""

    def close(self) -> None:
        """Release processes and files. The store can't be used afterwards."""


class RefStore(Protocol):
    """Names that move, one compare-and-swap at a time."""

    def read(self, name: str) -> Oid | None:
        """Return what a ref points at, unpeeled, or None if it does not exist.

        Raises:
            DamageError: it is there and holds no object id: never taken for absence.
        """

    def list(self, prefix: str) -> Mapping[str, Oid]:
        """Return all refs whose name starts with ``prefix`` (which ends with a slash), sorted by name."""

    def update(self, updates: Sequence[RefUpdate]) -> None:
        """Move refs by compare-and-swap, all or none, durable when it returns.

        Raises:
            StaleRefError: a ref did not hold ``old``; nothing moved.
            ConflictError: a ref would be a directory of another; nothing moved.
            StorageError: the refs cannot be written, or a lock stays held; or there are several updates and the
                implementation moves one at a time.
        """

    def turn(self, lost: int = 0) -> AbstractContextManager[None]:
        """Wait until it is this writer's turn among those nearby; it ends with the block.

        A courtesy that saves lost swaps: who gets no turn in time goes on without, and `update` decides alone.

        Args:
            lost: how many swaps this writer has lost in a row; the more, the longer it may wait before it tries again.
        """

    def close(self) -> None:
        """Release processes and files. The store can't be used afterwards."""


Result = Literal["good", "bad", "unknown"]


@frozen
class Checked:
    """What git says of the signature of one commit.

    Attributes:
        result: whether a key made it over these bytes; unknown if it takes a key, or a program, that is not here.
        keys: the names of the key: ``SHA256:...`` of OpenSSH, or the fingerprints of an OpenPGP key and of the one
            that it belongs to, in upper case. Empty unless the result is good.
    """

    result: Result
    keys: frozenset[str] = frozenset()


@frozen
class Signed:
    """A signature, and the names of the key that made it, as in `Checked`."""

    signature: bytes
    keys: frozenset[str]


CheckSignatures = Callable[[Sequence[Oid]], Mapping[Oid, Checked]]
"""Returns what git says of each of these signed commits."""
