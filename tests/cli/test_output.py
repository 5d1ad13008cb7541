"""What reaches a terminal, and what never does."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitledger.cli.output import Output, Painted, clip, visible
from gitledger.cli.pager import choose_pager
from gitledger.cli.progress import Progress


class Trickle(io.BytesIO):
    """A stream that takes a few bytes at a time."""

    def write(self, data: object) -> int:
        return super().write(bytes(data)[:3])  # type: ignore[call-overload]


@given(st.text())
def test_nothing_that_a_repository_holds_moves_the_cursor(text: str) -> None:
    stream = io.BytesIO()
    out = Output(stream, color=False, width=None)
    out.line(text, Painted("red", text))
    out.flush()
    line = stream.getvalue().decode()
    assert line.endswith("\n")
    assert line[:-1].isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\x1b[31mb", "a\\x1b[31mb"), ("a\nb\t", "a\\nb\\t"), ("\u202ea\u200b", "\\u202ea\\u200b"), ("\x9b", "\\x9b")],
)
def test_what_would_be_obeyed_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_colours_are_ours_alone() -> None:
    stream = io.BytesIO()
    out = Output(stream, color=True, width=None)
    out.line(Painted("yellow", "id\x1b"), " rest")
    out.flush()
    assert stream.getvalue() == b"\x1b[33mid\\x1b\x1b[m rest\n"


def test_everything_is_written_however_little_the_stream_takes() -> None:
    stream = Trickle()
    out = Output(stream, color=False, width=None)
    out.raw(b"0123456789")
    out.flush()
    assert stream.getvalue() == b"0123456789"


def test_much_is_written_before_it_is_asked_for() -> None:
    stream = io.BytesIO()
    out = Output(stream, color=False, width=None)
    out.raw(b"x" * 100_000)
    assert len(stream.getvalue()) == 100_000


def test_a_terminal_sees_each_line_at_once() -> None:
    stream = io.BytesIO()
    Output(stream, color=False, width=80).line("found")
    assert stream.getvalue() == b"found\n"


def test_text_is_cut_to_a_terminal_and_to_nothing_else() -> None:
    assert Output(io.BytesIO(), color=False, width=20).fit("x" * 30, 5) == "x" * 14 + "…"
    assert Output(io.BytesIO(), color=False, width=None).fit("x" * 300, 5) == "x" * 300
    assert clip("abc", 0) == "abc"


@pytest.mark.parametrize(
    ("env", "config", "pager"),
    [
        ({}, {}, "less"),
        ({"PAGER": "more"}, {}, "more"),
        ({"PAGER": "more"}, {"core.pager": "less -R"}, "less -R"),
        ({"PAGER": "more", "GIT_PAGER": "most"}, {"core.pager": "less"}, "most"),
        ({"GIT_PAGER": ""}, {"core.pager": "less"}, None),
        ({"PAGER": "cat"}, {}, None),
    ],
)
def test_the_pager_is_the_one_that_git_takes(env: dict[str, str], config: dict[str, str], pager: str | None) -> None:
    assert choose_pager(env, config) == pager


class Clock:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_progress_is_silent_for_a_second_then_says_rate_and_rest() -> None:
    stream, clock = io.BytesIO(), Clock()
    progress = Progress(stream, clock, "events")
    clock.now += 0.9
    progress.tell(900)
    assert stream.getvalue() == b""
    clock.now += 1.1
    progress.tell(2_000, 10_000)
    clock.now += 0.1
    progress.tell(2_100, 10_000)
    assert stream.getvalue() == b"\r2,000 events, 1,000 per second, 0:08 left"
    progress.clear()
    assert stream.getvalue().endswith(b"left\r" + b" " * 41 + b"\r")


def test_progress_without_an_end_says_no_rest_and_without_a_terminal_nothing() -> None:
    stream, clock = io.BytesIO(), Clock()
    progress = Progress(stream, clock, "lines")
    Progress(None, clock, "lines").tell(1)
    clock.now += 2
    progress.tell(10)
    assert stream.getvalue() == b"\r10 lines, 5 per second"
