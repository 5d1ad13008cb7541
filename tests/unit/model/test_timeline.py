import pytest

from gitledger.errors import FormatError
from gitledger.ids import SHA1, EventId, Oid
from gitledger.model.timeline import SEGMENT_EVENTS, Timeline, extend, format_timeline, is_full, parse_timeline


def event(number: int) -> EventId:
    return EventId(number.to_bytes(20, "big"))


def grown(count: int) -> tuple[Timeline, dict[Oid, Timeline]]:
    """Return the newest segment of a timeline of so many events, and the sealed ones by their blob ids."""
    timeline, sealed = extend(None, event(1), None), {}
    for number in range(2, count + 1):
        oid = SHA1.oid("blob", format_timeline(timeline)) if is_full(timeline) else None
        if oid is not None:
            sealed[oid] = timeline
        timeline = extend(timeline, event(number), oid)
    return timeline, sealed


@pytest.mark.parametrize("count", [1, 2, 23, 24, 63, 64, 65, 128, 129, 200])
def test_the_segments_of_a_timeline_hold_every_event_once_and_in_order(count: int) -> None:
    segment, sealed = grown(count)
    assert segment.count == count
    found = list(segment.ids)
    while segment.prev is not None:
        segment = sealed.pop(segment.prev)
        assert len(segment.ids) == SEGMENT_EVENTS
        found = [*segment.ids, *found]
    assert found == [event(number) for number in range(1, count + 1)]
    assert not sealed


@pytest.mark.parametrize("count", [1, 23, 24, 64, 65])
def test_a_segment_comes_back(count: int) -> None:
    segment, _ = grown(count)
    assert parse_timeline(format_timeline(segment)) == segment


def test_a_segment_is_full_at_64() -> None:
    assert not is_full(grown(63)[0])
    assert is_full(grown(64)[0])
    assert not is_full(grown(65)[0])


@pytest.mark.parametrize(
    ("count", "prev", "ids"),
    [
        (0, None, ()),
        (64, bytes(20), ()),
        (2, None, (event(1),)),
        (65, None, (event(1),)),
        (1, bytes(20), (event(1),)),
        (65, bytes(32), (event(1),)),
        (65, b"", (event(1),)),
        (1, None, (EventId(b"short"),)),
        (2, None, (event(1), EventId(bytes(32)))),
        (2**63, bytes(20), tuple(map(event, range(64)))),
    ],
)
def test_a_segment_that_no_appends_could_make_is_not_built(
    count: int, prev: Oid | None, ids: tuple[EventId, ...]
) -> None:
    with pytest.raises(FormatError, match="a timeline"):
        Timeline(count=count, prev=prev, ids=ids)
