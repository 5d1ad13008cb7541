"""Scenarios of ``docs/format/archive.md``."""

import hashlib
from collections.abc import Iterator

from vectors.generate_model.scenario import (
    NULL,
    TRUE,
    Scenario,
    accepted,
    array,
    mapping,
    name_of,
    octets,
    refused,
    text,
    uint,
)

BUNDLE = hashlib.sha256(b"bundle").digest()


def log_head(size: int) -> bytes:
    """Return the head of a log of so many leaves, whose subtrees have hashes that only a scenario names."""
    hashes = [name_of(f"subtree {bit} of {size}", 32) for bit in range(size.bit_count())]
    root = hashes[-1] if hashes else b""
    for left in reversed(hashes[:-1]):
        root = hashlib.sha256(b"\1" + left + root).digest()
    root = root or hashlib.sha256().digest()
    return mapping([("root", octets(root)), ("size", uint(size)), ("frontier", array(*map(octets, hashes)))])


def ids(label: str, count: int, size: int = 20) -> list[bytes]:
    return [name_of(f"{label} {n}", size) for n in range(count)]


def joined(some: list[bytes]) -> bytes:
    return octets(b"".join(some))


def fields(**changed: bytes | None) -> list[tuple[str, bytes]]:
    """Return the encoded fields of the first bundle of three events, in canonical order, some changed or left out."""
    content: dict[str, bytes | None] = {
        "v": uint(1),
        "size": uint(1000),
        "after": octets(log_head(3)),
        "before": octets(log_head(0)),
        "bundle": octets(BUNDLE),
        "counts": array(uint(1), uint(2)),
        "events": joined(ids("event", 3)),
        "requires": octets(b""),
        "segments": octets(b""),
        "publications": joined(ids("publication", 2)),
        **changed,
    }
    return [(name, value) for name, value in content.items() if value is not None]


def good(
    says: str, *, before: int, counts: list[int], segments: int = 0, requires: int = 0, size: int = 20
) -> Scenario:
    lists = {
        "publications": ids("publication", len(counts), size),
        "events": ids("event", sum(counts), size),
        "segments": ids("segment", segments, size),
        "requires": ids("earlier", requires, size),
    }
    data = mapping(
        fields(
            before=octets(log_head(before)),
            after=octets(log_head(before + sum(counts))),
            counts=array(*map(uint, counts)),
            **{name: joined(some) for name, some in lists.items()},
        )
    )
    return accepted(
        says,
        data,
        bundle=BUNDLE.hex(),
        size=1000,
        before=log_head(before).hex(),
        after=log_head(before + sum(counts)).hex(),
        counts=counts,
        **{name: [oid.hex() for oid in some] for name, some in lists.items()},
    )


def scenarios() -> Iterator[Scenario]:
    yield good("a bundle begins a ledger", before=0, counts=[1, 2])
    yield good("a bundle goes on from another", before=3, counts=[4], requires=1)
    yield good("a bundle goes on from another in a sha256 repository", before=3, counts=[4], requires=1, size=32)
    yield good(
        "a bundle has segments that its publications sealed", before=200, counts=[64, 64], segments=3, requires=1
    )
    yield good("a bundle of a merge requires what both sides follow", before=7, counts=[1, 1, 1], requires=2)
    yield good("a publication adds nothing where its events were there already", before=7, counts=[0, 1], requires=1)
    yield from _refused_numbers()
    yield from _refused_ids()
    yield from _refused_shape()


def _refused_numbers() -> Iterator[Scenario]:
    yield refused("a manifest of a version to come", mapping(fields(v=uint(2))))
    yield refused("a manifest of an empty bundle", mapping(fields(size=uint(0))))
    yield refused("a manifest of a bundle beyond 63 bits", mapping(fields(size=uint(2**63))))
    yield refused("a manifest with a size that is true", mapping(fields(size=TRUE)))
    yield refused("a manifest that counts more events than it names", mapping(fields(counts=array(uint(1), uint(3)))))
    yield refused("a manifest that counts fewer events than it names", mapping(fields(counts=array(uint(1), uint(1)))))
    yield refused("a manifest with a count that is negative", mapping(fields(counts=array(uint(4), b"\x20"))))
    yield refused("a manifest with a count more than publications", mapping(fields(counts=array(*[uint(1)] * 3))))
    yield refused("a manifest without counts", mapping(fields(counts=array(), publications=octets(b""))))
    yield refused("a manifest whose log grows by more than it names", mapping(fields(after=octets(log_head(4)))))
    nothing = {"counts": array(uint(0), uint(0)), "events": octets(b"")}
    yield refused("a manifest that adds nothing", mapping(fields(**nothing, after=octets(log_head(0)))))
    yield refused("a manifest whose log shrinks", mapping(fields(before=octets(log_head(4)))))
    yield refused(
        "a manifest whose log has another root", mapping(fields(after=octets(log_head(3).replace(b"\x03", b"\x02"))))
    )
    yield refused("a manifest whose log is no head", mapping(fields(after=octets(b""))))
    yield refused("a manifest of a bundle with a digest of 31 bytes", mapping(fields(bundle=octets(BUNDLE[1:]))))


def _refused_ids() -> Iterator[Scenario]:
    one, two = ids("publication", 2)
    yield refused("a manifest with half an event", mapping(fields(events=octets(b"".join(ids("event", 3))[:-1]))))
    yield refused("a manifest with ids of 30 bytes", mapping(fields(publications=octets(bytes(60)))))
    yield refused(
        "a manifest with events of 32 bytes beside others of 20", mapping(fields(events=joined(ids("event", 3, 32))))
    )
    yield refused("a manifest with a publication twice", mapping(fields(publications=joined([one, one]))))
    yield refused("a manifest with an event twice", mapping(fields(events=joined(ids("event", 2) + ids("event", 1)))))
    yield refused("a manifest with a segment twice", mapping(fields(segments=joined(ids("segment", 1) * 2))))
    yield refused(
        "a manifest that requires something before the first event", mapping(fields(requires=joined(ids("earlier", 1))))
    )
    later = {"before": octets(log_head(2)), "after": octets(log_head(5))}
    yield refused("a manifest that requires nothing before a later event", mapping(fields(**later)))
    yield refused("a manifest that requires what it carries", mapping(fields(**later, requires=joined([two]))))


def _refused_shape() -> Iterator[Scenario]:
    whole = fields()
    for name, _ in whole:
        yield refused(f"a manifest without the field {name}", mapping(fields(**{name: None})))
    yield refused("a manifest with a field that is not its own", mapping([*whole[:5], ("dir", text("x")), *whole[5:]]))
    yield refused("a manifest with its fields out of order", mapping([whole[1], whole[0], *whole[2:]]))
    yield refused("a manifest with a list of events", mapping(fields(events=array(*map(octets, ids("event", 3))))))
    yield refused("a manifest with null as its bundle", mapping(fields(bundle=NULL)))
    yield refused("a manifest that is a list", array(*(value for _, value in whole)))
    yield refused("a manifest with a byte behind it", mapping(whole) + b"\0")
    yield refused("a manifest cut short", mapping(whole)[:-1])
    yield refused("a manifest of no bytes", b"")
