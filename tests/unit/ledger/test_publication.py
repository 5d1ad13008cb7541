import pytest

from gitledger.errors import DamageError, FormatError, MissingObjectError, NotFoundError
from gitledger.ids import EventId, Oid
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import (
    head_of,
    publications,
    read,
    read_delta,
    read_envelope,
    read_event,
    read_publication,
    read_rule,
)
from gitledger.store.base import NewObject, RefUpdate
from gitledger.store.commit import Commit, format_commit
from gitledger.store.tree import DIRECTORY, FILE, TreeEntry, format_tree
from tests.ledgers import named, people, write, write_many


def put(ledger: Ledger, kind: str, data: bytes) -> Oid:
    """Write an object, sound or not, and return its id."""
    oid = ledger.objects.format.oid(kind, data)  # type: ignore[arg-type]
    ledger.objects.write([NewObject(oid, kind, data)])  # type: ignore[arg-type]
    return oid


def commit(ledger: Ledger, tree: Oid, parents: tuple[Oid, ...] = ()) -> Oid:
    who = people()
    made = Commit(tree=tree, parents=parents, author=who.author, committer=who.committer, message="forged\n")
    return put(ledger, "commit", format_commit(made))


def forged(ledger: Ledger, **changes: Oid | None) -> Oid:
    """Return a commit whose tree is that of the head, with entries replaced or left out."""
    trees: dict[bytes, Oid | None] = dict(head_of(ledger).trees)
    trees.update({name.encode(): oid for name, oid in changes.items()})
    rows = [TreeEntry(FILE if name == b"envelope" else DIRECTORY, name, oid) for name, oid in trees.items() if oid]
    return commit(ledger, put(ledger, "tree", format_tree(rows)))


def test_there_may_be_no_ledger(ledger: Ledger) -> None:
    with pytest.raises(NotFoundError, match="refs/ledger/other") as refusal:
        head_of(named("other", ledger))
    assert refusal.value.hint == "start it with: git ledger init other"


def test_a_publication_says_what_it_carries(ledger: Ledger) -> None:
    events = write_many(ledger, 5, group=3)
    newest, middle, genesis = publications(ledger.objects, head_of(ledger))
    assert (*genesis.events[1:], *middle.events, *newest.events) == tuple(events)
    assert [(one.first_seq, one.log.size) for one in (genesis, middle, newest)] == [(1, 1), (2, 4), (5, 6)]
    assert newest.deltas == tuple(read_event(ledger.objects, event).delta for event in newest.events)


@pytest.mark.parametrize("name", ["envelope", "events", "deltas", "rules", "log"])
def test_one_that_lacks_a_part_is_no_publication(ledger: Ledger, name: str) -> None:
    with pytest.raises(DamageError, match=f"its tree has no {name}"):
        read_publication(ledger.objects, forged(ledger, **{name: None}))


def test_one_with_other_parts_is_no_publication(ledger: Ledger) -> None:
    write(ledger, a=1)
    head = head_of(ledger)
    empty = put(ledger, "tree", b"")
    for changes in (
        {"events": empty},
        {"deltas": empty},
        {"log": empty},
        {"log": head.trees[b"events"]},
        {"events": head.oid},
    ):
        with pytest.raises(DamageError, match="is no publication"):
            read_publication(ledger.objects, forged(ledger, **changes))


def test_other_objects_are_no_publications(ledger: Ledger) -> None:
    head = head_of(ledger)
    for oid in (head.commit.tree, Oid(head.events[0])):
        with pytest.raises(DamageError, match="is no publication"):
            read_publication(ledger.objects, oid)
    with pytest.raises(MissingObjectError):
        read_publication(ledger.objects, Oid(bytes(20)))
    with pytest.raises(DamageError, match="is no publication"):
        read_publication(ledger.objects, put(ledger, "commit", b"tree x\n\n"))


def test_an_octopus_is_no_publication(ledger: Ledger) -> None:
    head = head_of(ledger)
    octopus = commit(ledger, head.commit.tree, (head.oid, commit(ledger, head.commit.tree), forged(ledger)))
    with pytest.raises(DamageError, match="3 parents"):
        read_publication(ledger.objects, octopus)


def test_an_envelope_speaks_of_each_event(ledger: Ledger) -> None:
    write(ledger, a=1)
    one = read_publication(ledger.objects, forged(ledger))
    write_many(ledger, 2)
    other = read_publication(ledger.objects, forged(ledger, envelope=one.trees[b"envelope"]))
    assert len(read_envelope(ledger.objects, one).events) == 1
    with pytest.raises(DamageError, match="speaks of 1 events; expected 2"):
        read_envelope(ledger.objects, other)


def test_what_is_none_of_what_it_should_be_is_damage(ledger: Ledger) -> None:
    junk = put(ledger, "blob", b"junk")
    for reader in (read_delta, read_rule, lambda objects, oid: read_event(objects, EventId(oid))):
        with pytest.raises(DamageError, match=f"object {junk.hex()} is no sound"):
            reader(ledger.objects, junk)  # type: ignore[operator]


def test_an_object_of_another_kind_is_refused(ledger: Ledger) -> None:
    with pytest.raises(FormatError, match="is a commit; expected a blob"):
        read(ledger.objects, head_of(ledger).oid, "blob")


def test_the_parts_of_an_event_are_read_back(ledger: Ledger) -> None:
    event_id = append(ledger, change("train", set={"a": 1}, read=["b"])).event
    event = read_event(ledger.objects, event_id)
    assert (event.writeset, event.readset) == (("a",), ("b",))
    assert read_rule(ledger.objects, event.rule).name == "train"
    assert read_delta(ledger.objects, event.delta).changes == {"a": b"\x01"}


def test_a_ref_that_points_elsewhere_is_damage(ledger: Ledger) -> None:
    ledger.refs.update([RefUpdate("refs/ledger/other", None, Oid(head_of(ledger).events[0]))])
    with pytest.raises(DamageError, match="it is a blob"):
        head_of(named("other", ledger))
