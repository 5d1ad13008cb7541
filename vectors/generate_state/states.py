"""Maps from variables to values, and the trees that they are."""

import hashlib
from collections.abc import Iterator, Mapping
from itertools import count, islice
from typing import Final

from tests.split_tree import Oracle
from vectors.generate_model.scenario import ACCEPT, FORMAT_ERROR, Scenario

Values = Mapping[str, str]
"""Variable -> its value's bytes in hexadecimal."""

NULL: Final = "f6"


def scenarios() -> Iterator[Scenario]:
    """Yield all of them."""
    yield state("a state in which no variable holds a value is the empty tree", {})
    example = {"model/accuracy": "fb3fed1eb851eb851f", "model/seed": "182a", "note": "6568656c6c6f"}
    yield state("a state of three variables", example)
    yield state("a directory sorts as if its name ended with a slash", nulls("a-", "a.b", "a/x", "a0", "A"))
    yield state("names sort by their bytes in UTF-8", nulls("z", "\u00e9", "\uff5e", "\U0001f525", "e"))
    yield state("equal values are one blob", {"a": "182a", "b/a": "182a", "b/b": "182a"})
    yield from split()
    yield from shrunk()
    yield from indexed()
    for where, lower in (("below", "a/b"), ("far below", "a/b/c")):
        says = f"a value at a variable and another one {where} it is refused"
        yield Scenario(says=says, expected=FORMAT_ERROR, content=content(nulls("a", lower)))


def split() -> Iterator[Scenario]:
    """Yield directories around the number of children that is too many."""
    yield state("a directory of 64 children is one tree", nulls(*numbered(64)))
    yield state("a directory of 65 children is split", nulls(*numbered(65)))
    below = [f"d/{name}" for name in numbered(65)]
    yield state("a directory is split by itself and not for what is below it", nulls("a", *below))
    mixed = [f"{name}/x" if number % 13 == 0 else name for number, name in enumerate(numbered(65))]
    yield state("directories and variables count alike", nulls(*mixed))
    yield state("a bucket of 64 children is one tree", nulls(*alike("0", 64), *alike("1", 1)))
    yield state("a bucket of 65 children is split again", nulls(*alike("0", 65), *alike("1", 1)))
    yield state("a bucket may be the only one", nulls(*alike("00", 65), *alike("01", 2)))


def shrunk() -> Iterator[Scenario]:
    """Yield states that variables were deleted from; the shape tells nothing of what was there before."""
    yield state("a directory that shrinks to 64 children is one tree", nulls(*numbered(64)), nulls(*numbered(70)))
    after = nulls(*alike("0", 64), "other")
    before = nulls(*alike("0", 70), "other")
    yield state("a bucket that shrinks to 64 children is one tree", after, before)
    yield state("a split that shrinks by two levels at once", nulls(*alike("00", 64)), nulls(*alike("00", 65)))
    yield state("a directory in which nothing is left is gone", nulls("a"), nulls("a", "b/c/d", "b/c/e"))
    yield state("a state in which nothing is left is the empty tree", {}, nulls("b/c/d"))
    yield state("a variable may take the place of a directory", nulls("a"), nulls("a/b/c"))
    yield state("a directory may take the place of a variable", nulls("a/b/c"), nulls("a"))


def indexed() -> Iterator[Scenario]:
    """Yield maps whose leaves are marked, as timelines are under ``index/``."""
    yield state("a timeline has a mark before its name", nulls("a", "a/b", "a.b"), mark="~")
    yield state("a timeline belongs to the bucket of its name without the mark", nulls(*numbered(65)), mark="~")
    pairs = [name + below for name in numbered(33) for below in ("", "/x")]
    yield state("a timeline and a directory of one name are two children", nulls(*pairs), mark="~")


def numbered(number: int) -> list[str]:
    """Return so many names."""
    return [f"v{n:03}" for n in range(number)]


def alike(digits: str, number: int) -> list[str]:
    """Return so many names whose SHA-256 begins with these digits."""
    names = (f"n{n}" for n in count())
    return list(
        islice((name for name in names if hashlib.sha256(name.encode()).hexdigest().startswith(digits)), number)
    )


def nulls(*variables: str) -> dict[str, str]:
    """Let all of them hold null."""
    return dict.fromkeys(variables, NULL)


def state(says: str, values: Values, before: Values | None = None, *, mark: str = "") -> Scenario:
    """Return the scenario of a map, and of the one that it was before."""
    told = content(values, mark)
    if before is not None:
        told["before"] = dict(before)
    for algorithm in ("sha1", "sha256"):
        blobs = {name: blob(bytes.fromhex(value), algorithm) for name, value in values.items()}
        oracle = Oracle(blobs, mark=mark, algorithm=algorithm)
        told[algorithm] = {"root": oracle.root.hex(), "listing": oracle.listing()}
    return Scenario(says=says, expected=ACCEPT, content=told)


def content(values: Values, mark: str = "") -> dict[str, object]:
    """Return what every scenario of a map says."""
    return {"mark": mark, "variables": dict(sorted(values.items()))}


def blob(data: bytes, algorithm: str) -> bytes:
    """Return the id of a blob."""
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data).digest()
