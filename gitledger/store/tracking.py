"""Settings of git that let a plain ``git fetch`` bring ledgers along, and keep them out of the way of ``git log``.

Fetched ledgers get a place of their own, ``refs/ledger-remotes/``: fetched over those that are here, they would take
away events that were not yet pushed. ``remote.<name>.push`` is never set: git would no longer push branches.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from gitledger.store.layout import REFS, tracking_refs
from gitledger.store.program import Program
from gitledger.store.repository import Repository
from gitledger.store.settings import add_setting

_PATTERN: Final = r"^(remote\..*\.(url|fetch|push)|log\.excludedecoration)$"


class Setting(NamedTuple):
    """One setting of git."""

    name: str
    value: str


def refspec(remote: str) -> str:
    """Return what brings the ledgers of a remote to their place."""
    return f"+{REFS}*:{tracking_refs(remote)}*"


def remotes(repository: Repository, env: Mapping[str, str]) -> list[str]:
    """Return the names of the remotes that the repository has, in the order of its settings."""
    return _names(remote_settings(repository, env))


def track_remotes(repository: Repository, env: Mapping[str, str], only: str | None = None) -> list[Setting]:
    """Write what is missing for the remotes that the repository has now; return what was written.

    Args:
        repository: whose settings.
        env: the environment.
        only: the one remote to do it for; all if None.

    Raises:
        StorageError: git cannot write its settings.
    """
    missing = missing_settings(repository, env, only)
    for setting in missing:
        add_setting(repository, Program.at(repository.git_dir, env), setting.name, setting.value)
    return missing


def missing_settings(repository: Repository, env: Mapping[str, str], only: str | None = None) -> list[Setting]:
    """Return what `track_remotes` would write."""
    present = remote_settings(repository, env)
    # Git says a setting's name in lower case, but for the name of the remote, which stands in the value as well.
    known = {(name.lower(), value) for name, value in present}
    wanted = _wanted([only] if only else _names(present))
    return [setting for setting in wanted if (setting.name.lower(), setting.value) not in known]


def remote_settings(repository: Repository, env: Mapping[str, str]) -> list[Setting]:
    """Return what is set about remotes: where they are, what is fetched and pushed, and what `git log` leaves out."""
    git = Program.at(repository.git_dir, env)
    listed = git.run("config", "-z", "--get-regexp", _PATTERN).output.decode(errors="surrogateescape").split("\0")[:-1]
    return [Setting(*setting.partition("\n")[::2]) for setting in listed]


def _names(present: Iterable[Setting]) -> list[str]:
    names = [name.removeprefix("remote.").rpartition(".")[0] for name, _ in present if name.startswith("remote.")]
    return list(dict.fromkeys(names))


def _wanted(names: Iterable[str]) -> list[Setting]:
    return [
        Setting("log.excludeDecoration", f"{REFS}*"),
        *(Setting(f"remote.{name}.fetch", refspec(name)) for name in names),
    ]
