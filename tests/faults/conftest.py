"""What the suites of faults share: scenes that are ready, each made once, and the table at the end of a run."""

import compileall
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.faults.laws import events
from tests.faults.program import ROOT
from tests.faults.scenes import Scene, copy
from tests.faults.strace import Point, points
from tests.faults.walk import TALLIES, table


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Scene], tuple[Path, list[str]]]:
    """Return what makes a scene ready: its repository, of which trials take copies, and the events that it has."""

    @cache
    def prepare(scene: Scene) -> tuple[Path, list[str]]:
        repository = tmp_path_factory.mktemp("stage") / "repository.git"
        scene.prepare(repository)
        return repository, events(repository)

    return prepare


@pytest.fixture(scope="session")
def calls(
    stage: Callable[[Scene], tuple[Path, list[str]]], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Scene], list[Point]]:
    """Return what lists the system calls of a scene."""
    # Else the run that is listed would write the bytecode of what it imports first, and later ones would not.
    compileall.compile_dir(ROOT / "gitledger", quiet=1)

    @cache
    def trace(scene: Scene) -> list[Point]:
        directory = tmp_path_factory.mktemp("calls")
        return points(scene, copy(stage(scene)[0], directory / "clean"), directory)

    return trace


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, if there were faults."""
    if TALLIES:
        terminalreporter.section("faults")
        for line in table(TALLIES):
            terminalreporter.line(line)
