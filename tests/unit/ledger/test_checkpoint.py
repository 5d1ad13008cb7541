import pytest

from gitledger.errors import ConflictError, DamageError, NotFoundError, PolicyError, StaleRefError, UsageError
from gitledger.frozen import replace
from gitledger.ids import Oid, parse_ledger_name
from gitledger.ledger.checkpoint import attach, checkpoint, checkpoint_at, kept_checkpoints, newest_checkpoint
from gitledger.ledger.handle import Ledger
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of, publications
from gitledger.ledger.resolve import resolve
from gitledger.model.checkpoint import format_checkpoint
from gitledger.model.notekey import COSIGNATURE, ED25519, SigningKey
from gitledger.model.witness import WitnessPolicy, judge
from gitledger.store import layout
from gitledger.store.base import NewObject, RefUpdate
from gitledger.store.tag import parse_tag
from tests.ledgers import NOON, ledger_on, named, write, write_many

LOG = SigningKey(name="example.com/ledger", algorithm=ED25519, seed=bytes(range(32)))
OTHER = SigningKey(name="example.com/other", algorithm=ED25519, seed=bytes(32))
WITNESS = SigningKey(name="w.example", algorithm=COSIGNATURE, seed=bytes(range(1, 33)))


def move(ledger: Ledger, ref: str, new: Oid | None) -> None:
    ledger.refs.update([RefUpdate(ref, ledger.refs.read(ref), new)])


def test_a_checkpoint_says_what_the_head_is(any_ledger: Ledger) -> None:
    write(any_ledger, model__accuracy=93)
    head, kept = head_of(any_ledger), checkpoint(any_ledger)
    found = kept.checkpoint
    assert (found.size, found.root, found.publication) == (2, head.log.root(), head.oid)
    assert (found.state, found.index) == (head.trees[layout.STATE], head.trees[layout.INDEX])
    assert kept.ref == "refs/ledger-checkpoint/main/2"


def test_a_ledger_without_variables_has_empty_trees(any_ledger: Ledger) -> None:
    empty = any_ledger.objects.format.oid("tree", b"")
    found = checkpoint(any_ledger).checkpoint
    assert (found.size, found.state, found.index) == (1, empty, empty)


def test_it_is_kept_as_an_annotated_tag_on_the_publication(any_ledger: Ledger) -> None:
    kept = checkpoint(any_ledger, key=LOG)
    assert any_ledger.refs.read(kept.ref) == kept.tag
    found = any_ledger.objects.read(kept.tag)
    tag = parse_tag(found.data, any_ledger.objects.format)
    assert (found.kind, tag.commit, tag.name) == ("tag", head_of(any_ledger).oid, "main/1")
    assert (str(tag.tagger), tag.tagger.time) == ("Bot <bot@example.org>", NOON)
    assert tag.message == format_checkpoint(kept.checkpoint)


def test_again_is_the_same(ledger: Ledger) -> None:
    first = checkpoint(ledger, key=LOG)
    assert checkpoint(ledger) == checkpoint(ledger, key=LOG) == first
    assert [kept.tag for kept in kept_checkpoints(ledger)] == [first.tag]


def test_checkpoints_are_listed_the_largest_first(ledger: Ledger) -> None:
    for number in range(10):
        checkpoint(ledger)
        write(ledger, a=number)
    assert [kept.checkpoint.size for kept in kept_checkpoints(ledger)] == list(range(10, 0, -1))
    assert newest_checkpoint(ledger).size == 10


def test_each_ledger_has_its_own(ledger: Ledger) -> None:
    branch(ledger, parse_ledger_name("side"))
    checkpoint(ledger)
    with pytest.raises(NotFoundError, match="no checkpoint of ledger side"):
        newest_checkpoint(named("side", ledger))


def test_the_origin_is_the_first_event_and_the_ledger(ledger: Ledger) -> None:
    write(ledger, a=1)
    *_, genesis = publications(ledger.objects, head_of(ledger))
    assert checkpoint(ledger).checkpoint.origin == f"git-ledger/main/{genesis.events[0].hex()}"


