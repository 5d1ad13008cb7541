"""How a failure is told on standard error, and the exit codes that are no `LedgerError`'s."""

from collections.abc import Sequence
from typing import Final

from gitledger.cli.output import visible
from gitledger.errors import LedgerError, StorageError, UsageError

INTERRUPTED: Final = 130
"""What a shell reports of a program that SIGINT ended."""
NOBODY_READS: Final = 141
"""What a shell reports of a program that SIGPIPE ended: what becomes of git when its reader goes away."""
BUG: Final = 70
"""Our own mistake: ``EX_SOFTWARE`` of sysexits.h, apart from the codes that tell a caller something."""


def format_error(error: LedgerError, arguments: Sequence[str]) -> bytes:
    """Return what standard error gets: a line, a hint unless ``-q`` is given, and with ``--json`` an object.

    The command line is looked at as it is, since it may be what could not be understood.
    """
    lines = [f"git-ledger: {error.message}"]
    if error.hint and not {"-q", "--quiet"} & set(arguments):
        lines.append(f"hint: {error.hint}")
    if "--json" in arguments:
        # `run` has imported it by now: where no file can be opened any more, it could not be.
        from gitledger.cli.values import format_json

        kind = type(error).__name__
        lines.append(format_json({"error": kind, "message": error.message, "details": error.details}))
    return _format_lines(lines)


def format_bug(error: Exception) -> bytes:
    """Return what standard error gets when our own code is wrong."""
    message = f"git-ledger: this is a bug: {type(error).__name__}: {error}; expected no such thing"
    return _format_lines([message, "hint: GIT_LEDGER_TRACE=1 shows where; please report it"])


def format_missing(error: ModuleNotFoundError, arguments: Sequence[str]) -> bytes:
    """Return what standard error gets when a package that we depend on is not installed: run from a bare checkout."""
    refusal = UsageError(
        f"the Python package {error.name} is not installed; expected all that pyproject.toml names",
        hint="in a checkout: python3 -m venv .venv && .venv/bin/pip install . && PATH=$PWD/.venv/bin:$PATH",
    )
    return format_error(refusal, arguments)


def unloadable(error: ImportError) -> StorageError:
    """Return the refusal for a module that is installed and cannot be loaded: a failing disk, no descriptor left."""
    return StorageError(f"a module cannot be loaded: {error}; expected a whole installation on a disk that can be read")


def is_interrupt(error: BaseException | None) -> bool:
    """Return whether an error came of Ctrl-C, which also ends the git that we are waiting for."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _format_lines(lines: Sequence[str]) -> bytes:
    return "".join(visible(line) + "\n" for line in lines).encode()
