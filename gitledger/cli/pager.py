"""The pager of a long answer on a terminal, chosen as git chooses it (git-var(1), ``GIT_PAGER``)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import subprocess

_DEFAULTS: Final = {"LESS": "FRX", "LV": "-c"}
"""What git gives to less and lv unless the user has said otherwise: quit if it fits, pass colours, leave it there."""


def choose_pager(env: Mapping[str, str], config: Mapping[str, str]) -> str | None:
    """Return the command of the pager, or None if none is wanted."""
    choices = (env.get("GIT_PAGER"), config.get("core.pager"), env.get("PAGER"), "less")
    chosen = next(choice for choice in choices if choice is not None)
    return None if chosen in {"", "cat"} else chosen


def start_pager(command: str, env: Mapping[str, str]) -> "subprocess.Popen[bytes] | None":
    """Start a pager that shows what is written to its standard input; None if there is no such program."""
    # Imported here because a pager is for people, who do not count in milliseconds.
    import subprocess

    # A word of letters and digits is run as it is, all else by a shell, as git does.
    arguments = [command] if command.isalnum() else ["sh", "-c", command]
    try:
        return subprocess.Popen(arguments, stdin=subprocess.PIPE, env=_DEFAULTS | dict(env), bufsize=0)  # noqa: S603 - the user's own setting
    except FileNotFoundError:
        return None


def wait_for_pager(pager: "subprocess.Popen[bytes]") -> None:
    """Wait until a pager has ended. Ctrl-C is for the pager meanwhile: less stops searching and stays."""
    import signal

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        pager.wait()
    finally:
        signal.signal(signal.SIGINT, before)
