"""Values as JSON, in both directions. Specified in ``docs/json.md``.

JSON has no bytes, no NaN, no infinity and no way to say that a variable holds nothing; a map with one of the names
below as its only key stands for each. A real map that looks like one is wrapped, so that both directions agree:
``from_json(to_json(v)) == v`` for every value.
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from math import isfinite
from typing import Any, Final, NoReturn

from gitledger.codec import DEPTH_LIMIT, Value
from gitledger.errors import FormatError
from gitledger.ids import shown

BYTES: Final = "$bytes"
FLOAT: Final = "$float"
MAP: Final = "$map"
NOTHING: Final = "$absent"
"""``{"$absent": true}`` is what a variable without a value holds. No value is written so: callers look for it first."""
_MARKS: Final = frozenset({BYTES, FLOAT, MAP, NOTHING})
_FLOATS: Final = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
# The longest integers that a value holds have 20 digits; Python refuses to read some thousands in another way.
_INTEGER_DIGITS: Final = 40


def format_json(value: object) -> str:
    """Return JSON on one line, in ASCII: nothing in it can move a cursor or change a colour."""
    return json.dumps(value, separators=(", ", ": "))


def to_json(value: object) -> object:
    """Return what a value is in JSON."""
    if isinstance(value, bytes):
        return {BYTES: b64encode(value).decode()}
    if isinstance(value, float) and not isfinite(value):
        return {FLOAT: "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"}  # noqa: PLR0124 - NaN
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        members = {str(name): to_json(item) for name, item in value.items()}
        return {MAP: members} if len(members) == 1 and _MARKS & members.keys() else members
    return value


def from_json(found: object, depth: int = 0) -> Value:
    """Return the value that `parse_json` found.

    Raises:
        FormatError: a marked map that holds something else than it says, or nesting that no value has.
    """
    if depth > DEPTH_LIMIT:
        raise FormatError(f"JSON is nested deeper than {DEPTH_LIMIT} arrays and maps; expected less")
    if isinstance(found, list):
        return [from_json(item, depth + 1) for item in found]
    if not isinstance(found, dict):
        return found  # type: ignore[return-value]  # what else JSON has is a value as it is
    if len(found) == 1:
        ((name, content),) = found.items()
        if name == BYTES:
            return _parse_bytes(content)
        if name == FLOAT:
            return _parse_float(content)
        if name == NOTHING:
            raise FormatError(f'{{"{NOTHING}": ...}} is no value; expected it only where a variable may hold nothing')
        if name == MAP:
            found = _check_map(content)
    return {name: from_json(item, depth + 1) for name, item in found.items()}


def parse_json(text: str) -> object:
    """Return what JSON says, strictly: no key twice, no NaN, no number that Python would round to infinity.

    Raises:
        FormatError: it is not JSON, or says something that two readers could take for different things.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_no_key_twice,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_short,
        )
    except json.JSONDecodeError as error:
        raise FormatError(f"this is not JSON: {error.msg} at column {error.colno}; expected one JSON value") from None
    except RecursionError:
        raise FormatError(f"JSON is nested deeper than {DEPTH_LIMIT} arrays and maps; expected less") from None


def _parse_bytes(content: object) -> bytes:
    try:
        if isinstance(content, str):
            return b64decode(content, validate=True)
    except (Base64Error, ValueError):
        pass
    raise FormatError(f'{{"{BYTES}": ...}} holds something else than text in base64; expected base64 with padding')


def _parse_float(content: object) -> float:
    if not isinstance(content, str) or content not in _FLOATS:
        raise FormatError(f'{{"{FLOAT}": ...}} holds something else; expected one of {", ".join(_FLOATS)}')
    return _FLOATS[content]


def _check_map(content: object) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise FormatError(f'{{"{MAP}": ...}} holds something else than a map; expected a map')
    return content


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise FormatError(f"JSON has the key {shown(name)} twice in one map; expected each once")
        found[name] = value
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise FormatError(f'{name} is not JSON; expected a number, or {{"{FLOAT}": "{name}"}}')


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise FormatError(f"the number {shown(digits)} is larger than any float; expected less")
    return number


def _short(digits: str) -> int:
    if len(digits) > _INTEGER_DIGITS:
        raise FormatError("an integer takes more than 64 bits; expected -2^64 to 2^64 - 1")
    return int(digits)
