"""The gate on ledgers in memory: what it refuses, and how much it reads for it."""

from collections.abc import Mapping

import pytest

from gitledger.errors import PolicyError
from gitledger.hook.gate import judge_push
from gitledger.hook.moves import Move
from gitledger.hook.refusal import RefusedError
from gitledger.ids import SHA1, Oid
from gitledger.ledger.checkpoint import attach, checkpoint
from gitledger.ledger.handle import Ledger
from gitledger.ledger.init import init
from gitledger.ledger.merge import branch, merge
from gitledger.model.note import Signature
from gitledger.store.base import RefUpdate
from gitledger.store.memory import MemoryObjects, MemoryRefs
from tests.faulty import Counted
from tests.forger import Lie
from tests.forgeries.all import FORGERIES, base
from tests.ledgers import ledger_on, named, write, write_many

MAIN, SIDE = "refs/ledger/main", "refs/ledger/side"


def served(ledger: Ledger, *refs: str) -> Ledger:
    """Return a server that has the objects of a ledger, and these of its refs."""
    server = ledger_on(ledger.objects, MemoryRefs())
    for ref in refs:
        server.refs.update([RefUpdate(ref, None, ledger.refs.read(ref))])
    return server


def move(server: Ledger, ledger: Ledger, ref: str = MAIN, size: int | None = None) -> Move:
    """Return the move of a ref to where it is in a ledger."""
    new = ledger.refs.read(ref)
    assert new is not None
    return Move(ref, ledger.name, size, server.refs.read(ref), new)


class Group:
    """The group of the forger's ledger, honest or not, pushed to a server that counts what is read."""

    def __init__(self, lies: Mapping[str, Lie] | None = None, at: int = 0) -> None:
        known = base().publish("group", lies, at)
        self.objects, refs = Counted(MemoryObjects(SHA1)), MemoryRefs()
        self.objects.write([*base().made.values(), *base().forger.made.values()])
        refs.update([RefUpdate(MAIN, None, Oid(base().prefix.commit))])
        self.server = ledger_on(self.objects, refs)
        self.move = Move(MAIN, self.server.name, None, Oid(base().prefix.commit), Oid(known.commit))


def refused(server: Ledger, *moves: Move) -> str:
    with pytest.raises(RefusedError) as error:
        judge_push(server, moves, None)
    return error.value.code


def test_a_ledger_moves_forward(ledger: Ledger) -> None:
    server = served(ledger, MAIN)
    for number in range(3):
        write(ledger, a=number)
    judge_push(server, [move(server, ledger)], None)
    judge_push(served(ledger), [move(served(ledger), ledger)], None)
    judge_push(served(ledger, MAIN), [move(ledger, ledger)], None)


def test_a_ledger_does_not_move_back_or_aside(ledger: Ledger) -> None:
    before = served(ledger, MAIN)
    write(ledger, a=1)
    assert refused(served(ledger, MAIN), move(served(ledger, MAIN), before)) == "ref-rewound"
    other = served(before, MAIN)
    write(other, b=1)
    assert refused(served(ledger, MAIN), move(served(ledger, MAIN), other)) == "ref-rewound"


def test_a_merge_that_holds_the_head_follows_it(ledger: Ledger) -> None:
    side = named("side", ledger)
    side.refs.update([RefUpdate("refs/ledger/side", None, ledger.refs.read(MAIN))])
    write(side, s=1)
    write(ledger, m=1)
    server = served(ledger, MAIN)
    merge(side, ledger.name)
    judge_push(
        server, [Move(MAIN, ledger.name, None, server.refs.read(MAIN), side.refs.read("refs/ledger/side"))], None
    )


def test_what_the_push_claims_about_the_ref_is_not_believed(ledger: Ledger) -> None:
    server = served(ledger, MAIN)
    write(ledger, a=1)
    good = move(server, ledger)
    assert refused(server, good._replace(old=None)) == "ref-stale"
    assert refused(server, good._replace(old=good.new)) == "ref-stale"
    assert refused(served(ledger), good) == "ref-stale"


@pytest.mark.parametrize("name", ["a-bomb-beside-the-state", "a-state-5000-deep"])
def test_a_bomb_costs_no_more_reads_than_an_honest_push(name: str) -> None:
    forgery = FORGERIES[name]
    honest, forged = Group(), Group(forgery.lies, forgery.at)
    judge_push(honest.server, [honest.move], None)
    assert refused(forged.server, forged.move) in forgery.expected
    assert forged.objects.reads <= honest.objects.reads


def test_work_is_in_proportion_to_what_is_new() -> None:
    reads = []
    for events in (300, 3_000):
        ledger = ledger_on(Counted(MemoryObjects(SHA1)), MemoryRefs())
        init(ledger)
        write_many(ledger, events, "v/n", group=20)
        server = served(ledger, MAIN)
        write(ledger, new=1)
        assert isinstance(ledger.objects, Counted)
        ledger.objects.of.clear()
        judge_push(server, [move(server, ledger)], None)
        reads.append(ledger.objects.reads)
    assert reads[1] < 100
    assert reads[1] - reads[0] < 20


def test_what_two_ledgers_share_is_judged_once() -> None:
    ledger = ledger_on(Counted(MemoryObjects(SHA1)), MemoryRefs())
    init(ledger)
    write_many(ledger, 40, group=4)
    branch(ledger, "side")
    server, moves = served(ledger), [move(served(ledger), ledger), move(served(ledger), named("side", ledger), SIDE)]
    reads = []
    assert isinstance(ledger.objects, Counted)
    for pushed in (moves[:1], moves):
        ledger.objects.of.clear()
        judge_push(server, pushed, None)
        reads.append(ledger.objects.reads)
    assert reads[1] < 1.3 * reads[0]


def test_a_checkpoint_comes_after_its_ledger(ledger: Ledger) -> None:
    write(ledger, a=1)
    ref = checkpoint(ledger).ref
    server = served(ledger, MAIN)
    judge_push(server, [move(server, ledger, ref, 2)], None)
    assert refused(served(ledger), move(server, ledger, ref, 2)) == "checkpoint"
    assert refused(server, move(server, ledger, ref, 2)._replace(ref=ref[:-1] + "3", size=3)) == "checkpoint"
    assert refused(server, move(server, ledger, ref, 2)._replace(new=ledger.refs.read(MAIN))) == "ref-target"


def test_a_checkpoint_may_win_signatures_and_lose_none(ledger: Ledger) -> None:
    write(ledger, a=1)
    plain = checkpoint(ledger)
    server = served(ledger, MAIN, plain.ref)
    signed = attach(ledger, plain.checkpoint.vouched_by([Signature(name="somebody", key=b"1234", blob=b"x" * 64)]))
    judge_push(server, [move(server, ledger, plain.ref, 2)], None)
    back = Move(plain.ref, ledger.name, 2, signed.tag, plain.tag)
    assert refused(served(ledger, MAIN, plain.ref), back) == "ref-rewound"


def test_a_refusal_has_a_listed_code() -> None:
    with pytest.raises(AssertionError, match="no-such-code"):
        RefusedError("no-such-code", "", "found; expected")
    assert isinstance(RefusedError("push-extra", "", "found\n; expected"), PolicyError)
    assert RefusedError("push-extra", "here", "a\nb").line == "push-extra: here: a\\nb"
