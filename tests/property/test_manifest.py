"""Manifests: what was written comes back, and any bytes raise ``FormatError`` or are what would have been written."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from gitledger.errors import FormatError
from gitledger.ids import Digest, EventId, Oid
from gitledger.model.manifest import Manifest, format_manifest, parse_manifest
from gitledger.model.merkle import Frontier


def log(size: int) -> Frontier:
    """Return a log of this size, of leaves that are its numbers."""
    frontier = Frontier()
    for number in range(size):
        frontier = frontier.append(sha256(b"%d" % number).digest())
    return frontier


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    size = draw(st.sampled_from([20, 32]))

    def ids(name: str, count: int) -> list[bytes]:
        return [sha256(f"{name} {number}".encode()).digest()[:size] for number in range(count)]

    counts = draw(st.lists(st.integers(0, 5), min_size=1, max_size=6).filter(any))
    before = draw(st.integers(0, 40))
    return Manifest(
        bundle=Digest(draw(st.binary(min_size=32, max_size=32))),
        size=draw(st.integers(1, 2**63 - 1)),
        before=log(before),
        after=log(before + sum(counts)),
        publications=tuple(map(Oid, ids("publication", len(counts)))),
        counts=tuple(counts),
        events=tuple(map(EventId, ids("event", sum(counts)))),
        segments=tuple(map(Oid, ids("segment", draw(st.integers(0, 3))))),
        requires=tuple(map(Oid, ids("earlier", draw(st.integers(1, 3)) if before else 0))),
    )


@given(manifests())
def test_a_manifest_comes_back(manifest: Manifest) -> None:
    assert parse_manifest(format_manifest(manifest)) == manifest
    assert manifest.last - manifest.first + 1 == len(manifest.events)


@given(manifests(), st.data())
def test_a_manifest_with_a_bit_changed_is_refused_or_is_another_one(manifest: Manifest, data: st.DataObject) -> None:
    written = bytearray(format_manifest(manifest))
    at = data.draw(st.integers(0, len(written) * 8 - 1))
    written[at // 8] ^= 1 << at % 8
    try:
        found = parse_manifest(bytes(written))
    except FormatError:
        return
    assert format_manifest(found) == bytes(written)
    assert found != manifest


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_one_way(data: bytes) -> None:
    try:
        parse_manifest(data)
    except FormatError:
        return
    raise AssertionError("hardly")
