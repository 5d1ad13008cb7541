"""The command line as people meet it: every file of ``transcripts/`` is run, and prints what it says."""

from pathlib import Path

import pytest

from tests.cli.console import Console, parse_transcript, replay

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(path: Path, console: Console) -> None:
    steps = parse_transcript(path.read_text())
    assert steps
    for step, printed, expected, actual in replay(console, steps):
        assert actual == expected, step.command
        assert printed.code == step.code, step.command


def test_that_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) > 5
