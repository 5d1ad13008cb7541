"""One scenario, and the few bytes of CBOR and Git that scenarios are made of. Nothing here checks or sorts."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ACCEPT = "accept"
FORMAT_ERROR = "FormatError"
OVERLAP_ERROR = "OverlapError"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One file of vectors.

    Attributes:
        says: the scenario as a sentence; the file is named by it.
        expected: ``accept``, or the name of a class in ``errors.py``.
        content: what else the file holds.
    """

    says: str
    expected: str
    content: dict[str, object] = field(default_factory=dict)


def accepted(says: str, data: bytes, **content: object) -> Scenario:
    """Return a scenario whose bytes are accepted and mean ``content``."""
    return Scenario(says=says, expected=ACCEPT, content={"bytes": data.hex(), **content})


def refused(says: str, data: bytes) -> Scenario:
    """Return a scenario whose bytes are refused; ``says`` is the subject of its sentence."""
    return Scenario(says=f"{says} is refused", expected=FORMAT_ERROR, content={"bytes": data.hex()})


def write(folder: Path, scenarios: Iterable[Scenario]) -> None:
    """Write each scenario to the file that its sentence names, over what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    written: set[Path] = set()
    for scenario in scenarios:
        path = folder / f"{scenario.says.replace(' ', '-').replace(',', '')}.json"
        if path in written:
            raise AssertionError(f"two scenarios say: {scenario.says}")
        written.add(path)
        content = {"says": scenario.says, "expected": scenario.expected, **scenario.content}
        path.write_text(json.dumps(content, indent=1, ensure_ascii=True) + "\n", encoding="utf-8", newline="\n")


def head(major: int, argument: int) -> bytes:
    """Return the shortest CBOR head: a major type and its argument."""
    if argument < 24:
        return bytes([major << 5 | argument])
    power = next(power for power in range(4) if argument < 1 << (8 << power))
    return bytes([major << 5 | 24 + power]) + argument.to_bytes(1 << power, "big")


def uint(value: int) -> bytes:
    """Return an integer that is not negative."""
    return head(0, value)


def octets(value: bytes) -> bytes:
    """Return a byte string."""
    return head(2, len(value)) + value


def text(value: str) -> bytes:
    """Return a text string."""
    return head(3, len(value.encode())) + value.encode()


def array(*items: bytes) -> bytes:
    """Return an array of encoded items."""
    return head(4, len(items)) + b"".join(items)


def mapping(pairs: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a map from text to encoded values, in the order given."""
    pairs = list(pairs)
    return head(5, len(pairs)) + b"".join(text(name) + value for name, value in pairs)


NULL = b"\xf6"
TRUE = b"\xf5"


def name_of(label: str, size: int) -> bytes:
    """Return an object id of 20 or 32 bytes for something that a scenario only names."""
    return hashlib.sha256(label.encode()).digest()[:size]


def blob_id(data: bytes, size: int) -> str:
    """Return the hexadecimal id that Git gives a blob, in a repository whose ids have 20 or 32 bytes."""
    algorithm = {20: hashlib.sha1, 32: hashlib.sha256}[size]
    return algorithm(b"blob %d\0" % len(data) + data).hexdigest()
