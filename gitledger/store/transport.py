"""One remote, through the git program as the user runs it: its addresses, credentials, proxies, ssh and prompts.

Git's exit code and the lines that it writes for programs decide; what it says to people is passed on.
"""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

from gitledger.errors import FormatError, StorageError, UsageError
from gitledger.frozen import frozen
from gitledger.ids import LedgerName, Oid, parse_oid, shown
from gitledger.store.layout import REFS, ledger_ref, parse_ledger_ref
from gitledger.store.program import Finished, Program
from gitledger.store.repository import Repository, is_durable
from gitledger.store.tracking import refspec

PushOutcome = Literal["pushed", "up-to-date", "rejected"]

# git-push(1), "--porcelain".
_FLAGS: Final[Mapping[str, PushOutcome]] = {" ": "pushed", "*": "pushed", "=": "up-to-date", "!": "rejected"}
# Below a hundred objects git writes loose files, and by default does not sync those.
_DURABLE: Final = {"core.fsync": "committed,loose-object,reference", "core.fsyncMethod": "fsync"}
_FETCH: Final = ("--no-tags", "--no-write-fetch-head", "--recurse-submodules=no")
# A hook before pushes is for branches, and one that sends ledgers along would call us again.
_PUSH: Final = ("--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no")
_REFUSED: Final = 1


@frozen(kw_only=False)
class PushAnswer:
    """What became of one ref of a push.

    Attributes:
        outcome: whether it moved; "rejected" by the remote, or because the remote has what was not fetched yet.
        reason: git's own words, and behind them what a hook of the remote said last.
    """

    outcome: PushOutcome
    reason: str


class Remote:
    """One remote of a repository.

    Args:
        name: as git's settings name it.
        repository: the repository.
        start: where git is run: addresses may be relative to it.
        env: the environment of the user.
        is_watched: whether somebody watches standard error, where git shows progress and asks.
    """

    def __init__(
        self, name: str, repository: Repository, start: Path, env: Mapping[str, str], *, is_watched: bool
    ) -> None:
        if name.startswith("-"):
            raise UsageError(f"the remote {shown(name)} begins with a dash; expected another name")
        self.name = name
        self._repository = repository
        self._git = Program(("git", "-C", str(start)), dict(env))
        self._is_watched = is_watched

    def list(self) -> dict[LedgerName, Oid]:
        """Return the ledgers that the remote has now, and where their refs point.

        Raises:
            StorageError: it cannot be reached.
        """
        listed = self._run("ls-remote", self.name, f"{REFS}*")
        if listed.status != 0:
            raise _failed("ask", self.name, listed)
        found = {}
        for line in listed.output.decode(errors="surrogateescape").splitlines():
            oid, _, ref = line.partition("\t")
            with suppress(FormatError):
                found[parse_ledger_ref(ref)] = parse_oid(oid)
        return found

    def fetch(self, *, depth: int | None = None) -> None:
        """Bring the tracking refs of the remote up to date, durable when it returns; no ledger moves.

        Args:
            depth: cut history off behind this many publications.

        Raises:
            StorageError: the remote cannot be reached, or does not answer as it must.
        """
        git = self._git.with_settings(_DURABLE) if is_durable(self._repository.config) else self._git
        # Ledgers come whole also where the code does not, for they are judged.
        options = (*_FETCH, "--no-filter", *([] if depth is None else [f"--depth={depth}"]))
        done = self._run("fetch", *options, self._progress(), self.name, refspec(self.name), git=git)
        if done.status != 0:
            raise _failed("fetch from", self.name, done)

    def fetch_whole(self) -> None:
        """Bring back what was cut off from the history of the remote's ledgers, and move the cut; as `fetch` else.

        Raises:
            StorageError: the remote cannot be reached, or has no more of it than is here.
        """
        git = self._git.with_settings(_DURABLE) if is_durable(self._repository.config) else self._git
        options = (*_FETCH, "--no-filter", "--unshallow", self._progress())
        done = self._run("fetch", *options, self.name, refspec(self.name), git=git)
        if done.status != 0:
            raise _failed("fetch from", self.name, done)

    def push(self, names: Collection[LedgerName], *, dry_run: bool = False) -> dict[LedgerName, PushAnswer]:
        """Move the remote's refs of ledgers to where ours are, each by compare-and-swap and forward only.

        Raises:
            StorageError: the remote cannot be reached, or does not answer as it must.
        """
        if not names:
            return {}  # Git would push the branch.
        options = (*_PUSH, self._progress(), *(["--dry-run"] if dry_run else []))
        done = self._run("push", *options, self.name, *(f"{ledger_ref(name)}:{ledger_ref(name)}" for name in names))
        answers = _parse_answers(done.output.decode(errors="replace"), _told(done.errors.decode(errors="replace")))
        if done.status not in (0, _REFUSED) or set(names) != answers.keys():
            raise _failed("push to", self.name, done)
        return answers

    def _progress(self) -> str:
        return "--progress" if self._is_watched else "--no-progress"

    def _run(self, *arguments: str, git: Program | None = None) -> Finished:
        git = git or self._git
        return git.run(*arguments, errors="shown") if self._is_watched else git.run(*arguments)


def clone(url: str, directory: str, start: Path, env: Mapping[str, str], *options: str, is_watched: bool) -> None:
    """Clone a repository, without its ledgers.

    Args:
        url: where it is, as git takes it.
        directory: where to, from ``start``.
        start: where git is run.
        env: the environment of the user.
        options: more for git clone.
        is_watched: whether somebody watches standard error.

    Raises:
        StorageError: it cannot be reached, or the place is taken.
    """
    git = Program(("git", "-C", str(start)), dict(env))
    arguments = ("clone", "--progress" if is_watched else "--quiet", *options, "--", url, directory)
    done = git.run(*arguments, errors="shown") if is_watched else git.run(*arguments)
    if done.status != 0:
        raise _failed("clone", url, done)


def directory_for(url: str) -> str:
    """Return the last part of an address, without ``.git``: what git clone would name the directory.

    Raises:
        UsageError: there is no such part.
    """
    name = re.split("[/:]", url.rstrip("/").removesuffix("/.git"))[-1].removesuffix(".git").removesuffix(".bundle")
    if not name or name in (".", ".."):
        raise UsageError(f"{shown(url)} does not say what to name the directory; expected DIRECTORY beside it")
    return name


def _failed(what: str, whom: str, done: Finished) -> StorageError:
    said = done.errors.decode(errors="replace").strip()
    first = said.partition("\n")[0]
    return StorageError(
        f"git could not {what} {whom}: {done.reason.rstrip('.') or 'it says why above'}; expected an answer",
        # What ssh or a proxy has to say stands before git's own words.
        hint=None if first.endswith(done.reason) else first,
        details={"git": said},
    )


def _told(errors: str) -> str:
    """Return the last line that came from hooks of the remote, which is why they refuse, or an empty text."""
    lines = [line.removeprefix("remote: ").strip() for line in errors.splitlines() if line.startswith("remote: ")]
    # Behind an update hook git says, as an error, that it declined.
    return next((line for line in reversed(lines) if line and not line.startswith("error: ")), "")


def _parse_answers(output: str, told: str) -> dict[LedgerName, PushAnswer]:
    answers = {}
    for line in output.splitlines():
        flag, _, rest = line.partition("\t")
        refs, tab, reason = rest.partition("\t")
        if tab and flag in _FLAGS:
            outcome = _FLAGS[flag]
            why = f"{reason}: {told}" if told and outcome == "rejected" else reason
            answers[parse_ledger_ref(refs.rpartition(":")[2])] = PushAnswer(outcome, why)
    return answers
