"""Values: classes that hold fields and never change.

What ``dataclass(frozen=True, slots=True, kw_only=True)`` makes, and no more of it than values here need: nobody derives
from them. The standard module loads ``inspect`` and compiles six functions when a class is made, which was a quarter of
the time of ``git ledger append`` (ADR 0010). Here a class compiles its ``__init__`` when the first value is made.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, dataclass_transform, overload

_T = TypeVar("_T")


class FrozenError(AttributeError):
    """Somebody tried to change a value."""


class _Factory:
    """The default of a field that every value gets a new one of."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], object]) -> None:
        self.make = make


def field(*, default_factory: Callable[[], _T]) -> _T:
    """Return the default of a field that is made anew for every value."""
    return _Factory(default_factory)  # type: ignore[return-value]  # what the class statement needs to see


@overload
def frozen(cls: type[_T]) -> type[_T]: ...
@overload
def frozen(*, kw_only: bool) -> Callable[[type[_T]], type[_T]]: ...
@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: type[_T] | None = None, *, kw_only: bool = True) -> type[_T] | Callable[[type[_T]], type[_T]]:
    """Make a class of values from its annotations: slots, ``==`` and ``hash`` by content, ``repr``, pickling.

    Args:
        cls: a class with annotated fields, each with or without a default; ``__post_init__``, if there, checks a value.
        kw_only: whether ``__init__`` takes the fields by name only.
    """

    def make(cls: type[_T]) -> type[_T]:
        return _make(cls, kw_only=kw_only)

    return make if cls is None else make(cls)


def replace(value: _T, **changes: Any) -> _T:  # noqa: ANN401  # whatever the fields take
    """Return a value with some fields changed.

    Raises:
        TypeError: it has no such field.
    """
    kept = {name: getattr(value, name) for name in _names(value)}
    return type(value)(**{**kept, **changes})


def _make(cls: type[_T], *, kw_only: bool) -> type[_T]:
    names = tuple(cls.__annotations__)
    defaults = {name: cls.__dict__[name] for name in names if name in cls.__dict__}
    body = {name: item for name, item in cls.__dict__.items() if name not in {"__dict__", "__weakref__", *defaults}}
    # A class cannot get slots later, so it is made once more.
    made: type[_T] = type(
        cls.__name__,
        cls.__bases__,
        body
        | {
            "__slots__": names,
            "__qualname__": cls.__qualname__,
            "__setattr__": _refuse,
            "__delattr__": _refuse,
            "__getstate__": _values,
            "__setstate__": _setstate,
            "__repr__": _repr,
            "__eq__": _eq,
            "__hash__": _hash,
        },
    )
    _set_init(made, _first_init(made, defaults, kw_only=kw_only))
    return made


def _names(value: object) -> tuple[str, ...]:
    names: tuple[str, ...] = type(value).__slots__  # type: ignore[attr-defined]  # `_make` has given them
    return names


def _set_init(cls: type, init: Callable[..., None]) -> None:
    cls.__init__ = init  # type: ignore[misc]  # nobody derives from values


def _first_init(cls: type, defaults: Mapping[str, object], *, kw_only: bool) -> Callable[..., None]:
    """Return an ``__init__`` that compiles the real one, puts it in its place and calls it."""

    def __init__(self: object, *args: object, **kwargs: object) -> None:  # noqa: N807  # it is that
        init = _compile_init(cls, defaults, kw_only=kw_only)
        _set_init(cls, init)
        init(self, *args, **kwargs)

    return __init__


def _compile_init(cls: type, defaults: Mapping[str, object], *, kw_only: bool) -> Callable[..., None]:
    scope: dict[str, Any] = {"_absent": object()}
    parameters, lines = ["self", "*"] if kw_only else ["self"], []
    for name in cls.__slots__:  # type: ignore[attr-defined]  # `_make` has given them
        # Slots are set by their descriptors, which `__setattr__` does not guard.
        scope[f"_set_{name}"] = getattr(cls, name).__set__
        parameter = value = name
        if name in defaults:
            default = scope[f"_default_{name}"] = defaults[name]
            parameter = f"{name}=_default_{name}"
            if isinstance(default, _Factory):
                scope[f"_make_{name}"] = default.make
                parameter, value = f"{name}=_absent", f"_make_{name}() if {name} is _absent else {name}"
        parameters.append(parameter)
        lines.append(f"    _set_{name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append("    self.__post_init__()")
    exec("\n".join([f"def __init__({', '.join(parameters)}):", *lines]), scope)  # noqa: S102  # names of fields, no more
    init: Callable[..., None] = scope["__init__"]
    return init


def _refuse(self: object, name: str, *_: object) -> None:
    raise FrozenError(f"cannot change field {name} of {type(self).__name__}")


def _values(value: object) -> tuple[object, ...]:
    return tuple([getattr(value, name) for name in _names(value)])


def _setstate(self: object, state: tuple[object, ...]) -> None:
    for name, value in zip(_names(self), state, strict=True):
        getattr(type(self), name).__set__(self, value)


def _repr(self: object) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in _names(self))
    return f"{type(self).__qualname__}({shown})"


def _eq(self: object, other: object) -> object:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _values(self) == _values(other)


def _hash(self: object) -> int:
    return hash(_values(self))
