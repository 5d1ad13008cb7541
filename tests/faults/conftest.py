"""The table at the end of a run: what became of all faults, by kind."""

import pytest

from tests.faults.walk import TALLIES, table


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print it, if there were faults."""
    if TALLIES:
        terminalreporter.section("faults")
        for line in table(TALLIES):
            terminalreporter.line(line)
