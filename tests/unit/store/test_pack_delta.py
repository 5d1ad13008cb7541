"""Deltas make the second object of the first, and are short where objects change as ours do."""

import random
import subprocess
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gitledger.ids import SHA1, Oid
from gitledger.store.base import NewObject
from gitledger.store.pack import format_pack
from gitledger.store.pack_delta import format_pack_delta
from gitledger.store.pack_files import write_pack


def applied(delta: bytes, base: bytes) -> bytes:
    """Carry out a delta as gitformat-pack describes it."""

    def size(at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            byte = delta[at]
            value |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                return value, at

    base_size, at = size(0)
    data_size, at = size(at)
    assert base_size == len(base)
    out = b""
    while at < len(delta):
        operation, at = delta[at], at + 1
        if operation & 0x80:
            numbers = []
            for bit in range(7):
                numbers.append(delta[at] if operation >> bit & 1 else 0)
                at += operation >> bit & 1
            offset, length = int.from_bytes(bytes(numbers[:4]), "little"), int.from_bytes(bytes(numbers[4:]), "little")
            length = length or 0x10000
            assert offset + length <= len(base)
            out += base[offset : offset + length]
        else:
            assert operation
            out, at = out + delta[at : at + operation], at + operation
    assert len(out) == data_size
    return out


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_any_two_objects(base: bytes, data: bytes) -> None:
    """Whatever the bytes, the delta gives the second object."""
    assert applied(format_pack_delta(base, data), base) == data


@given(
    st.binary(min_size=1, max_size=2000), st.lists(st.tuples(st.integers(0, 1999), st.binary(max_size=40)), max_size=5)
)
def test_objects_that_are_alike(base: bytes, edits: list[tuple[int, bytes]]) -> None:
    """Replacing or inserting here and there."""
    data = base
    for at, piece in edits:
        data = data[:at] + piece + data[at + len(piece) // 2 :]
    assert applied(format_pack_delta(base, data), base) == data


def test_long_objects() -> None:
    """Copies are cut at 64 KiB."""
    base = random.Random(1).randbytes(300_000)
    data = base[:200_000] + b"x" + base[200_000:]
    delta = format_pack_delta(base, data)
    assert applied(delta, base) == data
    assert len(delta) < 60


def test_one_id_replaced_costs_one_id() -> None:
    """A tree with one changed row, an event after another."""
    dice = random.Random(3)
    tree = b"".join(b"100644 v%d\0" % n + dice.randbytes(20) for n in range(40))
    place = tree.index(b"v17\0") + 4
    changed = tree[:place] + dice.randbytes(20) + tree[place + 20 :]
    assert len(format_pack_delta(tree, changed)) <= 20 + 14
    grown = tree[: place + 20] + b"100644 v17a\0" + dice.randbytes(20) + tree[place + 20 :]
    assert len(format_pack_delta(tree, grown)) <= 32 + 16


def test_git_reads_chains_of_deltas(tmp_path: Path) -> None:
    """120 versions of one blob, each the base of the next, in one pack."""
    subprocess.run(["git", "init", "-q", "--bare", tmp_path], check=True)
    dice = random.Random(2)
    versions = [dice.randbytes(2000)]
    for _ in range(119):
        at = dice.randrange(1900)
        versions.append(versions[-1][:at] + dice.randbytes(20) + versions[-1][at + 20 :])
    objects: list[NewObject] = []
    for data in versions:
        base = objects[-1].oid if objects else None
        objects.append(NewObject(SHA1.oid("blob", data), "blob", data, base))
    objects.insert(0, NewObject(SHA1.oid("blob", b"first"), "blob", b"first", Oid(bytes(20))))
    pack = write_pack(tmp_path / "objects" / "pack", format_pack(objects, SHA1))
    assert pack.stat().st_size < 15_000
    listed = subprocess.run(["git", "verify-pack", "-v", pack], check=True, capture_output=True, text=True).stdout
    assert "chain length = 50: 2 objects" in listed
    for new in objects:
        shown = subprocess.run(
            ["git", "-C", tmp_path, "cat-file", "blob", new.oid.hex()], check=True, capture_output=True
        )
        assert shown.stdout == new.data
