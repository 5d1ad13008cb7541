"""Valid pushes that look like forged ones: the gate lets each of them in, and an auditor finds nothing."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitledger.verify import verify
from tests.forged import wire
from tests.forged.ground import (
    GOVERNED,
    LEFT,
    MAIN,
    UNSEEN,
    ZERO,
    Forged,
    Server,
    checkpoint_of,
    good,
    hexes,
    made,
    sent,
    template,
)
from tests.forger import DELETED, Act, Known, dumps
from tests.forgeries.all import base
from tests.ledgers import git, open_ledger

VALID: dict[str, Callable[[], Forged]] = {}
"""By what it looks like and is not."""


def valid(name: str) -> Callable[[Callable[[], Forged]], Callable[[], Forged]]:
    """List a valid push."""

    def listed(build: Callable[[], Forged]) -> Callable[[], Forged]:
        assert name not in VALID
        VALID[name] = build
        return build

    return listed


def onto_main(*acts: Act, parent: Known | None = None) -> Forged:
    """Return the push of an honest publication on ``main``."""
    known = good(acts, parent)
    return Forged(moves=[(hexes(base().prefix), hexes(known), MAIN)], data=sent(known), code="", audit=UNSEEN)


def nested_list(depth: int) -> list[object]:
    """Return lists in lists."""
    found: list[object] = []
    for _ in range(depth - 1):
        found = [found]
    return found


for name, acts in {
    "one event": [Act({"hot": 1})],
    "a group of events": base().group,
    "an event that changes nothing": [Act()],
    "an event that reads": [Act({"hot": 1}, reads=("wide/v1", "nowhere"))],
    "a key": [Act({"hot": 1}, remembered={"key": "third"})],
    "somebody else and another time in the envelope": [Act({"hot": 1}, remembered={"author": "Eve <e@example.org>"})],
    "a rule with a version": [Act({"hot": 1}, rule={"name": "train", "version": "2"})],
    "a value of 64 KiB to the byte": [Act({"hot": bytes(65_536 - 3)})],
    "a value nested as deep as one may be": [Act({"hot": nested_list(119)})],
    "keys that a table could take for each other": [Act({"hot": {"1": 1, "true": True, "1.0": 1.5}})],
    "floats that are no integers": [Act({"hot": [1.5, float("inf"), float("nan"), 1e300]})],
    "names that are nearly git's": [Act({".github/x": 1, "git": 2, "a.git": 3, "gitmodules": 4, "x/.gitkeep": 5})],
    "a variable of 1,024 bytes": [Act({"/".join(["x" * 255] * 4): 1})],
    "a variable in NFC": [Act({"\u00e9/\u6570/\U0001f980": 1})],
    "a value where variables were below": [Act({"a/b": 1}), Act({"a/b": DELETED, "a": 1})],
    "a directory that is split": [Act({f"new/v{number}": number}) for number in range(70)],
    "three hundred events": [Act({"hot": number}) for number in range(1, 301)],
    "a variable deleted and written again": [Act({"wide/v1": DELETED}), Act({"wide/v1": 1})],
}.items():
    valid(name)(lambda acts=acts: onto_main(*acts))


@valid("several publications at once")
def _() -> Forged:
    first = good([Act({"hot": 1})])
    objects = dict(base().forger.made)
    second = good([Act({"hot": 2})], first)
    base().forger.made |= objects
    moves = [(hexes(base().prefix), hexes(second), MAIN)]
    return Forged(moves=moves, data=sent(first, second), code="", audit=UNSEEN)


@valid("a ledger that is new here")
def _() -> Forged:
    base().forger.made.clear()
    known = base().forger.publish([], base().genesis)
    return Forged(moves=[(ZERO, hexes(known), b"refs/ledger/new")], data=sent(known), code="", audit=UNSEEN)


@valid("a ledger that shares the history of another, under the longest name")
def _() -> Forged:
    ref = b"refs/ledger/" + b"a.b_c-9" + b"x" * 57
    return Forged(moves=[(ZERO, hexes(base().prefix), ref)], code="", audit=UNSEEN)


@valid("two ledgers in one push")
def _() -> Forged:
    one = good([Act({"hot": 1})])
    objects = dict(base().forger.made)
    two = good([Act({"hot": 1})], base().left)
    base().forger.made |= objects
    moves = [(hexes(base().prefix), hexes(one), MAIN), (hexes(base().left), hexes(two), LEFT)]
    return Forged(moves=moves, data=sent(one, two), code="", audit=UNSEEN)


@valid("a merge of disjoint sides")
def _() -> Forged:
    known = base().publish("merge")
    return Forged(moves=[(hexes(base().left), hexes(known), LEFT)], data=sent(known), code="", audit=UNSEEN)


@valid("a signed publication under a policy")
def _() -> Forged:
    known = base().publish("governed")
    return Forged(moves=[(hexes(base().governed), hexes(known), GOVERNED)], data=sent(known), code="", audit=UNSEEN)


@valid("a checkpoint of what is here")
def _() -> Forged:
    base().forger.made.clear()
    size, tag = checkpoint_of(base().left, "left")
    ref = f"refs/ledger-checkpoint/left/{size}".encode()
    return Forged(moves=[(ZERO, tag.hex(), ref)], data=made(), code="", audit=UNSEEN)


@valid("a branch that is called as a ledger")
def _() -> Forged:
    ref = b"refs/heads/refs/ledger/MAIN"
    return Forged(moves=[(ZERO, hexes(base().prefix), ref)], code="", audit=UNSEEN)


@valid("push options that mean nothing here")
def _() -> Forged:
    push = onto_main(Act({"hot": 1}))
    settings = {"receive.advertisePushOptions": "true"}
    return Forged(moves=push.moves, data=push.data, code="", audit=UNSEEN, options=[b"ci.skip"], settings=settings)


@valid("a push through the limits, to a server with replacements and a commit-graph")
def _() -> Forged:
    def prepare(server: Path) -> None:
        git(server, "commit-graph", "write", "--reachable")
        git(server, "update-ref", f"refs/replace/{hexes(base().prefix)}", hexes(base().left))

    push = onto_main(Act({"hot": 1}))
    return Forged(moves=push.moves, data=push.data, code="", audit=UNSEEN, limited=True, prepare=prepare)


@valid("a thin pack, whose base the server has")
def _() -> Forged:
    known = good([Act({"hot": "step"})])
    value, delta = dumps("step"), dumps({"step": [5]})
    del base().forger.made[hashlib.sha1(b"blob %d\0" % len(value) + value, usedforsecurity=False).digest()]
    whole = sent(known)
    thin = wire.named_delta(base().forger.put("blob", delta), wire.delta(len(delta), [(1, len(value))]))
    data = wire.pack([whole[12:-20], thin], count=int.from_bytes(whole[8:12], "big") + 1)
    settings = {"receive.unpackLimit": "1"}
    return Forged(
        moves=[(hexes(base().prefix), hexes(known), MAIN)], data=data, code="", audit=UNSEEN, settings=settings
    )


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return template(tmp_path_factory.mktemp("valid"))


@pytest.mark.parametrize("name", VALID)
def test_a_valid_push_lands(name: str, origin: Path, tmp_path: Path) -> None:
    if "signed" in name and not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen, by which git judges signatures, is not installed")
    push = VALID[name]()
    server = Server(tmp_path / "guarded.git", origin, push, guarded=True)
    answer = server.take(push)
    assert set(answer.refs.values()) == {"ok"}, answer
    for old, new, ref in push.moves:
        assert git(server.path, "rev-parse", ref.decode()) == new
        if ref.startswith(b"refs/ledger/"):
            with open_ledger(server.path, ref.decode().removeprefix("refs/ledger/")) as ledger:
                assert (
                    verify(ledger, since=None if old == ZERO else "prefix", signatures="signed" in name).findings == ()
                )


def test_there_are_twenty_five() -> None:
    assert len(VALID) >= 25
