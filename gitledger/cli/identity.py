"""Who writes, and when, by git's own rules (git-commit(1), "COMMIT INFORMATION").

The variables ``GIT_AUTHOR_NAME`` and its like and the settings ``author.*``, ``committer.*`` and ``user.*`` are at
hand; git is asked only where it would have to guess, refuses to, or has a date to read.
"""

from collections.abc import Mapping
from typing import Final, Literal

from gitledger.errors import UsageError
from gitledger.ids import shown
from gitledger.ledger.handle import People
from gitledger.store.commit import Person
from gitledger.store.program import Program
from gitledger.store.repository import Repository

# What git removes at both ends of a name or an address, and anywhere in it (ident.c, strbuf_addstr_without_crud).
_CRUD: Final = "".join(map(chr, range(33))) + ".,:;<>\"\\'"
_REMOVED: Final = dict.fromkeys(map(ord, "\n<>"))


class Identity:
    """Who writes to a repository; looked up when it is asked for."""

    def __init__(self, repository: Repository, env: Mapping[str, str]) -> None:
        self._repository = repository
        self._env = env
        self._people: People | None = None

    def people(self, now: int) -> People:
        """Return who asks and who publishes, both at ``now``, in UTC.

        Raises:
            UsageError: git does not know who it is; the hint is git's advice.
        """
        # Settings and variables are those of the start: many publications are made in one second.
        if self._people is None or self._people.author.time != now:
            self._people = People(author=self._person("author", now), committer=self._person("committer", now))
        return self._people

    def fixed_time(self) -> int | None:
        """Return what ``GIT_COMMITTER_DATE`` says, in any of git's forms, in seconds since 1970; None if it is unset.

        Raises:
            UsageError: git cannot read it.
        """
        if not self._env.get("GIT_COMMITTER_DATE"):
            return None
        return int(self._ask_git("committer").rpartition("> ")[2].split()[0])

    def _person(self, role: Literal["author", "committer"], now: int) -> Person:
        name, email = self._find(role, "name"), self._find(role, "email")
        if not name or email is None:
            name, _, rest = self._ask_git(role).partition(" <")
            email = rest.partition("> ")[0]
        try:
            (name + email).encode()
        except UnicodeEncodeError:
            raise UsageError(f"the {role} {shown(name)} <{shown(email)}> is not UTF-8; expected UTF-8") from None
        return Person(name=name, email=email, time=now)

    def _find(self, role: str, part: str) -> str | None:
        config = self._repository.config
        general = config.get(f"{role}.{part}", config.get(f"user.{part}"))
        found = self._env.get(f"GIT_{role}_{part}".upper(), general)
        return found and found.strip(_CRUD).translate(_REMOVED)

    def _ask_git(self, role: str) -> str:
        answer = Program.at(self._repository.git_dir, self._env).run("var", f"GIT_{role}_IDENT".upper())
        if answer.status != 0:
            lines = answer.errors.decode(errors="replace").splitlines()
            advice = [line.strip() for line in lines if line.strip().startswith("git config")]
            raise UsageError(
                f"no {role}: {answer.reason}; expected a name, an address and a date that git knows",
                hint=" and ".join(advice) or None,
            )
        return answer.output.decode(errors="surrogateescape").rstrip("\n")
