"""Any one byte of a publication changed, and every id above it made anew: verification names that publication.

What a publication only remembers is the exception: the commit's message, and what the envelope holds for people. With
another of these it is another publication, as honest as the first, which a checkpoint or a signature tells apart.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from hypothesis import event, given
from hypothesis import strategies as st

from gitledger.errors import FormatError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.model.envelope import Envelope, parse_envelope
from gitledger.store.base import NewObject, RefUpdate
from gitledger.store.memory import MemoryObjects, MemoryRefs
from gitledger.verify import Report, verify
from tests.forger import Act, Forger, Known
from tests.forgeries.all import base
from tests.ledgers import ledger_on

ROW = re.compile(rb"(?:40000|100644) ([^\0]+)\0(.{20})", re.DOTALL)
PEOPLE = ("message", "meta", "git")


class Place(NamedTuple):
    """Where an object stands: below which objects, each with the offset of the next one's id in it."""

    path: str
    above: tuple[tuple[bytes, int], ...]
    oid: bytes


class History(NamedTuple):
    """A publication, those that follow it, all objects, and every place of the publication."""

    known: Known
    later: tuple[Known, ...]
    made: Mapping[bytes, NewObject]
    places: list[Place]


@cache
def history(scenario: str) -> History:
    known = base().publish(scenario)
    made = base().made | base().forger.made
    first = base().forger.publish([known], [Act({"hot": "later", "side/third": 3})])
    second = base().forger.publish([first], [Act({"wide/v3": "last"}), Act({"model/loss": 0})])
    made |= base().forger.made
    places, pending = [Place("commit", (), known.commit)], [Place("", (), _tree(made[known.commit].data))]
    while pending:
        place = pending.pop()
        places.append(place)
        if made[place.oid].kind == "tree":
            for row in ROW.finditer(made[place.oid].data):
                path = f"{place.path}/{row[1].decode()}"
                pending.append(Place(path, (*place.above, (place.oid, row.start(2))), row[2]))
    return History(known, (first, second), made, places)


@given(st.data())
def test_a_changed_byte_is_found(data: st.DataObject) -> None:
    one = history(data.draw(st.sampled_from(["group", "merge"]), label="scenario"))
    # First the directory, so that the few places of small ones come up as often as those of large ones.
    top = data.draw(st.sampled_from(sorted({_top(place) for place in one.places})), label="directory")
    place = data.draw(st.sampled_from([place for place in one.places if _top(place) == top]), label="place")
    before = one.made[place.oid]
    at = data.draw(st.integers(0, len(before.data) - 1), label="byte")
    change = data.draw(st.integers(1, 255), label="change")
    after = before.data[:at] + bytes([before.data[at] ^ change]) + before.data[at + 1 :]
    goes_on = data.draw(st.booleans(), label="later publications")
    event(top or "the root")

    forger = Forger()
    commit = _rebuild(forger, one, place, before, after)
    report = _verify(forger, one, _rebased(forger, one, commit) if goes_on else commit)
    assert all(finding.message.isprintable() and finding.where.isprintable() for finding in report.findings)
    if _is_as_honest(place, before.data, after):
        assert report.findings == ()
    else:
        assert any(finding.where.startswith(commit.hex()) for finding in report.findings)


def _top(place: Place) -> str:
    return "/".join(place.path.split("/")[:2])


def _tree(commit: bytes) -> bytes:
    return bytes.fromhex(commit[5:45].decode())


def _rebuild(forger: Forger, one: History, place: Place, before: NewObject, after: bytes) -> bytes:
    """Make the object anew, and all above it; return the commit."""
    oid = forger.put(before.kind, after)
    if before.kind == "commit":
        return oid
    for above, offset in reversed(place.above):
        data = one.made[above].data
        oid = forger.put("tree", data[:offset] + oid + data[offset + 20 :])
    commit = one.made[one.known.commit].data
    return forger.put("commit", commit.replace(_tree(commit).hex().encode(), oid.hex().encode(), 1))


def _rebased(forger: Forger, one: History, commit: bytes) -> bytes:
    """Make the later publications anew on another parent; return the last one."""
    before = one.known.commit
    for known in one.later:
        data = one.made[known.commit].data.replace(before.hex().encode(), commit.hex().encode(), 1)
        before, commit = known.commit, forger.put("commit", data)
    return commit


def _verify(forger: Forger, one: History, head: bytes) -> Report:
    objects, refs = MemoryObjects(), MemoryRefs()
    objects.write([*one.made.values(), *forger.made.values()])
    trusted = {"prefix": base().prefix, "left": base().left, "right": base().right}
    refs.update([RefUpdate(f"refs/ledger/{name}", None, Oid(known.commit)) for name, known in trusted.items()])
    refs.update([RefUpdate("refs/ledger/main", None, Oid(head))])
    return verify(ledger_on(objects, refs), since="prefix")


def _is_as_honest(place: Place, before: bytes, after: bytes) -> bool:
    if place.path == "commit":
        return _headers(before) == _headers(after) and b"\0" not in after and _is_utf8(after)
    return place.path == "/envelope" and _meaning(before) == _meaning(after)


def _headers(commit: bytes) -> bytes:
    return commit.partition(b"\n\n")[0]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _meaning(data: bytes) -> Envelope | None:
    """Return an envelope without what is for people, or None if it is none."""
    try:
        envelope = parse_envelope(data)
    except FormatError:
        return None
    kept = ({name: value for name, value in one.items() if name not in PEOPLE} for one in envelope.events)
    return replace(envelope, events=tuple(kept))
