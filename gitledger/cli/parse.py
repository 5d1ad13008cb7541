"""Command lines that are well formed, read without typer, which takes four times as long to import as Python to start.

`parse` accepts a part of what `app` accepts, and gives it the same values; a property test holds that. For all else
it returns None, and typer says what is wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from gitledger.cli.options import GLOBAL, VERBS
from gitledger.cli.verb import Given, Option, Verb
from gitledger.frozen import frozen

_NUMBER_DIGITS: Final = 18


@frozen
class Invocation:
    """A command line that was understood.

    Attributes:
        verb: what to do.
        values: the verb's own arguments and options, by the parameters of its ``run``.
        shared: the options that every verb takes, by name.
    """

    verb: Verb
    values: Mapping[str, Given]
    shared: Mapping[str, Given]


class _NotPlainError(Exception):
    """The command line is one for typer to judge."""


def parse(arguments: Sequence[str]) -> Invocation | None:
    """Return what a command line says, or None if it is for typer to judge."""
    try:
        return _parse(list(reversed(arguments)))
    except _NotPlainError:
        return None


def _parse(rest: list[str]) -> Invocation:
    """Read arguments, which are a stack: the next one is the last of the list."""
    given: dict[str, Given] = {}
    options = _by_flag(GLOBAL)
    while rest and rest[-1].startswith("-"):
        _take_option(rest, options, given)
    verb = VERBS.get(rest.pop()) if rest else None
    if verb is None:
        raise _NotPlainError
    words = _take_rest(rest, _by_flag((*GLOBAL, *verb.options)), given)
    required = sum(argument.required for argument in verb.arguments)
    if not required <= len(words) <= len(verb.arguments):
        raise _NotPlainError
    padded = [*words, *[None] * (len(verb.arguments) - len(words))]
    return Invocation(
        verb=verb,
        values={
            **{argument.name: word for argument, word in zip(verb.arguments, padded, strict=True)},
            **{option.name: given.get(option.name, option.absent) for option in verb.options},
        },
        shared={option.name: given.get(option.name, option.absent) for option in GLOBAL},
    )


def _by_flag(options: Iterable[Option]) -> dict[str, Option]:
    return {flag: option for option in options for flag in option.flags}


def _take_rest(rest: list[str], options: Mapping[str, Option], given: dict[str, Given]) -> list[str]:
    """Read what follows the verb; return the words that are no options."""
    words: list[str] = []
    while rest:
        if rest[-1] == "--":
            return words + rest[-2::-1]
        if rest[-1].startswith("-") and rest[-1] != "-":
            _take_option(rest, options, given)
        else:
            words.append(rest.pop())
    return words


def _take_option(rest: list[str], options: Mapping[str, Option], given: dict[str, Given]) -> None:
    """Read ``--flag``, ``--flag VALUE``, ``--flag=VALUE``, ``-f``, ``-f VALUE`` or ``-fVALUE``."""
    argument = rest.pop()
    attached: str | None
    if argument.startswith("--"):
        flag, equals, attached = argument.partition("=")
        attached = attached if equals else None
    else:
        flag, attached = argument[:2], argument[2:] or None
    option = options.get(flag)
    if option is None:
        raise _NotPlainError
    if option.kind in {"flag", "count"}:
        if attached is not None:
            raise _NotPlainError
        given[option.name] = True if option.kind == "flag" else _count(given.get(option.name))
        return
    if attached is None:
        if not rest:
            raise _NotPlainError
        attached = rest.pop()
    given[option.name] = _value(option, attached, given.get(option.name))


def _count(before: Given) -> int:
    return before + 1 if isinstance(before, int) else 1


def _value(option: Option, text: str, before: Given) -> Given:
    if option.kind == "texts":
        return (*before, text) if isinstance(before, tuple) else (text,)
    if option.kind == "number":
        if not (text.isascii() and text.isdigit() and len(text) <= _NUMBER_DIGITS):
            raise _NotPlainError
        return int(text)
    return text
