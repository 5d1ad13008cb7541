"""Settings of git that let a plain ``git fetch`` bring ledgers along, and keep them out of the way of ``git log``.

Fetched ledgers get a place of their own, ``refs/ledger-remotes/``: fetched over those that are here, they would take
away events that were not yet pushed. ``remote.<name>.push`` is never set: git would no longer push branches.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from gitledger.errors import StorageError
from gitledger.store.layout import REFS
from gitledger.store.program import Program
from gitledger.store.repository import Repository

_PATTERN: Final = r"^(remote\..*\.(url|fetch)|log\.excludedecoration)$"


class Setting(NamedTuple):
    """One setting of git."""

    name: str
    value: str


def track_remotes(repository: Repository, env: Mapping[str, str]) -> list[Setting]:
    """Write what is missing for the remotes that the repository has now; return what was written.

    Raises:
        StorageError: git cannot write its settings.
    """
    git = Program.at(repository.git_dir, env)
    listed = git.run("config", "-z", "--get-regexp", _PATTERN).output.decode(errors="surrogateescape").split("\0")[:-1]
    present = [Setting(*setting.partition("\n")[::2]) for setting in listed]
    # Git says a setting's name in lower case, but for the name of the remote, which stands in the value as well.
    known = {(name.lower(), value) for name, value in present}
    missing = [setting for setting in _wanted(present) if (setting.name.lower(), setting.value) not in known]
    for setting in missing:
        done = git.run("config", "--add", setting.name, setting.value)
        if done.status != 0:
            raise StorageError(f"git cannot set {setting.name}: {done.reason}; expected to write its settings")
    return missing


def _wanted(present: Iterable[Setting]) -> list[Setting]:
    names = [name.removeprefix("remote.").rpartition(".")[0] for name, _ in present if name.startswith("remote.")]
    return [
        Setting("log.excludeDecoration", f"{REFS}*"),
        *(Setting(f"remote.{name}.fetch", f"+{REFS}*:refs/ledger-remotes/{name}/*") for name in dict.fromkeys(names)),
    ]
