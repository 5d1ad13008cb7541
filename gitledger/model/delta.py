"""What an event changed: variable -> new value, or nothing where it was deleted.

Values stay in their canonical bytes from the caller to the blob and back: equality of values is equality of bytes.
Specified in ``docs/format/event.md``.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from gitledger import codec
from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import Variable, parse_variable, shown
from gitledger.model.value import read_value

_DELETED: Final = codec.head(codec.ARRAY, 0)
_SET: Final = codec.head(codec.ARRAY, 1)
# Where the major type stands in the first byte of an item (RFC 8949, section 3.1).
_MAJOR: Final = 0xE0


@frozen
class Delta:
    """The change of one event.

    Attributes:
        changes: the canonical bytes of each variable's new value; None where the variable was deleted.
    """

    changes: Mapping[Variable, bytes | None]

    @property
    def writeset(self) -> tuple[Variable, ...]:
        """The variables that changed, sorted by their UTF-8 bytes."""
        return sort_variables(self.changes)


def sort_variables(variables: Iterable[Variable]) -> tuple[Variable, ...]:
    """Return distinct variables sorted by their UTF-8 bytes, which is the order of their code points."""
    return tuple(sorted(set(variables)))


def format_delta(delta: Delta) -> bytes:
    """Return the canonical bytes of a delta: ``{variable: [value]}``, and ``[]`` for a deleted one."""
    cells = [codec.text(name) + (_DELETED if value is None else _SET + value) for name, value in delta.changes.items()]
    # No name's encoding begins another's, so this is the order of the names; by hand, at a third of the codec's price.
    cells.sort()
    return codec.head(codec.MAP, len(cells)) + b"".join(cells)


def parse_delta(data: bytes) -> Delta:
    """Return the delta that these bytes hold.

    Raises:
        FormatError: not canonical, a name or value that breaks a rule, a list that holds more than one value.
    """
    if len(data) > codec.SIZE_LIMIT:
        raise FormatError(f"a delta has {len(data):,} bytes; expected at most {codec.SIZE_LIMIT:,}")
    if not data or data[0] & _MAJOR != codec.MAP:
        raise FormatError("a delta is not a map; expected variable -> [value] or []")
    changes: dict[Variable, bytes | None] = {}
    items, start = codec.read_count(data, 0)
    before = b""
    # By hand, at half of the codec's price: the bytes of a value are not lost on the way.
    for _ in range(0, items, 2):
        name, end = codec.read(data, start)
        key, cell = data[start:end], data[end : end + 1]
        if key <= before:
            raise FormatError("a delta has variables out of order, or one twice; expected each once, by its bytes")
        if not isinstance(name, str):
            raise FormatError("a delta has a key that is not text; expected a variable")
        if cell == _SET:
            _, start = read_value(data, end + 1)
            changes[parse_variable(name)] = data[end + 1 : start]
        elif cell == _DELETED:
            start = end + 1
            changes[parse_variable(name)] = None
        else:
            raise FormatError(f"a delta holds something else than [value] or [] for {shown(name)}")
        before = key
    if start < len(data):
        raise FormatError(f"a delta has {len(data) - start:,} bytes left over; expected its end")
    return Delta(changes=changes)
