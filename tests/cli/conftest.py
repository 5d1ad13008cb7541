"""A console in an empty directory."""

from pathlib import Path

import pytest

from tests.cli.console import Console


@pytest.fixture
def console(tmp_path: Path) -> Console:
    """Return a console in an empty directory."""
    directory = tmp_path / "work"
    directory.mkdir()
    return Console(directory, tmp_path / "tools")


@pytest.fixture
def ledger(console: Console) -> Console:
    """Return a console in a repository with a started ledger."""
    for command in ("git init -q -b main", "git-ledger init"):
        assert console.run(command).code == 0
    return console
