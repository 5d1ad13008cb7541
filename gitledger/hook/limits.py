"""What a push may cost: the settings ``ledger.gate*`` of the server's repository."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from gitledger.errors import FormatError
from gitledger.ids import shown

_NUMBER = re.compile(r"([1-9][0-9]{0,11})([kmg]?)\Z", re.IGNORECASE)
_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


class Limits(NamedTuple):
    """Limits of one push.

    Attributes:
        objects: how many it may bring; a publication of n events brings some 4 n and a few trees.
        object_bytes: bytes of the largest one, inflated. A publication of an append has at most 16 MiB in all.
        bytes: bytes of all of them, inflated.
        seconds: how long the gate may take.
    """

    objects: int = 1_000_000
    object_bytes: int = 16 << 20
    bytes: int = 1 << 30
    seconds: int = 300


def read_limits(config: Mapping[str, str]) -> Limits:
    """Return the limits that a repository's settings say; `Limits` has the usual ones.

    Raises:
        FormatError: a setting is no number as Git writes them.
    """
    names = {name: f"ledger.gate{name.replace('_', '')}" for name in Limits._fields}
    return Limits(**{name: _number(key, config[key]) for name, key in names.items() if key in config})


def _number(key: str, text: str) -> int:
    match = _NUMBER.match(text)
    if match is None:
        raise FormatError(f"{key} is {shown(text)}; expected a number from 1, with k, m or g behind it or not")
    return int(match[1]) * _UNITS[match[2].lower()]
