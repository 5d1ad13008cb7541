"""People who share ledgers through one server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.console import Console, Printed
from tests.servers import SERVERS, new_server


class People:
    """Consoles of several people in one directory, all of whom know one server."""

    def __init__(self, directory: Path, url: str, extra: dict[str, str]) -> None:
        self._console = Console(directory, directory.parent / "tools")
        self._console.env.update(extra)
        self.url = url

    def run(self, command: str) -> Printed:
        """Run a command as it is."""
        return self._console.run(command)

    def must(self, command: str) -> str:
        """Run a command that succeeds; return what it prints."""
        printed = self.run(command)
        assert printed.code == 0, f"{command}: {printed.stderr}"
        return printed.stdout.strip()


@contextmanager
def people_at(kind: str, directory: Path) -> Iterator[People]:
    """Yield people who know a server of this kind with an empty repository, ``served/project.git``; they have ``work``."""
    root, work = directory / "served", directory / "work"
    root.mkdir()
    work.mkdir()
    new_server(root)
    with SERVERS[kind](root) as (address, extra):
        yield People(work, f"{address}/project.git", dict(extra))
