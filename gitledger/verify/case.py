"""One publication under judgement: reading its parts, and noting what is wrong with them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from gitledger.errors import DamageError, FormatError, MissingObjectError
from gitledger.ids import Kind, Oid
from gitledger.ledger.publication import read
from gitledger.store.base import ObjectStore
from gitledger.store.tree import TreeEntry, parse_tree
from gitledger.verify.ahead import NOTHING, Ahead
from gitledger.verify.finding import Finding, Severity, one_line

FINDINGS: Final = 100
"""How many findings of one publication are listed. One tree can hold a million names that no ledger wrote."""

_T = TypeVar("_T")


class UnjudgeableError(Exception):
    """The rest of a publication cannot be judged; a finding that was noted says why."""


class Case:
    """A publication under judgement.

    Attributes:
        publication: its commit.
        seen: the objects that were used, and so are there and sound.
        fetched: the blobs that were read ahead, and so are, too.
        events: how many of its events were judged.
    """

    def __init__(self, objects: ObjectStore, publication: Oid, ahead: Ahead = NOTHING) -> None:
        self.objects = objects
        self.publication = publication
        self.seen: set[Oid] = set()
        self.fetched: dict[Oid, bytes] = {}
        self.events = 0
        self._ahead = dict(ahead)
        self._findings: list[Finding] = []
        self._unlisted = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was noted; past `FINDINGS`, how many more there are."""
        if not self._unlisted:
            return tuple(self._findings)
        more = f"there are {self._unlisted:,} more findings here; expected none"
        return (*self._findings, Finding(code="more", where=self.publication.hex(), message=more))

    def note(self, code: str, path: str, message: str, *, severity: Severity = "error") -> None:
        """Note something wrong at a path of the publication's tree; both texts may hold anything."""
        if len(self._findings) == FINDINGS:
            self._unlisted += 1
            return
        where = f"{self.publication.hex()}:{one_line(path)}" if path else self.publication.hex()
        self._findings.append(Finding(code=code, severity=severity, where=where, message=one_line(message)))

    def stop(self, code: str, path: str, message: str) -> UnjudgeableError:
        """Note something after which the rest cannot be judged; return what to raise."""
        self.note(code, path, message)
        return UnjudgeableError()

    def fetch(self, oids: Iterable[Oid]) -> None:
        """Read objects ahead, all at once; one that cannot be read is noted where it is used."""
        wanted = [oid for oid in dict.fromkeys(oids) if oid not in self.fetched]
        try:
            for oid, found in zip(wanted, self.objects.read_many(wanted), strict=True):
                if found.kind == "blob":
                    self.fetched[oid] = found.data
                else:
                    self._ahead[found.kind, oid] = found.data
        except DamageError:
            # `bytes_of` reads them one by one and knows which it is.
            return

    def bytes_of(self, oid: Oid, kind: Kind, path: str, *, otherwise: str = "tree-format") -> bytes:
        """Return the bytes of an object.

        Args:
            oid: the object.
            kind: what it must be.
            path: where it was named.
            otherwise: the code for an object of another kind.

        Raises:
            UnjudgeableError: it is missing, corrupt or of another kind.
        """
        data = self.fetched.get(oid) if kind == "blob" else self._ahead.get((kind, oid))
        if data is None:
            try:
                data = read(self.objects, oid, kind)
            except DamageError as error:
                raise self.stop(damage_code(error), path, error.message) from error
            except FormatError as error:
                raise self.stop(otherwise, path, error.message) from error
        self.seen.add(oid)
        return data

    def tree(self, oid: Oid, path: str) -> list[TreeEntry]:
        """Return the entries of a tree.

        Raises:
            UnjudgeableError: it cannot be read, or no ledger wrote it.
        """
        data = self.bytes_of(oid, "tree", path)
        return self.parse("tree-format", path, lambda: parse_tree(data, self.objects.format))

    def parse(self, code: str, path: str, parser: Callable[[], _T]) -> _T:
        """Return what a parser makes of the bytes.

        Raises:
            UnjudgeableError: it refused them; noted under ``code``.
        """
        try:
            return parser()
        except FormatError as error:
            raise self.stop(code, path, error.message) from error

    def damaged(self, oids: Sequence[Oid]) -> list[tuple[Oid, DamageError]]:
        """Return those of these objects that are missing or corrupt, with what the store says of them."""
        try:
            for _ in self.objects.read_many(oids):
                pass
        except DamageError:
            # Now one by one, to learn which.
            return [(oid, error) for oid in oids if (error := self._damage(oid))]
        return []

    def _damage(self, oid: Oid) -> DamageError | None:
        try:
            self.objects.read(oid)
        except DamageError as error:
            return error
        return None


def damage_code(error: DamageError) -> str:
    """Return the code under which the damage of one object is noted."""
    return "object-missing" if isinstance(error, MissingObjectError) else "object-corrupt"
