"""One publication under judgement: reading its parts, and noting what is wrong with them."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from gitledger.errors import CorruptObjectError, DamageError, FormatError, MissingObjectError
from gitledger.ids import Kind, Oid
from gitledger.ledger.publication import read
from gitledger.store.base import ObjectStore
from gitledger.store.tree import TreeEntry, parse_tree
from gitledger.verify.finding import Finding

_T = TypeVar("_T")


class UnjudgeableError(Exception):
    """The rest of a publication cannot be judged; a finding that was noted says why."""


class Case:
    """A publication under judgement.

    Attributes:
        findings: what was noted so far.
        seen: the objects that were read, and so are there and sound.
    """

    def __init__(self, objects: ObjectStore, publication: Oid) -> None:
        self._objects = objects
        self._publication = publication
        self._fetched: dict[Oid, bytes] = {}
        self.seen: set[Oid] = set()
        self.findings: list[Finding] = []

    def note(self, code: str, path: str, message: str) -> None:
        """Note something wrong at a path of the publication's tree."""
        where = f"{self._publication.hex()}:{path}" if path else self._publication.hex()
        self.findings.append(Finding(code=code, where=where, message=message))

    def stop(self, code: str, path: str, message: str) -> UnjudgeableError:
        """Note something after which the rest cannot be judged; return what to raise."""
        self.note(code, path, message)
        return UnjudgeableError()

    def fetch(self, oids: Iterable[Oid]) -> None:
        """Read blobs ahead, all at once; one that cannot be read is noted where it is used."""
        wanted = list(dict.fromkeys(oids))
        try:
            for oid, found in zip(wanted, self._objects.read_many(wanted), strict=True):
                self.seen.add(oid)
                if found.kind == "blob":
                    self._fetched[oid] = found.data
        except DamageError:
            # `bytes_of` reads them one by one and knows which it is.
            return

    def bytes_of(self, oid: Oid, kind: Kind, path: str) -> bytes:
        """Return the bytes of an object.

        Raises:
            UnjudgeableError: it is missing, corrupt or of another kind.
        """
        if kind == "blob" and oid in self._fetched:
            return self._fetched[oid]
        try:
            data = read(self._objects, oid, kind)
        except MissingObjectError as error:
            raise self.stop("object-missing", path, error.message) from error
        except CorruptObjectError as error:
            raise self.stop("object-corrupt", path, error.message) from error
        except FormatError as error:
            raise self.stop("tree-format" if path else "ref-target", path, error.message) from error
        self.seen.add(oid)
        return data

    def tree(self, oid: Oid, path: str) -> list[TreeEntry]:
        """Return the entries of a tree.

        Raises:
            UnjudgeableError: it cannot be read, or no ledger wrote it.
        """
        return self.parse("tree-format", path, lambda: parse_tree(self.bytes_of(oid, "tree", path), self._objects.format))

    def parse(self, code: str, path: str, parser: Callable[[], _T]) -> _T:
        """Return what a parser makes of the bytes.

        Raises:
            UnjudgeableError: it refused them; noted under ``code``.
        """
        try:
            return parser()
        except FormatError as error:
            raise self.stop(code, path, error.message) from error

    def check_present(self, oids: Sequence[Oid]) -> None:
        """Note every object that is missing or corrupt."""
        try:
            for _ in self._objects.read_many(oids):
                pass
        except DamageError:
            for oid in oids:
                self._check_one(oid)

    def _check_one(self, oid: Oid) -> None:
        try:
            self._objects.read(oid)
        except MissingObjectError as error:
            self.note("object-missing", "", error.message)
        except CorruptObjectError as error:
            self.note("object-corrupt", "", error.message)
