"""The light parser against typer, and the table against the verbs."""

import inspect
from importlib import import_module
from itertools import chain

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from gitledger.cli.app import parse_with_typer
from gitledger.cli.options import GLOBAL, VERBS
from gitledger.cli.parse import parse
from gitledger.cli.verb import Option, Verb
from gitledger.errors import UsageError

WORDS = st.sampled_from(
    ["a", "", "-", "--", "=", "=1", "#2", "a=1", "b:=[1]", "c!", "-x", "--set", "-n", "é", "--json"]
)
NUMBERS = st.sampled_from(["0", "7", "12", "007", "-1", "x", "", "=7", "1_0", " 5", "٣", "9" * 30])


def spellings(option: Option) -> st.SearchStrategy[list[str]]:
    """Return the ways to give an option, and some that are none."""
    flag = st.sampled_from(option.flags)
    if option.kind in {"flag", "count"}:
        return flag.map(lambda name: [name]) | flag.map(lambda name: [f"{name}=1"])
    value = NUMBERS if option.kind == "number" else WORDS
    apart = st.tuples(flag, value).map(list)
    attached = st.tuples(flag, value).map(lambda pair: [f"{pair[0]}{'=' if pair[0].startswith('--') else ''}{pair[1]}"])
    return apart | attached


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """Return a command line, mostly a right one."""
    verb = draw(st.sampled_from(sorted(VERBS.values(), key=lambda one: one.name)))
    before = draw(st.lists(st.one_of(*map(spellings, GLOBAL)), max_size=2))
    options = draw(st.lists(st.one_of(*map(spellings, (*GLOBAL, *verb.options))), max_size=3))
    required = sum(argument.required for argument in verb.arguments)
    words = draw(st.lists(WORDS, min_size=required, max_size=len(verb.arguments) + draw(st.integers(0, 1))))
    after = draw(st.permutations([*options, *([word] for word in words)]))
    return [*chain(*before), verb.name, *chain(*after)]


@settings(max_examples=300)
@given(command_lines())
def test_what_the_light_parser_accepts_typer_reads_in_the_same_way(arguments: list[str]) -> None:
    found = parse(arguments)
    event("accepted" if found else "left to typer")
    if found is not None:
        assert parse_with_typer(arguments) == found


@pytest.mark.parametrize(
    "arguments",
    [
        ["-C", "x", "--json", "append", "--rule", "r", "--set", "a=1", "--set=b:=2", "-mtext", "-q", "--delete", "-"],
        ["log", "-n5", "--reverse", "main~2", "--since=#1"],
        ["log", "--max-count", "5", "--", "-odd"],
        ["show", "--ledger", "a", "x", "--ledger", "b"],
        ["diff", "a", "--exit-code", "b"],
        ["state"],
        ["append", "--message=", "--set", "a=1"],
        ["get", "-"],
    ],
)
def test_well_formed_command_lines_are_read_without_typer(arguments: list[str]) -> None:
    found = parse(arguments)
    assert found is not None
    assert parse_with_typer(arguments) == found


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Missing command"),
        (["frob"], "No such command 'frob'"),
        (["log", "--frob"], "No such option: --frob"),
        (["log", "-n", "-1"], "-1 is not in the range"),
        (["log", "-n"], "requires an argument"),
        (["show"], "Missing argument 'REV'"),
        (["get", "a", "b"], "unexpected extra argument"),
    ],
)
def test_mistakes_are_told_in_the_words_of_typer(arguments: list[str], complaint: str) -> None:
    assert parse(arguments) is None
    with pytest.raises(UsageError, match=complaint):
        parse_with_typer(arguments)


def test_what_only_typer_reads_is_still_read() -> None:
    for arguments in (["log", "-qn5"], ["log", "-n", "+5"]):
        assert parse(arguments) is None
        assert parse_with_typer(arguments).values["max_count"] == 5  # type: ignore[union-attr]


@pytest.mark.parametrize("verb", VERBS.values(), ids=list(VERBS))
def test_each_verb_takes_what_the_table_says(verb: Verb) -> None:
    run = import_module(f"gitledger.cli.{verb.name.replace('-', '_')}").run
    kinds = {"flag": bool, "text": str | None, "count": int, "texts": tuple[str, ...], "number": int | None}
    expected = {argument.name: str if argument.required else str | None for argument in verb.arguments}
    expected |= {option.name: kinds[option.kind] for option in verb.options}
    parameters = inspect.signature(run).parameters
    assert {name: one.annotation for name, one in parameters.items() if name != "door"} == expected
    assert not set(expected) & {option.name for option in GLOBAL}
