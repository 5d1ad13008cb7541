"""Deltas between two objects that are known to be alike: what a pack stores instead of the second one.

There is no search. Our objects change in two ways: bytes are replaced in place (an object id in a tree, the ids of an
event), or bytes are inserted or removed at one spot (a row of a tree, the newest id of a timeline). Each way has a
delta that is found by comparing from the ends; the shorter one is taken. The bytes are those of Git's
``gitformat-pack``, "Deltified representation".
"""

import re
from functools import lru_cache
from typing import Final

# What differs, with equal bytes in between as long as copying them would cost more than repeating them.
_DIFFERENT = re.compile(rb"[^\0](?:\0{0,6}[^\0])*")
# The most that two copies and the head of an insertion take.
_COPIES: Final = 2 * 7 + 1
_LONGEST_INSERT: Final = 0x7F
_LONGEST_COPY: Final = 0xFFFF


def format_pack_delta(base: bytes, data: bytes) -> bytes:
    """Return instructions that make ``data`` of ``base``."""
    head = _size(len(base)) + _size(len(data))
    if len(base) == len(data):
        return head + _replaced(base, data)
    spliced = _spliced(base, data)
    if len(spliced) <= max(0, len(data) - len(base)) + _COPIES:
        return head + spliced  # What is new has to be inserted in any case.
    return head + min(_replaced(base, data), spliced, key=len)


def _replaced(base: bytes, data: bytes) -> bytes:
    """Compare byte by byte from the start."""
    common = min(len(base), len(data))
    start, differing = _difference(base[:common], data[:common])
    out: list[bytes] = []
    done = 0
    for match in _DIFFERENT.finditer(differing):
        first, last = start + match.start(), start + match.end()
        out += (_copy(done, first - done), _insert(data[first:last]))
        done = last
    out += (_copy(done, common - done), _insert(data[common:]))
    return b"".join(out)


def _spliced(base: bytes, data: bytes) -> bytes:
    """Keep what both begin and end with."""
    common = min(len(base), len(data))
    start, _ = _difference(base[:common], data[:common])
    stop, differing = _difference(base[len(base) - common :], data[len(data) - common :])
    end = min(common - stop - len(differing), common - start)
    return _copy(0, start) + _insert(data[start : len(data) - end]) + _copy(len(base) - end, end)


def _difference(left: bytes, right: bytes) -> tuple[int, bytes]:
    """Return where texts of one length begin to differ, and the exclusive or from there to where they cease to."""
    differing = int.from_bytes(left) ^ int.from_bytes(right)
    start = len(left) - (differing.bit_length() + 7) // 8
    equal = max(0, (differing & -differing).bit_length() - 1) // 8
    return start, (differing >> 8 * equal).to_bytes(len(left) - start - equal if differing else 0)


# Trees and events change at the same places again and again.
@lru_cache(maxsize=8192)
def _copy(offset: int, size: int) -> bytes:
    """Return the instructions that copy a stretch of the base."""
    out = bytearray()
    while size:
        step = min(size, _LONGEST_COPY)
        operation, arguments = 0x80, bytearray()
        for bit, value in enumerate((*offset.to_bytes(4, "little"), *step.to_bytes(2, "little"))):
            if value:
                operation |= 1 << bit
                arguments.append(value)
        out.append(operation)
        out += arguments
        offset, size = offset + step, size - step
    return bytes(out)


def _insert(data: bytes) -> bytes:
    """Return the instructions that insert these bytes."""
    if len(data) <= _LONGEST_INSERT:
        return b"%c%b" % (len(data), data) if data else b""
    pieces = [data[start : start + _LONGEST_INSERT] for start in range(0, len(data), _LONGEST_INSERT)]
    return b"".join([b"%c%b" % (len(piece), piece) for piece in pieces])


@lru_cache(maxsize=4096)
def _size(size: int) -> bytes:
    out = bytearray()
    while size > 0x7F:  # noqa: PLR2004 - seven bits a byte, the lowest first
        out.append(size & 0x7F | 0x80)
        size >>= 7
    out.append(size)
    return bytes(out)
