"""The git program: its environment, a single run, and children that answer on a pipe for a long time.

A run costs 1.7 ms, a question to a child 0.07 ms, and questions asked together 3 µs each. A child is asked by one
reader at a time; what a dead child leaves unanswered reads as the end of its output, so death is noticed in one place.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from signal import SIGPIPE, SIGXFSZ
from typing import IO, Final, Literal

from gitledger.durable import storage_error
from gitledger.errors import StorageError
from gitledger.frozen import frozen

_FIXED_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    # A replacement or a graft would answer with other bytes than those that an id names.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
}
# A child would go on ignoring them. A git that writes to nobody is to end.
_IGNORED_BY_PYTHON: Final = (SIGPIPE, SIGXFSZ)


@frozen(kw_only=False)
class Finished:
    """What one run of git left: its exit status and both streams."""

    status: int
    output: bytes
    errors: bytes

    @property
    def reason(self) -> str:
        """Git's own words for a failure, one line without its ``fatal:``; empty if it said nothing."""
        lines = self.errors.decode(errors="replace").splitlines()
        for line in lines:
            for prefix in ("fatal: ", "error: "):
                if line.startswith(prefix):
                    return line.removeprefix(prefix)
        return lines[0] if lines else ""


class Child:
    """One running git that is asked through a pipe and answers through another.

    Args:
        pid: the process.
        questions: the descriptor that its standard input is read from.
        answers: the descriptor that its standard output is written to.

    Attributes:
        line: returns the next line of the answer; without a line feed at its end, the child is dead.
        exactly: returns so many next bytes of the answer; fewer, if the child is dead.
        ended: whether it was let go.
    """

    ended = True  # until it is whole

    def __init__(self, pid: int, questions: int, answers: int) -> None:
        self._pid = pid
        self._questions = open(questions, "wb")  # noqa: SIM115 - until `end`
        self._answers = open(answers, "rb")  # noqa: SIM115
        # As they are: a million objects are three million calls.
        self.line: Callable[[], bytes] = self._answers.readline
        self.exactly: Callable[[int], bytes] = self._answers.read
        self._status = 0
        self.ended = False

    def __del__(self) -> None:
        """Let a child go that somebody forgot: it would stay as a zombie for as long as this process lives."""
        if not sys.is_finalizing():
            self.end()

    def ask(self, data: bytes) -> None:
        """Send questions. That nobody is there to read them shows in the answer, which is empty."""
        with contextlib.suppress(BrokenPipeError):
            self._questions.write(data)
            self._questions.flush()

    def rest(self) -> bytes:
        """Return all that it has yet to answer."""
        return self._answers.read()

    def end(self) -> int:
        """Let the child go and return its exit status, negative if a signal killed it."""
        if not self.ended:
            self.ended = True
            for pipe in (self._questions, self._answers):
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
            # Nobody can know it where our own parent has us ignore the end of children.
            with contextlib.suppress(ChildProcessError):
                self._status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._status


