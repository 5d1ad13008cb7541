"""The error tree of git-ledger: a class exists only if a caller acts differently on it.

::

    LedgerError
    ├── UsageError               2  the request itself makes no sense
    ├── NotFoundError            3  repository, ledger, event or variable is not there
    ├── ConflictError            4  nobody's fault; nothing was written
    │   ├── StaleRefError           the compare-and-swap lost; carries the value found
    │   ├── OverlapError            footprints of concurrent changes overlap
    │   └── ExpectationError        what the caller said must hold does not hold
    ├── FormatError              5  the other side's bytes break a format
    ├── PolicyError              5  well-formed, and refused by a policy
    ├── DamageError              6  the repository is damaged
    │   ├── MissingObjectError      an object that must be there is not
    │   └── CorruptObjectError      an object's bytes do not hash to its name
    └── StorageError             7  disk, permission, network

The number is the exit code of the command line. A broken promise of our own code is an ``AssertionError`` and
not in this tree.
"""

from collections.abc import Mapping
from typing import ClassVar


class LedgerError(Exception):
    """Any failure that git-ledger reports.

    Args:
        message: one line: what was found; what was expected.
        hint: what to do about it, one line, or None.
        details: facts for programs; every value fits in JSON.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: dict[str, object] = dict(details or {})


class UsageError(LedgerError):
    """The request itself makes no sense: unknown option, missing argument, contradiction."""

    exit_code = 2


class NotFoundError(LedgerError):
    """What was named is not there: repository, ledger, event, variable."""

    exit_code = 3


class ConflictError(LedgerError):
    """Somebody else was there first; nothing was written."""

    exit_code = 4


class StaleRefError(ConflictError):
    """A compare-and-swap lost: the ref did not hold the value that was expected.

    Args:
        name: the ref.
        expected: hexadecimal object id that the caller expected, or None for "absent".
        found: hexadecimal object id that was there, or None for "absent".
    """

    def __init__(self, name: str, *, expected: str | None, found: str | None) -> None:
        super().__init__(
            f"{name} is at {found or 'nothing'}; expected {expected or 'nothing'}",
            hint="somebody else moved it; read it again and retry",
            details={"ref": name, "expected": expected, "found": found},
        )
        self.name = name
        self.expected = expected
        self.found = found


class OverlapError(ConflictError):
    """Footprints overlap: both sides touched the same variable, or one is a path prefix of the other."""


class ExpectationError(ConflictError):
    """A value that the caller expected is not the one that the ledger holds."""


class FormatError(LedgerError):
    """Bytes or names from outside break a format. Parsers raise this and nothing else."""

    exit_code = 5


class PolicyError(LedgerError):
    """A well-formed request that a policy refuses."""

    exit_code = 5


class DamageError(LedgerError):
    """The repository does not hold what it must hold."""

    exit_code = 6


class MissingObjectError(DamageError):
    """An object that is named by another one, or by the caller, is not in the repository.

    Args:
        oid: hexadecimal object id.
        where: what named it, for the message; may be empty.
    """

    def __init__(self, oid: str, where: str = "") -> None:
        super().__init__(
            f"object {oid} is missing{f' ({where})' if where else ''}; expected it in the repository",
            hint="fetch it from a remote that has it, or restore the repository",
            details={"oid": oid},
        )
        self.oid = oid


class CorruptObjectError(DamageError):
    """An object's bytes do not hash to its name, or cannot be read at all.

    Args:
        oid: hexadecimal object id.
        reason: what is wrong with it.
    """

    def __init__(self, oid: str, reason: str) -> None:
        super().__init__(
            f"object {oid} is corrupt: {reason}; expected bytes that hash to its name",
            hint="restore it from another copy of the repository",
            details={"oid": oid},
        )
        self.oid = oid


class StorageError(LedgerError):
    """The machine underneath failed: disk full, permission, network."""

    exit_code = 7
