"""The typer app: help and usage messages, made from the table in `options`.

It does not run anything: `parse_with_typer` returns the same `Invocation` as the light parser does. Imported only
where that one declines.
"""

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, Signature
from typing import Any, Final

import typer

from gitledger import __version__
from gitledger.cli.options import GLOBAL, VERBS
from gitledger.cli.parse import Invocation
from gitledger.cli.verb import Argument, Given, Option, Verb
from gitledger.errors import UsageError

_TYPES: Final[dict[str, Any]] = {
    "flag": bool,
    "count": int,
    "text": str | None,
    "texts": list[str] | None,
    "number": int | None,
}


def parse_with_typer(arguments: Sequence[str]) -> Invocation | int:
    """Return what a command line says, or the exit code after help was printed.

    Raises:
        UsageError: in typer's words, what is wrong with it.
    """
    try:
        found = typer.main.get_command(build_app()).main(list(arguments), prog_name="git-ledger", standalone_mode=False)
    except typer.TyperException as error:
        message = error.format_message().rstrip(".")
        raise UsageError(
            message, hint="git-ledger --help lists the verbs, git-ledger VERB --help the options"
        ) from error
    return found if isinstance(found, Invocation) else int(found or 0)


def build_app() -> typer.Typer:
    """Return the app: one command per verb, the global options on each of them and before them."""
    app = typer.Typer(
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        help="A provenance ledger in plain Git: what changed each value, by which rule, in which order.",
    )
    shared: dict[str, Given] = {}
    app.callback()(_callback(shared))
    for verb in VERBS.values():
        app.command(verb.name, help=verb.help)(_command(verb, shared))
    return app


def _callback(shared: dict[str, Given]) -> Callable[..., None]:
    def callback(**values: Given) -> None:
        shared.update({option.name: values[option.name] for option in GLOBAL})

    show = typer.Option(False, "--version", help="Print the version.", callback=_print_version, is_eager=True)  # noqa: FBT003 - typer has it first
    version = Parameter("version", Parameter.KEYWORD_ONLY, default=show, annotation=bool)
    return _with_parameters(callback, [*map(_option, GLOBAL), version])


def _command(verb: Verb, shared: Mapping[str, Given]) -> Callable[..., Invocation]:
    def command(**values: Any) -> Invocation:  # noqa: ANN401 - typer decides what it gives
        texts = {option.name for option in verb.options if option.kind == "texts"}
        given = {name: tuple(value or ()) if name in texts else value for name, value in values.items()}
        return Invocation(
            verb=verb,
            values={name: value for name, value in given.items() if name not in shared},
            # What stands after the verb counts, then what stands before it.
            shared={
                option.name: shared[option.name] if given[option.name] == option.absent else given[option.name]
                for option in GLOBAL
            },
        )

    parameters = [*map(_argument, verb.arguments), *map(_option, (*verb.options, *GLOBAL))]
    return _with_parameters(command, parameters)


def _option(option: Option) -> Parameter:
    default = typer.Option(
        None if option.kind == "texts" else option.absent,
        *option.flags,
        help=option.help,
        metavar=option.metavar or None,
        count=option.kind == "count",
        min=0 if option.kind == "number" else None,
        show_default=False,
    )
    return Parameter(option.name, Parameter.KEYWORD_ONLY, default=default, annotation=_TYPES[option.kind])


def _argument(argument: Argument) -> Parameter:
    default = typer.Argument(
        ... if argument.required else None, help=argument.help, metavar=argument.name.upper(), show_default=False
    )
    return Parameter(argument.name, Parameter.KEYWORD_ONLY, default=default, annotation=str)


def _with_parameters(function: Callable[..., Any], parameters: list[Parameter]) -> Callable[..., Any]:
    # typer reads a function's signature and its annotations.
    function.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return function


def _print_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"git-ledger {__version__}")
        raise typer.Exit
