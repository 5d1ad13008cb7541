"""How a repository is found and its two ports are opened: two short runs of git, and the store that was asked for."""

import os
from collections.abc import Mapping
from typing import Final, Literal, assert_never

from gitledger.errors import NotFoundError, StorageError
from gitledger.ids import SHA1, SHA256
from gitledger.store.base import ObjectStore, RefStore
from gitledger.store.program import Finished, Program, git_environment, killed
from gitledger.store.repository import Repository

StoreKind = Literal["git", "libgit2", "dulwich"]

_QUESTIONS: Final = (
    "--path-format=absolute",
    "--is-bare-repository",
    "--is-shallow-repository",
    "--show-object-format",
    "--absolute-git-dir",
    "--git-common-dir",
    "--git-path",
    "objects",
)
_ANSWERS: Final = 6
_SETTINGS: Final = r"^(ledger|user|author|committer|core|color|extensions|gc|maintenance)\.|^remote\..*\.promisor$"


class Search:
    """A search for the repository that git finds from ``start``, with ``GIT_DIR`` and its like in ``env`` honoured.

    Two runs of git, at once, which work while nobody waits for them.

    Raises:
        StorageError: git cannot be run.
    """

    def __init__(self, start: str, env: Mapping[str, str]) -> None:
        self._start = start
        self._git = Program(("git", "-C", start), git_environment(env))
        self._places = self._git.start("rev-parse", *_QUESTIONS)
        self._settings = self._git.start("config", "-z", "--get-regexp", _SETTINGS)

    def found(self) -> Repository:
        """Return the repository; to be asked once.

        Raises:
            NotFoundError: there is none, or git refuses to use it; the hint is git's advice.
            StorageError: git was killed, or the repository is one that this program cannot use.
        """
        places, settings = self._places.rest(), self._settings.rest()
        ended = self._places.end(), self._settings.end()
        if min(ended) < 0:
            raise killed(min(ended))
        if ended[0] != 0:
            # Again, in a run that says what is wrong.
            raise _not_found(self._start, self._git.run("rev-parse", *_QUESTIONS))
        answers = places.decode(errors="surrogateescape").splitlines()
        if len(answers) != _ANSWERS:
            raise StorageError(
                f"the path of the repository at {self._start!r} holds a line break; expected one line"
            )
        bare, shallow, object_format, git_path, common_path, objects_path = answers
        config = _parse_settings(settings)
        return Repository(
            git_path=git_path,
            common_path=common_path,
            objects_path=objects_path,
            object_format=SHA256 if object_format == SHA256.name else SHA1,
            # git rev-parse --show-ref-format is younger than the oldest git that is supported.
            ref_format="reftable" if config.get("extensions.refstorage") == "reftable" else "files",
            bare=bare == "true",
            shallow=shallow == "true",
            promisor="extensions.partialclone" in config or any(key.endswith(".promisor") for key in config),
            config=config,
        )

    def end(self) -> None:
        """Let both runs go."""
        self._places.end()
        self._settings.end()


def find_repository(start: str | os.PathLike[str], env: Mapping[str, str]) -> Repository:
    """Return the repository that git finds from ``start``.

    Raises:
        NotFoundError: there is none, or git refuses to use it; the hint is git's advice.
        StorageError: git cannot be run, or the repository is one that this program cannot use.
    """
    search = Search(os.fspath(start), env)
    try:
        return search.found()
    finally:
        search.end()


def open_objects(repository: Repository, env: Mapping[str, str], kind: StoreKind = "git") -> ObjectStore:
    """Return the objects of a repository through the git program, libgit2 or dulwich.

    Raises:
        StorageError: that implementation cannot work on this repository; the message says why.
    """
    # Imported here because importing libgit2 alone takes longer than a whole append.
    match kind:
        case "git":
            from gitledger.store.git import GitObjects

            return GitObjects(repository, env)
        case "libgit2":
            from gitledger.store.libgit2 import Libgit2Objects

            return Libgit2Objects(repository)
        case "dulwich":
            from gitledger.store.dulwich import DulwichObjects

            return DulwichObjects(repository)
        case _:
            assert_never(kind)


def open_refs(repository: Repository, env: Mapping[str, str], kind: StoreKind = "git") -> RefStore:
    """Return the refs of a repository through the git program, libgit2 or dulwich.

    Raises:
        StorageError: that implementation cannot work on this repository; the message says why.
    """
    match kind:
        case "git":
            from gitledger.store.git_refs import GitRefs

            return GitRefs(repository, env)
        case "libgit2":
            from gitledger.store.libgit2 import Libgit2Refs

            return Libgit2Refs(repository)
        case "dulwich":
            from gitledger.store.dulwich import DulwichRefs

            return DulwichRefs(repository)
        case _:
            assert_never(kind)


def _parse_settings(output: bytes) -> dict[str, str]:
    settings = {}
    for setting in output.decode(errors="surrogateescape").split("\0")[:-1]:
        name, newline, value = setting.partition("\n")
        settings[name] = value if newline else "true"
    return settings


def _not_found(start: str, found: Finished) -> NotFoundError:
    # Git's advice, such as the safe.directory setting, is the last line of what it says.
    advice = [line.strip() for line in found.errors.decode(errors="replace").splitlines() if line.strip()]
    return NotFoundError(
        f"no repository at {start!r}: {found.reason}; expected a Git repository",
        hint=advice[-1] if len(advice) > 1 else "git init makes one, -C DIR names another place",
    )