@frozen(kw_only=False)
class Program:
    """The git program with the arguments that come first, ``git --git-dir=...``, and its environment."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]

    @classmethod
    def at(cls, git_dir: str | os.PathLike[str], env: Mapping[str, str]) -> "Program":
        """Return git aimed at one repository."""
        return cls(("git", f"--git-dir={os.fspath(git_dir)}"), git_environment(env))

    def with_settings(self, settings: Mapping[str, str], **environment: str) -> "Program":
        """Return git with settings that override the user's, and more environment."""
        options = tuple(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))
        return Program(self.arguments + options, {**self.environment, **environment})

    def run(
        self,
        *arguments: str,
        data: bytes = b"",
        errors: Literal["kept", "shown"] = "kept",
        descriptors: Sequence[int] = (),
    ) -> Finished:
        """Run git once, with ``data`` on its standard input, to its end; ``descriptors`` are its, too.

        What it complains of is kept in the answer, or shown on the standard error of this process.

        Raises:
            StorageError: git cannot be started, or a signal killed it.
        """
        # Imported here because what `start` does is enough for most questions, and this takes 5 ms.
        import subprocess

        with _refusals():
            done = subprocess.run(  # noqa: S603 - our own arguments, and no shell
                [*self.arguments, *arguments],
                input=data,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if errors == "kept" else None,
                env=self.environment,
                pass_fds=descriptors,
                check=False,
            )
        if done.returncode < 0:
            raise killed(done.returncode)
        return Finished(done.returncode, done.stdout, done.stderr or b"")

    def start(self, *arguments: str, errors: IO[bytes] | None = None, descriptors: Sequence[int] = ()) -> Child:
        """Start a git that works, or waits to be asked, while nobody waits for it; whoever starts it ends it.

        What it complains of goes to the file ``errors``, if anywhere; ``descriptors`` are its, too.

        Raises:
            StorageError: git cannot be started.
        """
        # Never a pipe for errors: nobody would empty it while the child lives, and a full one would stop it for ever.
        with _refusals(), contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
            read, questions = os.pipe()
            theirs.callback(os.close, read)
            ours.callback(os.close, questions)
            answers, write = os.pipe()
            ours.callback(os.close, answers)
            theirs.callback(os.close, write)
            complaints = (
                (os.POSIX_SPAWN_DUP2, errors.fileno(), 2)
                if errors
                else (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
            )
            # A descriptor that is made its own copy is inherited; all others of Python's are not.
            inherited = [(os.POSIX_SPAWN_DUP2, descriptor, descriptor) for descriptor in descriptors]
            pid = os.posix_spawn(
                self._path(),
                [*self.arguments, *arguments],
                self.environment,
                file_actions=[(os.POSIX_SPAWN_DUP2, read, 0), (os.POSIX_SPAWN_DUP2, write, 1), complaints, *inherited],
                setsigdef=_IGNORED_BY_PYTHON,
            )
            ours.pop_all()
        return Child(pid, questions, answers)

    def _path(self) -> str:
        """Return where the program is: by the PATH of its environment, which need not be ours."""
        for directory in os.get_exec_path(self.environment):
            path = os.path.join(directory, self.arguments[0])  # noqa: PTH118 - "" is the working directory
            if os.path.isfile(path) and os.access(path, os.X_OK):  # noqa: PTH113 - a tenth of the time
                return path
        raise FileNotFoundError(self.arguments[0])


class Children:
    """Children of one command, kept while nobody asks them. Two readers, be they threads, never share one.

    Args:
        program: what to run.
        arguments: the command.
        descriptors: returns what a child inherits when it is started.
    """

    def __init__(
        self, program: Program, *arguments: str, descriptors: Callable[[], Sequence[int]] = tuple[int, ...]
    ) -> None:
        self._program = program
        self._arguments = arguments
        self._descriptors = descriptors
        self._idle: list[Child] = []
        self._closed = False

    @contextlib.contextmanager
    def one(self) -> Iterator[Child]:
        """Lend a child. One that is given back by an exception may hold unread answers, and is let go."""
        if self._closed:
            raise AssertionError("the store is closed")
        child = self._idle.pop() if self._idle else self._start()
        with contextlib.ExitStack() as unless_given_back:
            unless_given_back.callback(child.end)
            yield child
            if not (self._closed or child.ended):
                unless_given_back.pop_all()
                self._idle.append(child)

    def warm(self) -> None:
        """Start a child unless one is there, so that it need not be waited for when it is asked."""
        if not self._idle:
            self._idle.append(self._start())

    def _start(self) -> Child:
        return self._program.start(*self._arguments, descriptors=self._descriptors())

    def close(self) -> None:
        """Let all idle children go; one that is lent goes when it is given back."""
        self._closed = True
        while self._idle:
            self._idle.pop().end()


def git_environment(env: Mapping[str, str]) -> dict[str, str]:
    """Return ``env`` as git gets it: messages in English, no prompts, no replacements, nothing meant for git's tests.

    ``GIT_TEST_FSYNC=0``, for one, would make every durable write a lie.
    """
    kept = {name: value for name, value in env.items() if not name.startswith("GIT_TEST_")}
    return kept | _FIXED_ENVIRONMENT


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise StorageError("no git program on PATH; expected git 2.39 or newer", hint="install git") from error
    except OSError as error:
        raise storage_error("cannot run git", error) from error


def killed(status: int) -> StorageError:
    """Return the error for a git that a signal ended."""
    return StorageError(f"git was killed by signal {-status}; expected an answer", details={"signal": -status})
