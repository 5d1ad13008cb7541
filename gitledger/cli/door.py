"""What a verb is given: the ledger that the command line means, where to print, and what was asked for globally."""

from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING

from gitledger.cli.open import Outside, ledger_of
from gitledger.cli.output import Output
from gitledger.cli.pager import choose_pager, start_pager, wait_for_pager
from gitledger.cli.progress import Progress
from gitledger.cli.verb import Given
from gitledger.ledger.handle import Ledger
from gitledger.store.open import Search
from gitledger.store.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from gitledger.retention.source import Source

_NEVER = frozenset({"never", "false", "no", "off", "0"})


class Door:
    """One run of one verb. Everything is opened when it is first used, and closed by `close`.

    Attributes:
        outside: environment and streams.
        json: whether answers are JSON.
        signs: whether what is published through it is signed, whatever ``ledger.sign`` says.
    """

    def __init__(self, outside: Outside, shared: Mapping[str, Given]) -> None:
        self.outside = outside
        self.json = bool(shared["json"])
        self.signs = False
        self._shared = shared
        self._quiet = bool(shared["quiet"])
        self._no_color = bool(shared["no_color"])
        self._directory = str(shared["working_directory"] or ".")
        self._name = shared["ledger"]
        self._closing = ExitStack()

    @cached_property
    def search(self) -> Search:
        """The search for the repository; it works while a verb is imported."""
        search = Search(self._directory, self.outside.env)
        self._closing.callback(search.end)
        return search

    def inside(self, name: str) -> "Door":
        """Return a door in another directory, with all else as it was asked for."""
        door = Door(self.outside, {**self._shared, "working_directory": str(self.path(name))})
        self._closing.callback(door.close)
        return door

    def path(self, name: str) -> "Path":
        """Return where a file is that the command line names."""
        # Imported here because most command lines name none.
        from pathlib import Path

        return Path(self._directory, name)

    @cached_property
    def repository(self) -> Repository:
        """The repository."""
        return self.search.found()

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger that the global options name."""
        return self.open(self._name if isinstance(self._name, str) else None)

    @property
    def source(self) -> "Source":
        """The ledger with the repository around it, as archives need it."""
        # Imported here because few verbs have to do with archives.
        from gitledger.retention.source import Source

        return Source(ledger=self.ledger, repository=self.repository, env=self.outside.env)

    def open(self, name: str | None) -> Ledger:
        """Return a ledger by name, or the usual one."""
        ledger = ledger_of(self.repository, name, self.outside.env, signs=self.signs)
        self._closing.callback(ledger.objects.close)
        self._closing.callback(ledger.refs.close)
        return ledger

    @cached_property
    def output(self) -> Output:
        """Standard output."""
        outside = self.outside
        output = Output(outside.stdout, color=self._wants_color(), width=outside.stdout_width)
        self._closing.callback(output.flush)
        return output

    @cached_property
    def paged_output(self) -> Output:
        """Standard output, through the pager if it is a terminal."""
        outside = self.outside
        command = choose_pager(outside.env, self.repository.config) if outside.stdout_width else None
        pager = start_pager(command, outside.env) if command else None
        if pager is None or pager.stdin is None:
            return self.output
        self._closing.callback(wait_for_pager, pager)
        output = Output(pager.stdin, color=self._wants_color(), width=outside.stdout_width)
        self._closing.callback(pager.stdin.close)
        self._closing.callback(output.flush)
        return output

    @property
    def is_watched(self) -> bool:
        """Whether somebody watches standard error and wants to see progress."""
        return self.outside.stderr_width is not None and not self._quiet

    def progress(self, what: str) -> Progress:
        """Return a line about something long; a mute one if standard error is no terminal."""
        stream = self.outside.stderr if self.is_watched else None
        progress = Progress(stream, self.outside.elapsed, what)
        self._closing.callback(progress.clear)
        return progress

    def hint(self, text: str) -> None:
        """Say on standard error what to do, when the answer is complete; nothing with ``-q``."""
        if not self._quiet:
            self._closing.callback(self.outside.stderr.write, f"hint: {text}\n".encode())

    def close(self) -> None:
        """Print what is left and close what was opened, the last first.

        Raises:
            BrokenPipeError: nobody reads standard output any more.
            StorageError: it cannot be written.
        """
        self._closing.close()

    def _wants_color(self) -> bool:
        setting = self.repository.config.get("color.ui", "auto").lower()
        if self._no_color or setting in _NEVER:
            return False
        env = self.outside.env
        dumb = env.get("TERM", "dumb") == "dumb" or bool(env.get("NO_COLOR"))
        return setting == "always" or (self.outside.stdout_width is not None and not dumb)
