"""The program as a process: signals, pipes, terminals."""

import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path
from typing import IO

import pytest

from tests.cli.console import Console

MANY = 2000
COLUMNS = 60
FULL = Path("/dev/full")
SGR = re.compile(r"\x1b\[[0-9;]*m")


def start(console: Console, *arguments: str, **streams: int) -> "subprocess.Popen[bytes]":
    """Start the program in a process group of its own, as a shell does."""
    # Tests that run in the background of a script inherit that Ctrl-C is ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            ["git-ledger", *arguments], cwd=console.directory, env=console.env, process_group=0, **streams
        )
    finally:
        signal.signal(signal.SIGINT, before)


def on_terminal(console: Console, *arguments: str) -> str:
    """Return what the program prints on a terminal of 60 columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    with start(console, *arguments, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs):
        os.close(theirs)
        printed = b""
        # Linux reports an error once the other side is closed.
        with contextlib.suppress(OSError):
            while data := os.read(ours, 65536):
                printed += data
    os.close(ours)
    return printed.decode().replace("\r\n", "\n")


@pytest.fixture
def long_ledger(ledger: Console) -> Console:
    """Return a console in a repository whose log is longer than any pipe holds."""
    lines = "".join(f'{{"rule":"r","set":{{"n":{number}}}}}\n' for number in range(MANY))
    (ledger.directory / "lines").write_text(lines)
    assert ledger.run("git-ledger append --batch lines > ids").code == 0
    return ledger


def wait_until_read(pipe: IO[bytes], process: "subprocess.Popen[bytes]") -> None:
    """Return once the other side has taken everything out of a pipe."""
    deadline = time.monotonic() + 60
    while struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]:
        assert process.poll() is None
        assert time.monotonic() < deadline


def test_ctrl_c_during_a_batch_leaves_what_was_printed_and_no_traceback(ledger: Console) -> None:
    process = start(
        ledger, "append", "--batch", "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin
    for number in range(100):
        process.stdin.write(b'{"rule":"r","set":{"n":%d}}\n' % number)
    process.stdin.flush()
    wait_until_read(process.stdin, process)
    # Git gets it as well, as it does from a terminal.
    os.killpg(process.pid, signal.SIGINT)
    printed, complaint = process.communicate()
    assert process.returncode == 130
    assert complaint.count(b"\n") <= 1
    logged = ledger.run("git-ledger log --json --rule r --reverse | cut -c12-51")
    assert logged.stdout.encode() == printed
    assert ledger.run("git-ledger verify").code == 0


def test_a_closed_pipe_is_no_error_worth_a_word(long_ledger: Console) -> None:
    process = start(long_ledger, "log", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    assert process.stdout.readline().startswith(b"event ")
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 141
    process.stderr.close()


@pytest.mark.skipif(not FULL.exists(), reason=f"no {FULL} here")
@pytest.mark.parametrize("verb", ["log", "state", "get n", "verify"])
def test_a_full_disk_behind_the_answer_is_an_error(ledger: Console, verb: str) -> None:
    assert ledger.run("git-ledger append --rule r --set n=1").code == 0
    printed = ledger.run(f"git-ledger {verb} > /dev/full")
    assert printed.code == 7
    assert printed.stderr.startswith("git-ledger: cannot write the answer from '")
    assert printed.stderr.endswith("' on: No space left on device\n")


def test_closed_streams_do_no_harm(ledger: Console) -> None:
    for closed in (">&-", "2>&-", "<&-", ">&- 2>&- <&-"):
        assert ledger.run(f"git-ledger append --rule r --set a='{closed}' {closed}").code == 0
        assert ledger.run("git-ledger get a").stdout == f"{closed}\n"
    assert ledger.run("git-ledger get b 2>&-").code == 3
    assert ledger.run("git-ledger verify").code == 0


@pytest.fixture
def hostile(ledger: Console) -> Console:
    """Return a console in a repository whose values, message, rule and author try to take the terminal over."""
    ledger.env["GIT_AUTHOR_NAME"] = "Mallory\x1b[2J\u202e"
    assert ledger.run_here([
        *("append", "--rule", "r\u200b", "--set", "model/text=\x1b]0;title\x07red\x9b31m\r\n" + "x" * 100),
        *("--set", "model/list:=[" + "1," * 50 + "1]", "--set", 'model/bytes:={"$bytes": "G10wO3gH"}'),
                *("-m", "\x1b[31mmessage\nnext"),
    ]).code == 0  # fmt: skip
    return ledger


@pytest.mark.parametrize(
    "arguments",
    [
        ["log"],
        ["log", "--oneline"],
        ["log", "--graph"],
        ["show", "main"],
        ["vst", "model/text"],
        ["state"],
        ["get", "model/text"],
        ["get", "model/list"],
        ["get", "model/bytes"],
        ["diff", "#1", "main"],
        ["blame"],
        ["get", "\x1b[31m"],
    ],
    ids=" ".join,
)
def test_no_control_character_reaches_a_terminal(hostile: Console, arguments: list[str]) -> None:
    hostile.env["GIT_PAGER"] = "cat"
    printed = on_terminal(hostile, *arguments)
    assert printed
    assert not [char for char in SGR.sub("", printed) if not char.isprintable() and char != "\n"]


@pytest.mark.parametrize("arguments", [["log", "--oneline"], ["vst", "model/text"], ["state"], ["blame"]], ids=" ".join)
def test_rows_fit_a_narrow_terminal(hostile: Console, arguments: list[str]) -> None:
    hostile.env["GIT_PAGER"] = "cat"
    for line in on_terminal(hostile, *arguments).splitlines():
        assert len(SGR.sub("", line)) <= COLUMNS


def test_a_terminal_gets_a_pager_and_colours_and_a_pipe_neither(ledger: Console) -> None:
    ledger.env["GIT_PAGER"] = "sed 's/^/paged: /'"
    for arguments in (["log"], ["show", "main"]):
        assert on_terminal(ledger, *arguments).startswith("paged: \x1b[33mevent ")
    assert not on_terminal(ledger, "state").startswith("paged: ")
    assert ledger.run("git-ledger log | cat").stdout.startswith("event ")


def test_the_program_waits_for_its_pager_and_leaves_ctrl_c_to_it(ledger: Console) -> None:
    fifo = ledger.directory / "fifo"
    os.mkfifo(fifo)
    ledger.env["GIT_PAGER"] = "cat >/dev/null; read line <fifo"
    ours, theirs = pty.openpty()
    process = start(ledger, "log", stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE)
    with fifo.open("wb"):  # opens when the pager has read everything
        os.kill(process.pid, signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.3)
    assert process.communicate() == (None, b"")
    assert process.returncode == 0
    os.close(ours)
    os.close(theirs)


def test_a_pager_that_is_not_there_is_done_without(ledger: Console) -> None:
    ledger.env["GIT_PAGER"] = "nosuchpager"
    assert "event " in on_terminal(ledger, "log")


@pytest.mark.parametrize(
    ("prefix", "option", "colored"),
    [
        ("", (), True),
        ("", ("--no-color",), False),
        ("git config color.ui never", (), False),
        ("git config color.ui false", (), False),
        ("git config color.ui auto", (), True),
        ("git config color.ui always", ("--no-color",), False),
    ],
)
def test_colours_on_a_terminal_as_git_has_them(
    ledger: Console, prefix: str, option: tuple[str, ...], colored: bool
) -> None:
    ledger.env["GIT_PAGER"] = "cat"
    assert not prefix or ledger.run(prefix).code == 0
    assert ("\x1b" in on_terminal(ledger, "log", *option)) == colored


def test_no_color_and_a_dumb_terminal_are_respected_and_always_overrules(ledger: Console) -> None:
    ledger.env["GIT_PAGER"] = "cat"
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
        before = ledger.env.get(name, "")
        ledger.env[name] = value
        assert "\x1b" not in on_terminal(ledger, "log")
        ledger.env[name] = before
    assert "\x1b" not in ledger.run("git-ledger log").stdout
    assert ledger.run("git config color.ui always").code == 0
    assert "\x1b" in ledger.run("git-ledger log").stdout
