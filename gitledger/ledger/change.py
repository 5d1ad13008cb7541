"""What a caller asks for: a change, before the ledger has decided what really changes."""

from collections.abc import Mapping
from typing import Final

from gitledger.codec import Value
from gitledger.errors import FormatError
from gitledger.frozen import field, frozen
from gitledger.ids import Variable, parse_variable
from gitledger.model.envelope import KEY_BYTES
from gitledger.model.rule import OURS, Rule
from gitledger.model.value import format_value

ABSENT: Final = object()
"""Expect that a variable holds no value."""
CHANGE_BYTES: Final = 32 * 1024 * 1024
"""Names and values of one change, eight bytes more for each name: event and delta stay below the codec's 64 MiB."""
_NAME_OVERHEAD: Final = 8


@frozen
class Change:
    """A change that somebody asks for; checked when it is built.

    Attributes:
        rule: which computation makes it.
        writes: canonical bytes of each variable's new value, None to delete it.
        reads: what the decision depended on.
        expect: canonical bytes that a variable must hold on the head that is published on, None for "no value".
        key: idempotency key: the same key again is the same event.
        meta: what the envelope shall remember: ``message``, ``meta``, ``git``.
    """

    rule: Rule
    writes: Mapping[Variable, bytes | None]
    reads: frozenset[Variable] = frozenset()
    expect: Mapping[Variable, bytes | None] = field(default_factory=dict)
    key: str | None = None
    meta: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a change that is too large for one event.

        Raises:
            FormatError: more than `CHANGE_BYTES`.
        """
        names = sum(len(name.encode()) + _NAME_OVERHEAD for touched in (self.writes, self.reads) for name in touched)
        size = names + sum(len(value) for value in self.writes.values() if value is not None)
        if size > CHANGE_BYTES:
            raise FormatError(
                f"a change of {size:,} bytes; expected at most {CHANGE_BYTES:,}",
                hint="record it as several changes, or store large content as an artifact",
            )


def change(
    rule: str | Rule,
    *,
    set: Mapping[str, object] | None = None,  # noqa: A002 - the word of the command line
    delete: "tuple[str, ...] | list[str]" = (),
    read: "tuple[str, ...] | list[str]" = (),
    expect: Mapping[str, object] | None = None,
    key: str | None = None,
    message: str | None = None,
    meta: Value = None,
) -> Change:
    """Return a checked change.

    Args:
        rule: the rule, or its name.
        set: new values by variable.
        delete: variables to delete.
        read: variables that the decision depended on.
        expect: values that must hold, `ABSENT` for none.
        key: idempotency key, 1 to 1,024 bytes.
        message: one or more lines for people.
        meta: a value; together with message and key at most 64 KiB.

    Raises:
        FormatError: a name or value that breaks a rule, a variable both set and deleted, a reserved rule name, too much
            in one change.
    """
    rule = Rule(name=rule) if isinstance(rule, str) else rule
    if rule.name in OURS:
        raise FormatError(f"the rule name {rule.name} belongs to the ledger itself; expected another name")
    writes: dict[Variable, bytes | None] = {}
    for name, one in (set or {}).items():
        writes[parse_variable(name)] = _value(name, one)
    for name in delete:
        if name in writes:
            raise FormatError(f"variable {name} is both set and deleted, or deleted twice; expected one of them")
        writes[parse_variable(name)] = None
    remembered: dict[str, Value] = {} if message is None else {"message": message}
    if meta is not None:
        remembered["meta"] = meta
    # What no envelope can hold is refused here, where it is still clear whose change it is.
    format_value({**remembered, "key": key})
    if key is not None and not 1 <= len(key.encode()) <= KEY_BYTES:
        raise FormatError(f"an idempotency key of {len(key.encode())} bytes; expected 1 to {KEY_BYTES:,}")
    if message is not None and "\0" in message:
        raise FormatError("a message holds a NUL character, which no commit can hold; expected text")
    return Change(
        rule=rule,
        writes=writes,
        reads=frozenset(parse_variable(name) for name in read),
        expect={
            parse_variable(name): None if one is ABSENT else _value(name, one) for name, one in (expect or {}).items()
        },
        key=key,
        meta=remembered,
    )


def _value(name: str, value: object) -> bytes:
    try:
        return format_value(value)
    except FormatError as error:
        error.details.setdefault("variable", name)
        raise
