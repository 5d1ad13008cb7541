"""Rule 1: what a push says that it moves, read as bytes."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitledger.hook.moves import INPUT_BYTES, Move, parse_moves
from gitledger.hook.refusal import RefusedError
from gitledger.ids import SHA1, SHA256, Oid, parse_ledger_name

ZERO, ONE, TWO = (bytes([byte]).hex().encode() * 20 for byte in range(3))


def line(ref: bytes, old: bytes = ONE, new: bytes = TWO) -> bytes:
    return b"%s %s %s\n" % (old, new, ref)


def refused(data: bytes) -> str:
    with pytest.raises(RefusedError) as error:
        parse_moves(data, SHA1)
    assert error.value.line.startswith(f"{error.value.code}: ")
    return error.value.code


def test_a_ledger_and_a_checkpoint_are_moved() -> None:
    main, one, two = parse_ledger_name("main"), Oid(b"\1" * 20), Oid(b"\2" * 20)
    data = line(b"refs/ledger-checkpoint/main/12", old=ZERO) + line(b"refs/ledger/main")
    assert parse_moves(data, SHA1) == [
        Move("refs/ledger/main", main, None, one, two),
        Move("refs/ledger-checkpoint/main/12", main, 12, None, two),
    ]


@pytest.mark.parametrize(
    "data",
    [b"", line(b"refs/heads/main"), line(b"refs/heads/refs/ledger/main"), line(b"HEAD", new=ZERO), line(b"r\xff")],
)
def test_a_push_without_a_ledger_is_none_of_its_business(data: bytes) -> None:
    assert parse_moves(data, SHA1) == []


@pytest.mark.parametrize(
    "ref",
    [
        b"refs/ledger",
        b"refs/ledger/",
        b"refs/ledger/a/b",
        b"refs/ledger/Main",
        b"refs/LEDGER/main",
        b"refs/ledgers/main",
        b"refs/ledger/m\xc3\xa4in",
        b"refs/ledger/m\xff",
        b"refs/ledger/main.lock",
        b"refs/ledger/a b",
        b"refs/ledger-remotes/origin/main",
        b"refs/ledger-inflight/" + ONE,
        b"refs/ledger-checkpoint/main",
        b"refs/ledger-checkpoint/main/0",
        b"refs/ledger-checkpoint/main/01",
        b"refs/ledger-checkpoint/main/1/2",
        b"refs/ledger-checkpoint/../1",
    ],
)
def test_a_name_that_no_ledger_has_is_refused(ref: bytes) -> None:
    assert refused(line(ref)) == "ref-name"


def test_nothing_else_is_moved_beside_a_ledger() -> None:
    assert refused(line(b"refs/ledger/main") + line(b"refs/heads/main")) == "ref-name"
    assert refused(line(b"refs/heads/main") + line(b"refs/ledger/main")) == "ref-name"


def test_a_deletion_and_a_second_move_are_refused() -> None:
    assert refused(line(b"refs/ledger/main", new=ZERO)) == "ref-deleted"
    assert refused(line(b"refs/ledger-checkpoint/main/1", new=ZERO)) == "ref-deleted"
    assert refused(line(b"refs/ledger/main") * 2) == "ref-twice"


@pytest.mark.parametrize(
    "data",
    [
        b"\n",
        line(b"refs/ledger/main")[:-1],
        line(b"refs/ledger/main") + b"x",
        line(b"refs/ledger/main").replace(b" ", b"  ", 1),
        line(b"refs/ledger/main", new=b"A" * 40),
        line(b"refs/ledger/main", old=b"g" * 40),
        line(b"refs/ledger/main", old=ONE[:-1]),
        line(b"refs/ledger/main", new=TWO * 2),
    ],
)
def test_what_git_would_not_write_is_refused(data: bytes) -> None:
    assert refused(data) == "gate-failed"


def test_ids_have_the_length_that_ids_have_here() -> None:
    data = line(b"refs/ledger/main", old=ONE + ONE[:24], new=TWO + TWO[:24])
    assert parse_moves(data, SHA256)[0].new == Oid(b"\2" * 32)
    assert refused(data) == "gate-failed"


def test_there_is_an_end_to_what_is_read() -> None:
    assert refused(b"x" * (INPUT_BYTES + 1)) == "push-size"


@given(st.binary(max_size=200).map(lambda data: data + b"refs/ledger/x\n"))
def test_any_bytes_are_moves_or_are_refused(data: bytes) -> None:
    with suppress(RefusedError):
        assert all(move.ref.startswith("refs/ledger") for move in parse_moves(data, SHA1))
