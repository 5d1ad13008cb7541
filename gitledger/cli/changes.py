"""What a command line or a batch line asks for, as changes. Specified in ``docs/git-ledger-append.md``."""

from collections.abc import Callable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from gitledger.cli.lines import read_lines
from gitledger.durable import storage_error
from gitledger.errors import FormatError, UsageError
from gitledger.ids import shown
from gitledger.ledger.change import ABSENT, Change, change
from gitledger.model.value import VALUE_BYTES

if TYPE_CHECKING:
    from pathlib import Path

LINE_BYTES: Final = 16 * 1024 * 1024
"""The longest line of a batch."""
_MEMBERS: Final = {
    "rule": "text",
    "set": "a map",
    "delete": "a list of texts",
    "read": "a list of texts",
    "expect": "a map",
    "key": "text",
    "meta": "any JSON",
}
"""What a line may hold."""


class Assignment(NamedTuple):
    """``K=TEXT``, ``K:=JSON``, ``K=@FILE`` or ``K!``, read."""

    variable: str
    value: object


def parse_set(text: str, where: "Callable[[str], Path]") -> Assignment:
    """Return what one ``--set`` says; ``where`` says where a file is.

    Raises:
        UsageError: no ``=`` in it.
        FormatError: broken JSON, or a file that is too large.
        StorageError: the file cannot be read.
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {shown(text)} has no value; expected K=TEXT, K:=JSON or K=@FILE")
    if value.startswith("@") and not name.endswith(":"):
        return Assignment(name, _read_file(where(value[1:])))
    return _parse_assignment(name, value)


def parse_expect(text: str) -> Assignment:
    """Return what one ``--expect`` says.

    Raises:
        UsageError: neither ``=`` nor a ``!`` at the end.
        FormatError: broken JSON.
    """
    name, equals, value = text.partition("=")
    if equals:
        return _parse_assignment(name, value)
    if not name.endswith("!"):
        raise UsageError(f"--expect {shown(text)} has no value; expected K=TEXT, K:=JSON or K!")
    return Assignment(name[:-1], ABSENT)


def once(assignments: Sequence[Assignment]) -> dict[str, object]:
    """Return values by variable.

    Raises:
        UsageError: a variable is named twice.
    """
    values = dict(assignments)
    if len(values) < len(assignments):
        names = [assignment.variable for assignment in assignments]
        twice = next(name for name in values if names.count(name) > 1)
        raise UsageError(f"variable {shown(twice)} is given two values; expected one")
    return values


def parse_batch(lines: IO[bytes]) -> Iterator[Change | None]:
    """Yield the change of each line while lines come in, and None before one has to be waited for.

    Raises:
        FormatError: a line that asks for no change, or is too long.
    """
    for line in read_lines(lines, LINE_BYTES):
        yield None if line is None else _parse_line(line)


def _parse_assignment(name: str, value: str) -> Assignment:
    if not name.endswith(":"):
        return Assignment(name, value)
    # Imported here, with all that JSON needs, because most values are text.
    from gitledger.cli.values import from_json, parse_json

    try:
        return Assignment(name[:-1], from_json(parse_json(value)))
    except FormatError as error:
        raise FormatError(f"value of {shown(name[:-1])}: {error.message}", details=error.details) from error


def _read_file(path: "Path") -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(VALUE_BYTES + 1)  # one more is enough to be refused
    except OSError as error:
        raise storage_error(f"cannot read {shown(str(path))}", error) from error


def _parse_line(line: bytes) -> Change:
    if len(line) > LINE_BYTES:
        raise FormatError(f"it has more than {LINE_BYTES:,} bytes; expected at most as many")
    from gitledger.cli.values import from_json, parse_json

    try:
        found = parse_json(line.decode())
    except UnicodeDecodeError as error:
        raise FormatError(f"it is not UTF-8 from byte {error.start + 1:,} on; expected UTF-8") from None
    if not isinstance(found, dict):
        raise FormatError("it is no JSON object; expected one")
    for name, value in found.items():
        if name not in _MEMBERS:
            raise FormatError(f"it has the member {shown(name)}; expected only {', '.join(_MEMBERS)}")
        if not _is(_MEMBERS[name], value):
            raise FormatError(f"its member {name} is something else; expected {_MEMBERS[name]}")
    if "rule" not in found:
        raise FormatError("it has no rule; expected the name of one")
    return change(
        found["rule"],
        set={name: from_json(value) for name, value in found.get("set", {}).items()},
        delete=found.get("delete", ()),
        read=found.get("read", ()),
        expect={name: _expected(value) for name, value in found.get("expect", {}).items()},
        key=found.get("key"),
        meta=from_json(found.get("meta")),
    )


def _is(kind: str, value: object) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "a map":
            return isinstance(value, dict)
        case "a list of texts":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return True


def _expected(found: object) -> object:
    from gitledger.cli.values import NOTHING, from_json

    return ABSENT if found == {NOTHING: True} else from_json(found)
