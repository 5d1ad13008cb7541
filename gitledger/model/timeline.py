"""The timeline of one variable (VST, variable-scoped timeline): the events that changed it, in segments of 64.

The newest segment is found by the variable's path; each names the one before it. Specified in
``docs/format/timeline.md``.
"""

from dataclasses import dataclass
from typing import Final

from gitledger import codec
from gitledger.errors import FormatError
from gitledger.ids import EventId, Oid

SEGMENT_EVENTS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The newest segment of a timeline.

    Attributes:
        count: how many events the whole timeline has, earlier segments included; at least 1.
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
        if self.count < 1 or len(self.ids) != (self.count - 1) % SEGMENT_EVENTS + 1:
            raise FormatError(f"a timeline of {self.count} events has {len(self.ids)} in its newest segment")
        if (self.prev is None) != (self.count <= SEGMENT_EVENTS):
            raise FormatError(f"a timeline of {self.count} events has {'no' if self.prev is None else 'an'} earlier segment")
        size = len(self.ids[0])
        if any(len(oid) != size for oid in self.ids) or size not in (20, 32) or (self.prev and len(self.prev) != size):
            raise FormatError("a timeline holds object ids of different lengths")


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
    return codec.encode({"count": timeline.count, "prev": timeline.prev, "ids": list(timeline.ids)})


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
    if not isinstance(ids, list) or not all(isinstance(oid, bytes) for oid in ids):
        raise FormatError("a timeline has something else than a list of event ids")
    return Timeline(count=count, prev=prev and Oid(prev), ids=tuple(ids))
