"""A manifest: what one bundle of an archive holds, and how the log goes on through it.

Specified in ``docs/format/archive.md``.
"""

from collections.abc import Sequence
from typing import Final

from gitledger import codec
from gitledger.codec import Value
from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import SHA1, SHA256, Digest, EventId, Oid
from gitledger.model.merkle import Frontier, format_head, parse_head

VERSION: Final = 1
_DIGEST_BYTES: Final = 32
_SIZE_LIMIT: Final = 2**63
_FIELDS: Final = frozenset(
    {"v", "bundle", "size", "before", "after", "publications", "counts", "events", "segments", "requires"}
)


@frozen
class Manifest:
    """What one bundle holds.

    Attributes:
        bundle: the SHA-256 of its bytes.
        size: how many bytes it has; at least one.
        before: the log before its first event.
        after: the log after its last event.
        publications: those that it carries, in the order of the log; the last one follows from all others.
        counts: how many events each of them adds to the log; none, where a merge brings in what was there already.
        events: the events that it adds, in the order of the log.
        segments: the timeline segments that its publications sealed.
        requires: the publications outside of it that those in it follow.
    """

    bundle: Digest
    size: int
    before: Frontier
    after: Frontier
    publications: tuple[Oid, ...]
    counts: tuple[int, ...]
    events: tuple[EventId, ...]
    segments: tuple[Oid, ...]
    requires: tuple[Oid, ...]

    def __post_init__(self) -> None:
        """Refuse a manifest that fits no bundle.

        Raises:
            FormatError: numbers that do not fit together, ids of different lengths, one twice.
        """
        if len(self.bundle) != _DIGEST_BYTES or not 1 <= self.size < _SIZE_LIMIT:
            raise FormatError("a manifest has no digest of a bundle, or no size of one")
        if not self.publications or len(self.publications) != len(self.counts) or min(self.counts) < 0:
            raise FormatError(f"a manifest has {len(self.publications)} publications and {len(self.counts)} counts")
        if not sum(self.counts) == len(self.events) == self.after.size - self.before.size:
            raise FormatError(
                f"a manifest names {len(self.events)} events, counts {sum(self.counts)} and has a log that grows by "
                f"{self.after.size - self.before.size}; expected one number"
            )
        if not self.events:
            raise FormatError("a manifest is of a bundle that adds nothing to the log; expected an event")
        if bool(self.requires) != bool(self.before.size):
            raise FormatError("a manifest requires something before the first event, or nothing before a later one")
        lists: tuple[Sequence[bytes], ...] = (self.publications, self.events, self.segments, self.requires)
        if any(len(set(ids)) != len(ids) for ids in lists) or set(self.requires) & set(self.publications):
            raise FormatError("a manifest names something twice; expected each publication, event and segment once")
        sizes = {len(oid) for ids in lists for oid in ids}
        if len(sizes) > 1 or not sizes <= {SHA1.size, SHA256.size}:
            raise FormatError(f"a manifest holds object ids of {sorted(sizes)} bytes; expected 20 or 32 throughout")

    @property
    def first(self) -> int:
        """The number of its first event, from 1."""
        return self.before.size + 1

    @property
    def last(self) -> int:
        """The number of its last event."""
        return self.after.size

    @property
    def tip(self) -> Oid:
        """The newest publication, which follows from all others."""
        return self.publications[-1]


def format_manifest(manifest: Manifest) -> bytes:
    """Return the canonical bytes of a manifest."""
    return codec.encode(
        {
            "v": VERSION,
            "bundle": bytes(manifest.bundle),
            "size": manifest.size,
            "before": format_head(manifest.before),
            "after": format_head(manifest.after),
            # End to end, as hashes lie in a tile: a list would take a fifth longer to read, and a byte more for each.
            "publications": b"".join(manifest.publications),
            "counts": list(manifest.counts),
            "events": b"".join(manifest.events),
            "segments": b"".join(manifest.segments),
            "requires": b"".join(manifest.requires),
        }
    )


def parse_manifest(data: bytes) -> Manifest:
    """Return the manifest that these bytes hold.

    Raises:
        FormatError: bytes that `format_manifest` would not have written.
    """
    content = codec.decode(data)
    if not isinstance(content, dict) or content.keys() != _FIELDS:
        raise FormatError(f"a manifest has other fields than {', '.join(sorted(_FIELDS))}")
    if _integer(content["v"]) != VERSION:
        raise FormatError(f"a manifest is not of version {VERSION}")
    counts = content["counts"]
    if not isinstance(counts, list) or not counts:
        raise FormatError("a manifest has no list of counts")
    publications = _bytes(content["publications"])
    size, rest = divmod(len(publications), len(counts))
    if rest or size not in {SHA1.size, SHA256.size}:
        raise FormatError(f"a manifest has {len(publications)} bytes of ids for {len(counts)} publications")
    return Manifest(
        bundle=Digest(_bytes(content["bundle"])),
        size=_integer(content["size"]),
        before=parse_head(_bytes(content["before"])),
        after=parse_head(_bytes(content["after"])),
        publications=tuple(map(Oid, _cut(publications, size))),
        counts=tuple(map(_integer, counts)),
        events=tuple(map(EventId, _cut(_bytes(content["events"]), size))),
        segments=tuple(map(Oid, _cut(_bytes(content["segments"]), size))),
        requires=tuple(map(Oid, _cut(_bytes(content["requires"]), size))),
    )


def _cut(row: bytes, size: int) -> list[bytes]:
    if len(row) % size:
        raise FormatError(f"a manifest has {len(row)} bytes of ids; expected a multiple of {size}")
    return [row[at : at + size] for at in range(0, len(row), size)]


def _integer(value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormatError("a manifest has something else than an integer where a number belongs")
    return value


def _bytes(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise FormatError("a manifest has something else than bytes where ids or digests belong")
    return value
