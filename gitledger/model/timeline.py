"""The timeline of one variable (VST, variable-scoped timeline): the events that changed it, in segments of 64.

The newest segment is found by the variable's path; each names the one before it. Specified in
``docs/format/timeline.md``.
"""

from typing import Final

from gitledger import codec
from gitledger.codec import Value
from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import EventId, Oid

SEGMENT_EVENTS: Final = 64
COUNT_LIMIT: Final = 2**63

_OID_SIZES: Final = frozenset({20, 32})
# The fields in canonical order, behind the head of their map.
_IDS, _PREV, _COUNT = map(codec.text, ("ids", "prev", "count"))
_FIELDS: Final = codec.head(codec.MAP, 3)
_NO_PREV: Final = codec.encode(None)


@frozen
class Timeline:
    """The newest segment of a timeline.

    Attributes:
        count: how many events the whole timeline has, earlier segments included; 1 to 2^63 - 1.
        prev: blob of the segment before, which is full; None for the first.
        ids: this segment's events, oldest first; 1 to 64.
    """

    count: int
    prev: Oid | None
    ids: tuple[EventId, ...]

    def __post_init__(self) -> None:
        """Refuse a segment that no sequence of appends could have made.

        Raises:
            FormatError: counts that don't fit together, object ids of different lengths.
        """
        if not 1 <= self.count < COUNT_LIMIT or len(self.ids) != (self.count - 1) % SEGMENT_EVENTS + 1:
            raise FormatError(f"a timeline of {self.count} events has {len(self.ids)} in its newest segment")
        if (self.prev is None) != (self.count <= SEGMENT_EVENTS):
            raise FormatError(
                f"a timeline of {self.count} events has {'no' if self.prev is None else 'an'} earlier segment"
            )
        sizes = {*map(len, self.ids), len(self.ids[0] if self.prev is None else self.prev)}
        if len(sizes) > 1 or not sizes <= _OID_SIZES:
            raise FormatError(f"a timeline holds object ids of {sorted(sizes)} bytes; expected 20 or 32 throughout")


def extend(timeline: Timeline | None, event: EventId, sealed: Oid | None) -> Timeline:
    """Return the timeline with one more event.

    Args:
        timeline: the newest segment, or None for a variable without one.
        event: the event that changed the variable.
        sealed: the blob id of ``timeline`` if it `is_full`; it becomes ``prev`` of a new segment.
    """
    if timeline is None:
        return Timeline(count=1, prev=None, ids=(event,))
    if is_full(timeline):
        return Timeline(count=timeline.count + 1, prev=sealed, ids=(event,))
    return Timeline(count=timeline.count + 1, prev=timeline.prev, ids=(*timeline.ids, event))


def is_full(timeline: Timeline) -> bool:
    """Return whether the next event starts a new segment."""
    return len(timeline.ids) == SEGMENT_EVENTS


def format_timeline(timeline: Timeline) -> bytes:
    """Return the canonical bytes of a segment."""
    # By hand, at a fifth of the price of the codec: a batch writes a segment for each variable that it touches.
    oid_head = codec.head(codec.BYTES, len(timeline.ids[0]))
    return b"".join(
        [
            _FIELDS + _IDS,
            codec.head(codec.ARRAY, len(timeline.ids)) + oid_head,
            oid_head.join(timeline.ids),
            _PREV,
            _NO_PREV if timeline.prev is None else oid_head + timeline.prev,
            _COUNT,
            codec.head(codec.UINT, timeline.count),
        ]
    )


def parse_timeline(data: bytes) -> Timeline:
    """Return the segment that these bytes hold.

    Raises:
        FormatError: bytes that `format_timeline` would not have written.
    """
    content = codec.decode(data)
    if not isinstance(content, dict) or content.keys() != {"count", "prev", "ids"}:
        raise FormatError("a timeline has other fields than count, prev and ids")
    count, prev, ids = content["count"], content["prev"], content["ids"]
    if not isinstance(count, int) or isinstance(count, bool) or not isinstance(prev, bytes | None):
        raise FormatError("a timeline has a count that is no integer or a prev that is no object id")
    if not isinstance(ids, list):
        raise FormatError("a timeline has something else than a list as its events")
    return Timeline(count=count, prev=None if prev is None else Oid(prev), ids=tuple([_event_id(oid) for oid in ids]))


def _event_id(value: Value) -> EventId:
    if not isinstance(value, bytes):
        raise FormatError("a timeline has something else than bytes where an event id belongs")
    return EventId(value)
