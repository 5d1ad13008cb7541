"""What a verb is made of: its name, its arguments and its options. `options` lists them all."""

from typing import Literal, TypeAlias

from gitledger.frozen import frozen

Kind = Literal["flag", "count", "text", "texts", "number"]
"""A flag is given or not; a count says how often; text once, the last one counts; texts any number of times; a number
is 0 or more."""
Given: TypeAlias = bool | str | tuple[str, ...] | int | None


@frozen
class Option:
    """One option.

    Attributes:
        flags: how it is written, the long form last.
        kind: what it takes.
        metavar: what its value is called in help; empty for a flag.
        help: one line.
        name: the parameter of ``run`` that gets the value; by default the long form without its dashes.
    """

    flags: tuple[str, ...]
    kind: Kind = "text"
    metavar: str = ""
    help: str
    name: str = ""

    def __post_init__(self) -> None:
        """Name the parameter after the long form."""
        object.__setattr__(self, "name", self.name or self.flags[-1].lstrip("-").replace("-", "_"))

    @property
    def absent(self) -> Given:
        """The value when it is not given."""
        absent: dict[Kind, Given] = {"flag": False, "count": 0, "texts": ()}
        return absent.get(self.kind)


@frozen
class Argument:
    """One positional argument, named as the parameter of ``run`` that gets it."""

    name: str
    help: str
    required: bool = True


@frozen
class Verb:
    """One verb; its module in this package is named like it, with an underscore for each hyphen.

    Attributes:
        name: the word.
        help: one line.
        arguments: what it takes by place.
        options: what it takes by name.
        repository: whether it works on a repository.
    """

    name: str
    help: str
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()
    repository: bool = True
