"""Events that were made and not published, because somebody else was first, and what keeps them.

Each is kept by ``refs/ledger-inflight/<event>``: an annotated tag on the publication that was made for it, named like
the ledger. Its message says why the event was refused, then, as base64 of canonical CBOR, what the event itself does
not hold: what was expected, and which writes left their variables as they were. Specified in ``docs/format/refs.md``.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping

from gitledger import codec
from gitledger.codec import Value
from gitledger.errors import DamageError, FormatError
from gitledger.frozen import frozen
from gitledger.ids import EventId, Oid, Variable, parse_variable
from gitledger.ledger.change import Change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place, place_in
from gitledger.ledger.publication import Publication, Published, published_at, read, read_publication
from gitledger.store import layout
from gitledger.store.base import NewObject, RefUpdate
from gitledger.store.tag import Tag, format_tag, parse_tag


@frozen
class Pending:
    """An event that was made and not published.

    Attributes:
        ref: what keeps it.
        tag: what the ref points at.
        ledger: which ledger it was made for.
        published: all about the event, in a publication that no ledger has; its ``seq`` would have been.
        place: where it stands there.
        why: what refused it.
        expect: what was expected, as in `Change`.
        writes: variables that were written and already held what they were to hold.
    """

    ref: str
    tag: Oid
    ledger: str
    published: Published
    place: Place
    why: str
    expect: Mapping[Variable, bytes | None]
    writes: tuple[Variable, ...]

    @property
    def event(self) -> EventId:
        """The event."""
        return self.published.id


def keep(ledger: Ledger, event: EventId, publication: Publication, change: Change, why: str) -> None:
    """Keep an event whose objects are there. One that is kept already stays as it is.

    Raises:
        StorageError: it cannot be written.
    """
    published = published_at(ledger.objects, publication, publication.events.index(event))
    extra = {
        "expect": {name: [] if value is None else [value] for name, value in change.expect.items()},
        "writes": sorted(change.writes.keys() - published.delta.changes.keys()),
    }
    tag = Tag(
        commit=publication.oid,
        name=ledger.name,
        tagger=ledger.people(ledger.clock()).committer,
        message=f"{' '.join(why.split())}\n\n".encode() + b64encode(codec.encode(extra)) + b"\n",
    )
    data = format_tag(tag)
    oid = ledger.objects.format.oid("tag", data)
    ref = layout.inflight_ref(event)
    if ledger.refs.read(ref) is None:
        ledger.objects.write([NewObject(oid, "tag", data)])
        ledger.refs.update([RefUpdate(ref, None, oid)])


def kept(ledger: Ledger) -> list[Pending]:
    """Return what is kept for a ledger, sorted by event.

    Raises:
        DamageError: a ref keeps something else.
    """
    found = [_read(ledger, ref, oid) for ref, oid in ledger.refs.list(layout.INFLIGHT).items()]
    return [one for one in found if one.ledger == ledger.name]


def _read(ledger: Ledger, ref: str, oid: Oid) -> Pending:
    objects = ledger.objects
    try:
        tag = parse_tag(read(objects, oid, "tag"), objects.format)
        why, _, rest = tag.message.partition(b"\n\n")
        expect, writes = _parse_extra(rest)
        publication = read_publication(objects, tag.commit)
        position = [event.hex() for event in publication.events].index(ref.removeprefix(layout.INFLIGHT))
    except (FormatError, ValueError) as error:
        raise DamageError(
            f"{ref} keeps no pending event; expected a tag that git ledger has made",
            hint=f"git update-ref -d {ref} forgets it",
            details={"ref": ref},
        ) from error
    return Pending(
        ref=ref,
        tag=oid,
        ledger=tag.name,
        published=published_at(objects, publication, position),
        place=place_in(publication, position),
        why=why.decode(errors="replace"),
        expect=expect,
        writes=writes,
    )


def _parse_extra(encoded: bytes) -> tuple[dict[Variable, bytes | None], tuple[Variable, ...]]:
    content = codec.decode(b64decode(encoded))
    if not isinstance(content, dict) or content.keys() != {"expect", "writes"}:
        raise FormatError("other fields than expect and writes")
    expect, writes = content["expect"], content["writes"]
    if not isinstance(expect, dict) or not isinstance(writes, list):
        raise FormatError("expect is no map, or writes is no list")
    expected = {parse_variable(str(name)): _expected(value) for name, value in expect.items()}
    return expected, tuple(parse_variable(str(name)) for name in writes)


def _expected(value: Value) -> bytes | None:
    match value:
        case []:
            return None
        case [bytes() as data]:
            return data
        case _:
            raise FormatError("an expectation is no list of at most one value")
