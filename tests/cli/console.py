"""Transcripts: commands with what they print, as people read them, and a console that runs them.

A step is a line ``$ command``, then the lines of standard output as they are, those of standard error after ``! ``,
and ``? N`` where the exit code is not 0. In the pages of ``docs/`` both streams stand as a terminal shows them, and
``$ echo $?`` asks for the exit code. Object ids are compared by who is who: the first one of a transcript is the first
one of the run, and so on, so that ids in a transcript need only differ where they differ in truth.
"""

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gitledger.cli.open import Outside
from gitledger.cli.run import run

ROOT: Final = Path(__file__).resolve().parents[2]
_ID = re.compile(r"\b(?:[0-9a-f]{40}|[0-9a-f]{12})\b")
_FOR_A_SHELL: Final = frozenset("|<>;&$`")


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command printed, and its exit code."""

    stdout: str
    stderr: str
    code: int


@dataclass
class Step:
    """A command and what is expected of it."""

    command: str
    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    code: int = 0


def parse_transcript(text: str) -> list[Step]:
    """Return the steps of a transcript; a line that begins with ``# `` is a comment."""
    steps: list[Step] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append(Step(line[2:]))
        elif line.startswith("# "):
            continue
        elif not steps:
            assert not line, f"{line!r} stands before the first command"
        elif line.startswith("! "):
            steps[-1].stderr.append(line[2:])
        elif line.startswith("? "):
            steps[-1].code = int(line[2:])
        elif line.startswith("> "):
            steps[-1].command += "\n" + line[2:]
        else:
            steps[-1].stdout.append(line)
    return steps


class Names:
    """Numbers for ids, in the order of their first appearance; an abbreviation has its id's number."""

    def __init__(self) -> None:
        self._ids: list[str] = []

    def mask(self, text: str) -> str:
        """Return text with a number in the place of each id."""
        return _ID.sub(lambda found: f"<{self._number(found[0])}{'' if len(found[0]) > 12 else '…'}>", text)

    def translate(self, text: str, other: "Names") -> str:
        """Return text with the ids that ``other`` has under the same numbers."""
        return _ID.sub(lambda found: other.id(self._number(found[0]))[: len(found[0])], text)

    def id(self, number: int) -> str:
        """Return the id with a number."""
        return self._ids[number]

    def _number(self, name: str) -> int:
        for number, known in enumerate(self._ids):
            if known.startswith(name) or name.startswith(known):
                self._ids[number] = max(known, name, key=len)
                return number
        self._ids.append(name)
        return len(self._ids) - 1


class Console:
    """Runs commands in one directory: ``git-ledger`` in this process, what needs a shell in a shell."""

    def __init__(self, directory: Path, tools: Path) -> None:
        self.directory = directory
        self.env = environment(directory, tools)
        self._last = 0

    def run(self, command: str) -> Printed:
        """Run one command line."""
        if command == "echo $?":
            return Printed(f"{self._last}\n", "", 0)
        words = shlex.split(command)
        if _FOR_A_SHELL & set(command) or (words[0] != "git-ledger" and words[:2] != ["git", "ledger"]):
            done = subprocess.run(
                ["sh", "-c", command], cwd=self.directory, env=self.env, capture_output=True, check=False
            )
            printed = Printed(done.stdout.decode(), done.stderr.decode(), done.returncode)
        else:
            printed = self.run_here(words[2:] if words[0] == "git" else words[1:])
        self._last = printed.code
        return printed

    def run_here(self, arguments: list[str], **extra: object) -> Printed:
        """Run a command line of ``git-ledger`` in this process."""
        stdout, stderr = io.BytesIO(), io.BytesIO()
        before = Path.cwd()
        os.chdir(self.directory)
        try:
            code = run(
                arguments,
                Outside(**{"env": self.env, "stdin": io.BytesIO(), "stdout": stdout, "stderr": stderr, **extra}),
            )  # type: ignore[arg-type]
        finally:
            os.chdir(before)
        return Printed(stdout.getvalue().decode(), stderr.getvalue().decode(), code)


def environment(directory: Path, tools: Path) -> dict[str, str]:
    """Return an environment without any settings of this machine; ``git-ledger`` is on its path."""
    tools.mkdir(exist_ok=True)
    program = tools / "git-ledger"
    if not program.exists():
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "git-ledger"}" "$@"\n')
        program.chmod(0o755)
    return {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(directory),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "GIT_AUTHOR_DATE": "1767225600 +0000",
        "GIT_COMMITTER_DATE": "1767225600 +0000",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm",
    }


def replay(console: Console, steps: list[Step]) -> Iterator[tuple[Step, Printed, str, str]]:
    """Run steps; yield each with what it printed, and both as text with the ids masked."""
    wanted, found = Names(), Names()
    for step in steps:
        printed = console.run(wanted.translate(step.command, found))
        expected = "\n".join([*step.stdout, *(f"! {line}" for line in step.stderr)]).rstrip()
        errors = "".join(f"! {line}\n" for line in printed.stderr.splitlines())
        actual = f"{printed.stdout.rstrip()}\n{errors}".strip("\n").rstrip()
        yield step, printed, wanted.mask(expected).strip("\n"), found.mask(actual)