def test_the_origin_is_that_of_the_newest_one_kept_or_of_the_log_that_signs(ledger: Ledger) -> None:
    assert checkpoint(ledger, key=LOG).checkpoint.origin == LOG.name
    write(ledger, a=1)
    assert checkpoint(ledger).checkpoint.origin == LOG.name
    write(ledger, a=2)
    assert checkpoint(ledger, key=OTHER).checkpoint.origin == OTHER.name


def test_a_witness_signs_under_the_origin_of_the_log(ledger: Ledger) -> None:
    checkpoint(ledger, key=LOG)
    found = checkpoint(ledger, key=WITNESS).checkpoint
    assert (found.origin, [one.name for one in found.signatures]) == (LOG.name, [LOG.name, WITNESS.name])
    judge(WitnessPolicy(logs=(LOG.verifier,), witnesses={"w": WITNESS.verifier}, quorum="w"), found)
    assert int.from_bytes(found.signatures[1].blob[:8], "big") == NOON


def test_a_log_may_sign_what_nobody_had_signed_under_another_origin(ledger: Ledger) -> None:
    assert checkpoint(ledger).checkpoint.origin != LOG.name
    assert checkpoint(ledger, key=LOG).checkpoint.origin == LOG.name
    assert len(list(kept_checkpoints(ledger))) == 1


def test_a_log_does_not_displace_a_checkpoint_that_another_signed(ledger: Ledger) -> None:
    checkpoint(ledger, key=LOG)
    with pytest.raises(ConflictError, match=LOG.name):
        checkpoint(ledger, key=OTHER)


def test_a_ledger_behind_its_checkpoint_gets_none(ledger: Ledger) -> None:
    before = head_of(ledger).oid
    write(ledger, a=1)
    checkpoint(ledger)
    move(ledger, layout.ledger_ref(ledger.name), before)
    with pytest.raises(DamageError, match="has 1 events; expected the 2"):
        checkpoint(ledger)


def test_a_log_signs_nothing_that_contradicts_what_it_signed(ledger: Ledger) -> None:
    before = head_of(ledger).oid
    write(ledger, a=1)
    checkpoint(ledger, key=LOG)
    move(ledger, layout.ledger_ref(ledger.name), before)
    write(ledger, a=2)
    with pytest.raises(PolicyError, match="does not begin with the 2 events"):
        checkpoint(ledger, key=LOG)
    write(ledger, a=3)
    with pytest.raises(PolicyError, match="does not begin with the 2 events"):
        checkpoint(ledger)
    assert checkpoint(ledger, key=OTHER).checkpoint.size == 3


def test_of_two_sides_of_a_merge_one_keeps_its_log(ledger: Ledger) -> None:
    """The merged log begins with that of the side whose event id is smaller; the other needs another origin."""
    side = named("side", ledger)
    branch(ledger, side.name)
    write(ledger, a=1)
    write(side, b=1)
    for one in (ledger, side):
        checkpoint(one)
    first = ledger if head_of(ledger).events < head_of(side).events else side
    second = side if first is ledger else ledger
    merge(ledger, side.name)
    merge(side, ledger.name)
    assert checkpoint(first).checkpoint.size == 4
    with pytest.raises(PolicyError, match="only to grow"):
        checkpoint(second)
    assert checkpoint(second, key=LOG).checkpoint.size == 4


def test_growth_over_tiles_is_checked_against_every_log_before(ledger: Ledger) -> None:
    for count in (250, 5, 1, 300):
        write_many(ledger, count, f"n{count}-", group=100)
        checkpoint(ledger, key=LOG)
    assert [kept.checkpoint.size for kept in kept_checkpoints(ledger)] == [557, 257, 256, 251]


