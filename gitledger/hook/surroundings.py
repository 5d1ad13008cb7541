"""Rule 2 of the gate: little but PATH and the quarantine reaches the git that it asks, and nothing hides objects.

Settings of the system and of the user do not count, nor what the pusher's side of the connection put into the
environment. Objects are read by id, as bytes; no commit-graph, replacement, graft or shallow boundary is asked.
"""

import os
from collections.abc import Mapping
from typing import Final

from gitledger.hook.refusal import RefusedError
from gitledger.store.repository import Repository

QUARANTINE: Final = "GIT_QUARANTINE_PATH"
_QUARANTINE: Final = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", QUARANTINE)
# The last two say where OpenPGP keys are.
_KEPT: Final = ("PATH", "GIT_DIR", *_QUARANTINE, "HOME", "GNUPGHOME")
_FIXED: Final = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.commitGraph",
    "GIT_CONFIG_VALUE_0": "false",
}


def clean(env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which the gate asks git."""
    return {name: env[name] for name in _KEPT if name in env} | _FIXED


def landed(env: Mapping[str, str]) -> dict[str, str]:
    """Return a clean environment in which git sees what is in the repository, and not the quarantine."""
    return {name: value for name, value in env.items() if name not in _QUARANTINE}


def quarantined(env: Mapping[str, str]) -> dict[str, str]:
    """Return a clean environment in which git sees the quarantine alone."""
    return {name: value for name, value in env.items() if name != "GIT_ALTERNATE_OBJECT_DIRECTORIES"}


def check_surroundings(repository: Repository) -> None:
    """Check that the repository has its whole history.

    Raises:
        RefusedError: it is shallow, or has grafts: others would see another history than the one that was judged.
    """
    grafts = repository.common_dir / "info" / "grafts"
    if repository.shallow:
        raise RefusedError("surroundings", "", "the server's repository is shallow; expected its whole history")
    if grafts.exists():
        raise RefusedError("surroundings", "", "the server's repository has grafts; expected none")
