"""A batch from a pipe: what is there goes together, and nobody waits for a line that has not been sent."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitledger.cli.lines import read_lines

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("data", "lines"),
    [(b"", []), (b"a\n", [b"a"]), (b"a\nb", [b"a", b"b"]), (b"\n\nx\n", [b"", b"", b"x"]), (b"\xff\n", [b"\xff"])],
)
def test_lines_of_a_stream(data: bytes, lines: list[bytes]) -> None:
    """A stream that never has to be waited for has no pauses."""
    assert list(read_lines(io.BufferedReader(io.BytesIO(data)), 100)) == lines


def test_a_line_without_end_is_cut() -> None:
    """What is too long is shown as such and ends the reading."""
    found = list(read_lines(io.BufferedReader(io.BytesIO(b"x" * 500_000)), 1000))
    assert len(found) == 1
    assert 1000 < len(found[0] or b"") < 200_000


def test_a_pause_before_what_is_not_there() -> None:
    """Lines in a pipe come at once, then a pause, then the rest."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source:
        os.write(writing, b"one\ntwo\nthr")
        lines = read_lines(source, 100)
        assert [next(lines), next(lines), next(lines)] == [b"one", b"two", None]
        os.write(writing, b"ee\n")
        os.close(writing)
        assert list(lines) == [b"three"]


def test_an_answer_before_the_next_question(tmp_path: Path) -> None:
    """A program that waits for each id before it sends the next line gets it."""
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    git_ledger = [sys.executable, "-m", "gitledger", "-C", str(tmp_path)]
    subprocess.run(["git", "init", "-q", tmp_path], check=True, env=env)
    subprocess.run([*git_ledger, "-q", "init"], check=True, env=env, capture_output=True)
    ids = []
    with subprocess.Popen(
        [*git_ledger, "append", "--batch", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
    ) as child:
        assert child.stdin
        assert child.stdout
        for number in range(3):
            child.stdin.write(json.dumps({"rule": "r", "set": {"x": number}}).encode() + b"\n")
            child.stdin.flush()
            ids.append(child.stdout.readline().decode().strip())
        child.stdin.close()
        assert child.wait() == 0
    assert len(set(ids)) == 3
    assert all(len(event) == 40 for event in ids)