def test_signatures_can_be_attached(ledger: Ledger) -> None:
    bare = checkpoint(ledger).checkpoint
    vouched = checkpoint(named("main", ledger), key=WITNESS).checkpoint
    move(ledger, layout.checkpoint_ref(ledger.name, 1), None)
    assert checkpoint(ledger).checkpoint == bare
    write(ledger, a=1)
    assert attach(ledger, vouched).checkpoint == vouched
    assert attach(ledger, bare).checkpoint == vouched
    assert next(kept_checkpoints(ledger)).checkpoint == vouched


def test_only_to_the_same_text(ledger: Ledger) -> None:
    found = checkpoint(ledger).checkpoint
    with pytest.raises(ConflictError, match="another text"):
        attach(ledger, replace(found, origin="somebody.else"))
    with pytest.raises(NotFoundError, match="no checkpoint of 9 events"):
        attach(ledger, replace(found, size=9))


def test_the_checkpoint_at_an_event_is_the_one_kept_or_one_nobody_signed(ledger: Ledger) -> None:
    signed = checkpoint(ledger, key=LOG).checkpoint
    write_many(ledger, 3)
    assert checkpoint_at(ledger, resolve(ledger, "#1")) == signed
    later = checkpoint_at(ledger, resolve(ledger, "#4"))
    assert (later.size, later.origin, later.signatures) == (4, LOG.name, ())
    with pytest.raises(UsageError, match="with others behind it"):
        checkpoint_at(ledger, resolve(ledger, "#3"))


def test_there_is_no_checkpoint_of_no_ledger(ledger: Ledger) -> None:
    with pytest.raises(NotFoundError):
        checkpoint(ledger_on(ledger.objects, ledger.refs, "nothing"))


@pytest.mark.parametrize("kind", ["blob", "commit"])
def test_a_ref_that_points_at_something_else_is_damage(ledger: Ledger, kind: str) -> None:
    head = head_of(ledger)
    move(ledger, layout.checkpoint_ref(ledger.name, 1), Oid(head.events[0]) if kind == "blob" else head.oid)
    with pytest.raises(DamageError, match="no sound checkpoint"):
        checkpoint(ledger)


def test_a_ref_of_another_size_is_damage(ledger: Ledger) -> None:
    kept = checkpoint(ledger)
    move(ledger, layout.checkpoint_ref(ledger.name, 2), kept.tag)
    with pytest.raises(DamageError, match="another size"):
        list(kept_checkpoints(ledger))


def test_a_tag_on_another_publication_is_damage(ledger: Ledger) -> None:
    kept = checkpoint(ledger)
    write(ledger, a=1)
    data = ledger.objects.read(kept.tag).data
    moved = data.replace(kept.checkpoint.publication.hex().encode(), head_of(ledger).oid.hex().encode(), 1)
    oid = ledger.objects.format.oid("tag", moved)
    ledger.objects.write([NewObject(oid, "tag", moved)])
    move(ledger, kept.ref, oid)
    with pytest.raises(DamageError, match="another publication"):
        list(kept_checkpoints(ledger))


@pytest.mark.parametrize("name", ["x", "01", "0", "1/2"])
def test_a_ref_that_is_no_size_is_damage(ledger: Ledger, name: str) -> None:
    move(ledger, layout.checkpoint_refs(ledger.name) + name, head_of(ledger).oid)
    with pytest.raises(DamageError, match="is not the ref of a checkpoint"):
        list(kept_checkpoints(ledger))


def test_two_who_keep_one_at_once_do_not_overwrite_each_other(ledger: Ledger) -> None:
    class Meanwhile:
        """Refs that somebody else moves between the look and the swap."""

        def __getattr__(self, name: str) -> object:
            return getattr(ledger.refs, name)

        def update(self, updates: list[RefUpdate]) -> None:
            checkpoint(ledger, key=LOG)
            ledger.refs.update(updates)

    with pytest.raises(StaleRefError):
        checkpoint(replace(ledger, refs=Meanwhile()), key=OTHER)  # type: ignore[arg-type]
    assert newest_checkpoint(ledger).origin == LOG.name
