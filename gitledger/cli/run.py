"""From a command line to an exit code. The only place where exceptions end."""

import contextlib
import gc
from collections.abc import Sequence
from importlib import import_module

from gitledger.cli import failure
from gitledger.cli.door import Door
from gitledger.cli.open import Outside
from gitledger.cli.parse import Invocation, parse
from gitledger.durable import storage_error
from gitledger.errors import LedgerError, UsageError


def run(arguments: Sequence[str], outside: Outside) -> int:  # noqa: PLR0911 - one for each way to end
    """Run a command line; return its exit code (``docs/git-ledger.md``)."""
    try:
        invocation = _understand(arguments)
        return invocation if isinstance(invocation, int) else _do(invocation, outside)
    except KeyboardInterrupt:
        return failure.INTERRUPTED
    except BrokenPipeError:
        return failure.NOBODY_READS
    except LedgerError as error:
        if failure.is_interrupt(error):
            return failure.INTERRUPTED
        _tell(outside, failure.format_error(error, arguments))
        return error.exit_code
    except OSError as error:
        refusal = storage_error(f"the system refused {error.filename or 'an operation'}", error)
        _tell(outside, failure.format_error(refusal, arguments))
        return refusal.exit_code
    except ModuleNotFoundError as error:
        _tell(outside, failure.format_missing(error, arguments))
        return UsageError.exit_code
    except ImportError as error:
        refusal = failure.unloadable(error)
        _tell(outside, failure.format_error(refusal, arguments))
        return refusal.exit_code
    except Exception as error:  # noqa: BLE001 - a person gets one line, not a traceback
        _tell(outside, failure.format_bug(error))
        return failure.BUG


def _understand(arguments: Sequence[str]) -> Invocation | int:
    """Return what a command line says, or the exit code after help was printed."""
    try:
        "".join(arguments).encode()
    except UnicodeEncodeError:
        raise UsageError("an argument is not UTF-8; expected UTF-8") from None
    invocation = parse(arguments)
    if invocation is not None:
        return invocation
    # Imported here because typer takes longer than a whole append.
    from gitledger.cli.app import parse_with_typer

    return parse_with_typer(arguments)


def _do(invocation: Invocation, outside: Outside) -> int:
    if invocation.shared["json"]:
        import_module("gitledger.cli.values")
    with contextlib.closing(Door(outside, invocation.shared)) as door:
        if invocation.verb.repository:
            _ = door.search  # which begins it
        verb = import_module(f"gitledger.cli.{invocation.verb.name.replace('-', '_')}")
        # What was imported stays: looking through it for garbage again and again finds none.
        gc.freeze()
        gc.enable()
        code: int = verb.run(door, **invocation.values)
    return code


def _tell(outside: Outside, message: bytes) -> None:
    if outside.env.get("GIT_LEDGER_TRACE") == "1":
        from traceback import format_exc

        message = format_exc().encode(errors="backslashreplace") + message
    # A standard error that cannot be written leaves the exit code to speak.
    with contextlib.suppress(OSError):
        outside.stderr.write(message)
