"""Values behave as the standard library's frozen dataclasses do, which are the oracle."""

import dataclasses
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from gitledger.frozen import FrozenError, field, frozen, replace


def _factory() -> dict[str, int]:
    return {}


def point(decorate: Callable[[type], type], default: object) -> Any:  # a class made by either
    """Return the same class, made by one of the two."""

    class Point:
        """A point."""

        x: int
        y: int = 7
        names: Mapping[str, int] = default  # type: ignore[assignment]

        def __post_init__(self) -> None:
            if self.x < 0:
                raise ValueError(self.x)

        @property
        def sum(self) -> int:
            """Both."""
            return self.x + self.y

    return decorate(Point)


OURS = point(frozen, field(default_factory=_factory))
THEIRS = point(
    dataclasses.dataclass(frozen=True, slots=True, kw_only=True), dataclasses.field(default_factory=_factory)
)
OURS.__qualname__ = OURS.__name__ = "OURS"  # where pickle finds it


@frozen(kw_only=False)
class Pair:
    """Two."""

    left: object
    right: object = None


@pytest.mark.parametrize("cls", [OURS, THEIRS], ids=["ours", "theirs"])
def test_fields_defaults_and_content(cls: Any) -> None:
    one = cls(x=1)
    assert (one.x, one.y, one.names, one.sum) == (1, 7, {}, 8)
    assert one.names is not cls(x=1).names
    assert one == cls(x=1, y=7)
    assert one != cls(x=2)
    assert one != (1, 7, {})
    assert not hasattr(one, "__dict__")
    assert cls.__doc__ == "A point."


@pytest.mark.parametrize("cls", [OURS, THEIRS], ids=["ours", "theirs"])
@pytest.mark.parametrize(
    "call", [lambda c: c(), lambda c: c(1), lambda c: c(x=1, z=2)], ids=["too few", "by place", "unknown"]
)
def test_wrong_fields_are_refused(cls: type, call: Callable[[type], object]) -> None:
    with pytest.raises(TypeError, match="__init__"):
        call(cls)
    with pytest.raises(ValueError, match="-1"):
        cls(x=-1)


@pytest.mark.parametrize("cls", [OURS, THEIRS], ids=["ours", "theirs"])
def test_nothing_changes(cls: Any) -> None:
    one = cls(x=1)
    with pytest.raises(AttributeError):
        one.x = 2
    with pytest.raises(AttributeError):
        del one.x
    with pytest.raises((AttributeError, TypeError)):  # theirs: a class with slots that was made twice
        one.z = 2
    assert one == cls(x=1)


def test_replace_makes_another_value_by_the_same_rules() -> None:
    one = OURS(x=1, y=2)
    assert replace(one, x=3) == OURS(x=3, y=2)
    assert one == OURS(x=1, y=2)
    with pytest.raises(ValueError, match="-1"):
        replace(one, x=-1)
    with pytest.raises(TypeError):
        replace(one, z=1)


def test_values_by_place_hash_show_and_travel() -> None:
    assert Pair(1) == Pair(1, None) == Pair(right=None, left=1)
    assert {Pair(1): "a"}[Pair(1)] == "a"
    assert repr(Pair("a", 2)) == "Pair(left='a', right=2)"
    assert repr(OURS(x=1)).endswith("(x=1, y=7, names={})")
    copied = pickle.loads(pickle.dumps(Pair("a", Pair(2))))  # noqa: S301  # our own
    assert copied == Pair("a", Pair(2))
    with pytest.raises(FrozenError, match="field left of Pair"):
        copied.left = 1
    with pytest.raises(TypeError):
        hash(Pair([]))
