"""Scenarios of ``docs/format/timeline.md``."""

from collections.abc import Iterator

from vectors.generate_model.scenario import (
    NULL,
    TRUE,
    Scenario,
    accepted,
    array,
    blob_id,
    mapping,
    name_of,
    octets,
    refused,
    text,
    uint,
)

PREV = name_of("segment", 20)
ONE = name_of("event 0", 20)


def events(count: int, size: int = 20) -> list[bytes]:
    return [name_of(f"event {n}", size) for n in range(count)]


def fields(**changed: bytes | None) -> list[tuple[str, bytes]]:
    """Return the encoded fields of a timeline of one event, in canonical order, some changed or left out."""
    content: dict[str, bytes | None] = {"ids": array(octets(ONE)), "prev": NULL, "count": uint(1), **changed}
    return [(name, value) for name, value in content.items() if value is not None]


def segment(count: int, ids: list[bytes], prev: bytes | None = None) -> bytes:
    listed = array(*(octets(oid) for oid in ids))
    return mapping(fields(ids=listed, prev=NULL if prev is None else octets(prev), count=uint(count)))


def good(says: str, count: int, ids: list[bytes], prev: bytes | None = None) -> Scenario:
    data = segment(count, ids, prev)
    return accepted(
        says,
        data,
        id=blob_id(data, len(ids[0])),
        count=count,
        prev=prev and prev.hex(),
        events=[oid.hex() for oid in ids],
    )


def scenarios() -> Iterator[Scenario]:
    yield from _accepted()
    yield from _refused_counts()
    yield from _refused_shape()


def _accepted() -> Iterator[Scenario]:
    yield good("a timeline starts with one event", 1, events(1))
    yield good("a timeline starts with one event in a sha256 repository", 1, events(1, 32))
    yield good("a segment of 23 events has a short head", 23, events(23))
    yield good("a segment of 24 events has a longer head", 24, events(24))
    yield good("a first segment is full with 64 events", 64, events(64))
    yield good("a second segment names the full one", 65, events(1), PREV)
    yield good("a second segment names the full one in a sha256 repository", 65, events(1, 32), name_of("segment", 32))
    yield good("a second segment is full at 128 events", 128, events(64), PREV)
    yield good("a timeline of a million events has a segment of its last 64", 1_000_000, events(64), PREV)
    yield good("a timeline counts as far as 63 bits", 2**63 - 1, events(63), PREV)


def _refused_counts() -> Iterator[Scenario]:
    yield refused("a timeline without events", segment(0, []))
    yield refused("a later segment without events", segment(64, [], PREV))
    yield refused("a segment of 65 events", segment(65, events(65)))
    yield refused("a first segment that counts more events than it has", segment(2, events(1)))
    yield refused("a first segment that counts earlier ones", segment(65, events(1)))
    yield refused("a second segment that counts its own events alone", segment(1, events(1), PREV))
    yield refused("a first segment that names one before it", segment(64, events(64), PREV))
    yield refused("a second segment that names none before it", segment(128, events(64)))
    yield refused("a segment with fewer events than its count leaves over", segment(66, events(1), PREV))
    yield refused("a timeline that counts beyond 63 bits", segment(2**63, events(64), PREV))
    yield refused("a negative count", mapping(fields(count=b"\x20")))
    yield refused("a count that is true", mapping(fields(count=TRUE)))
    yield refused("a count that is a float", mapping(fields(count=b"\xf9\x3c\x00")))
    yield refused("a count in two bytes that fits one", mapping(fields(count=b"\x18\x01")))


def _refused_shape() -> Iterator[Scenario]:
    data = segment(1, events(1))
    yield refused("a timeline of no bytes", b"")
    yield refused("a timeline that is a list", array(*(octets(oid) for oid in events(1))))
    yield refused("a timeline with a byte behind it", data + b"\0")
    yield refused("a timeline cut short", data[:-1])
    yield refused("a timeline with its fields out of order", mapping(fields()[::-1]))
    yield refused("a timeline with a field that is not its own", mapping([("v", uint(1)), *fields()]))
    for name in ("ids", "prev", "count"):
        yield refused(f"a timeline without the field {name}", mapping(fields(**{name: None})))
    yield refused("a timeline with an event that is text", mapping(fields(ids=array(text("a" * 20)))))
    yield refused("a timeline with an event outside a list", mapping(fields(ids=octets(ONE))))
    yield refused("a timeline with an event of 19 bytes", segment(1, events(1, 19)))
    yield refused("a timeline with events of two hash functions", segment(2, [*events(1), *events(1, 32)]))
    yield refused("a segment before of another hash function", segment(65, events(1), name_of("segment", 32)))
    yield refused("a segment before of no bytes", segment(1, events(1), b""))
    yield refused("a segment before that is text", mapping(fields(prev=text("a" * 20), count=uint(65))))
    yield refused("a list of events of indefinite length", mapping(fields(ids=b"\x9f" + octets(ONE) + b"\xff")))
    yield refused("a list of events with a wider head than it needs", mapping(fields(ids=b"\x98\x01" + octets(ONE))))
    yield refused("a timeline with a tag", b"\xd8\x20" + data)
