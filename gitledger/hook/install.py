"""Putting hooks in place beside those that are there, and taking them away so that nothing of ours is left.

Git 2.54 and newer run any number of hooks that settings name, ``hook.<name>.*``: git-hook(1). An older git runs one
file for each event, so a file that is there goes on under another name, and ours runs it first.
"""

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from gitledger.errors import ConflictError, StorageError
from gitledger.store.program import Program, git_environment
from gitledger.store.repository import Repository
from gitledger.store.settings import add_setting

_SHIMS: Final = Path(__file__).parent / "shims"
_PROGRAM: Final = b"program=git-ledger\n"
_MARK: Final = b"`git ledger hook install"
"""What every version of our files says of itself."""
_SINCE: Final = (2, 54)
_VERSION = re.compile(rb"git version (\d+)\.(\d+)")
_BESIDE: Final = ".local"
_RUNNABLE: Final = 0o755


class Hook:
    """One hook of git, which a file of ours serves.

    Args:
        event: "pre-receive", the gate; "update", the gate for hosts without that; or "pre-push".
        repository: where.
        start: a directory in it.
        env: the environment for git.
    """

    def __init__(self, event: str, repository: Repository, start: Path, env: Mapping[str, str]) -> None:
        self._event = event
        self._repository = repository
        self._git = Program.at(repository.git_dir, env)
        self._section = f"hook.ledger-{event}"
        self._usual = _hooks_directory(event, repository, start, env) / event
        self._own = repository.common_dir / "ledger-hooks" / event

    def install(self, program: str) -> Iterator[str]:
        """Put the hook in place; yield a line for each thing that was changed.

        Args:
            program: the path of git-ledger, which is not on the path of every server.

        Raises:
            ConflictError: two hooks are there already.
            StorageError: git cannot write its settings.
        """
        quoted = os.fsencode(f"program={shlex.quote(program)}\n")
        text = (_SHIMS / self._event).read_bytes().replace(_PROGRAM, quoted)
        match = _VERSION.match(self._git.run("version").output)
        is_known_to_settings = match is not None and (int(match[1]), int(match[2])) >= _SINCE
        # A file that an older git was given goes on: both would judge.
        if not is_known_to_settings or _is_ours(self._usual):
            yield from self._put(self._usual, text)
            return
        yield from self._put(self._own, text)
        for key, value in (("event", self._event), ("command", shlex.quote(str(self._own)))):
            if self._setting(key) is None:
                add_setting(self._repository, self._git, f"{self._section}.{key}", value)
                yield f"git config --add {self._section}.{key} {value}"

    def uninstall(self) -> Iterator[str]:
        """Take the hook away, whichever way it was put in place; yield a line for each thing that was changed.

        Raises:
            StorageError: git cannot write its settings.
        """
        if self._setting("command") is not None:
            # First, since git refuses to go on where a setting names a file that is not there.
            removed = self._git.run("config", "--remove-section", self._section)
            if removed.status != 0:
                raise StorageError(
                    f"git cannot remove {self._section}: {removed.reason}; expected to write its settings"
                )
            yield f"git config --remove-section {self._section}"
        for path in (self._own, self._usual):
            if _is_ours(path):
                beside = path.with_name(path.name + _BESIDE)
                if os.path.lexists(beside):
                    beside.replace(path)
                else:
                    path.unlink()
                yield f"removed {self._shown(path)}"
        if self._own.parent.exists() and not any(self._own.parent.iterdir()):
            self._own.parent.rmdir()

    def _put(self, path: Path, text: bytes) -> Iterator[str]:
        """Put a file of ours in place of what is there, without a moment in which no hook is."""
        if _read(path) == text:
            return
        beside, new = (path.with_name(path.name + suffix) for suffix in (_BESIDE, ".new"))
        path.parent.mkdir(exist_ok=True)
        new.write_bytes(text)
        new.chmod(_RUNNABLE)
        if os.path.lexists(path) and not _is_ours(path):
            if os.path.lexists(beside):
                new.unlink()
                raise ConflictError(
                    f"both {self._shown(path)} and {self._shown(beside)} are there; expected one hook",
                    hint="join the two by hand",
                )
            os.link(path, beside, follow_symlinks=False)
        new.replace(path)
        yield f"installed {self._shown(path)}"

    def _shown(self, path: Path) -> str:
        inside = self._repository.git_dir
        return str(path.relative_to(inside) if path.is_relative_to(inside) else path)

    def _setting(self, key: str) -> bytes | None:
        asked = self._git.run("config", "--get", f"{self._section}.{key}")
        return asked.output if asked.status == 0 else None


def _hooks_directory(event: str, repository: Repository, start: Path, env: Mapping[str, str]) -> Path:
    """Return where git looks for a hook; a relative ``core.hooksPath`` begins where it is run."""
    place = repository.git_dir
    if event == "pre-push" and not repository.bare:
        # githooks(5): it runs at the top of the working tree; those of a push to here in the repository.
        place = _path(Program(("git", "-C", str(start)), git_environment(env)), "--show-toplevel")
    git = Program(("git", "-C", str(place), f"--git-dir={repository.git_dir}"), git_environment(env))
    return _path(git, "--path-format=absolute", "--git-path", "hooks")


def _path(git: Program, *question: str) -> Path:
    return Path(os.fsdecode(git.run("rev-parse", *question).output.removesuffix(b"\n")))


def _is_ours(path: Path) -> bool:
    return _MARK in (_read(path) or b"")


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
