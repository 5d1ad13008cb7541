"""``git ledger hook``: the gate of a server, and how hooks are put in place."""

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

from gitledger.cli.door import Door
from gitledger.cli.open import DEFAULT_LEDGER, ledger_of
from gitledger.errors import LedgerError, PolicyError, UsageError
from gitledger.hook.gate import judge_push
from gitledger.hook.install import Hook
from gitledger.hook.limits import Limits, read_limits
from gitledger.hook.moves import INPUT_BYTES, Move, is_ours, parse_move, parse_moves
from gitledger.hook.pusher import read_pusher
from gitledger.hook.quarantine import Quarantine
from gitledger.hook.refusal import RefusedError
from gitledger.hook.surroundings import check_surroundings, clean
from gitledger.ids import ObjectFormat, shown
from gitledger.store.git import GitObjects
from gitledger.store.open import find_repository


def run(
    door: Door,
    *,
    action: str,
    ref: str | None,
    old: str | None,
    new: str | None,
    server: bool,
    update: bool,
    uninstall: bool,
) -> int:
    """Judge a push as the hook ``action``, or install hooks; 5 if the push is refused."""
    if action == "install":
        event = "update" if update else "pre-receive" if server else "pre-push"
        _install(door, event, uninstall=uninstall)
        return 0
    if action == "update" and not (ref and old and new):
        raise UsageError("hook update lacks words; expected REF OLD NEW, as git gives them to the hook")
    if action not in ("pre-receive", "update"):
        raise UsageError(f"hook {shown(action)}; expected hook pre-receive, update or install")
    try:
        _guard(door, tuple(word.encode() for word in (ref, old, new) if word))
    except LedgerError as error:
        door.outside.stderr.write(_as_refusal(error).line.encode() + b"\n")
        return RefusedError.exit_code
    return 0


def _as_refusal(error: LedgerError) -> RefusedError:
    if isinstance(error, RefusedError):
        return error
    # An object that an earlier push brought, through a branch, is weighed when it is read.
    return RefusedError("push-size" if isinstance(error, PolicyError) else "gate-failed", "", error.message)


def _install(door: Door, event: str, *, uninstall: bool) -> None:
    """Put a hook in place, or take it away; print each thing that is changed."""
    # Imported here because it loads every kind of compression, which would be a tenth of the gate's start.
    from shutil import which

    env = door.outside.env
    program = which("git-ledger", path=env.get("PATH"))
    if program is None:
        raise UsageError("git-ledger is not on PATH; expected it there, for the hook to call it by its full name")
    hook = Hook(event, door.repository, door.path("."), env)
    for line in hook.uninstall() if uninstall else hook.install(str(Path(program).absolute())):
        if door.json:
            door.output.json({"change": line})
        else:
            door.output.line(line)


def _guard(door: Door, words: tuple[bytes, ...]) -> None:
    """Judge what git gives to an update hook as words, or to pre-receive on standard input."""
    env = clean(door.outside.env)
    repository = find_repository(door.path("."), env)
    limits = read_limits(repository.config)
    with _bounded(limits):
        if words:
            moves = _moves_of_update(words, repository.object_format)
        else:
            moves = parse_moves(door.outside.stdin.read(INPUT_BYTES + 1), repository.object_format)
        if not moves:
            return
        check_surroundings(repository)
        # Before an update hook runs, git has let the objects in: they can't be told from others any more.
        quarantine = None if words else Quarantine(repository, env)
        if quarantine:
            quarantine.weigh(limits)
        objects = GitObjects(repository, env, largest=limits.object_bytes)
        ledger = ledger_of(repository, DEFAULT_LEDGER, env, objects=objects)
        with closing(objects), closing(ledger.refs):
            judge_push(ledger, moves, quarantine, pusher=read_pusher(repository.config, door.outside.env))


def _moves_of_update(words: tuple[bytes, ...], object_format: ObjectFormat) -> list[Move]:
    ref, old, new = words
    return [parse_move(ref, old, new, object_format)] if is_ours(ref) else []


@contextmanager
def _bounded(limits: Limits) -> Iterator[None]:
    """Refuse what takes too long, or too much memory."""

    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise RefusedError("gate-time", "", f"the push could not be judged in {limits.seconds:,} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    # Again each second: what is raised while something is cleaned up may get lost.
    signal.setitimer(signal.ITIMER_REAL, limits.seconds, 1)
    try:
        yield
    except MemoryError:
        raise RefusedError("gate-memory", "", "the push could not be judged in the memory that there is") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
