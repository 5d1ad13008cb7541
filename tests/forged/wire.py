"""The client's side of ``git receive-pack``, by hand: gitprotocol-pack(5) and gitformat-pack(5), with every lie possible."""

import hashlib
import struct
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
ZERO = "0" * 40
_FLUSH = b"0000"


@dataclass(frozen=True)
class Answer:
    """What a server said: of the pack, of each ref, and to people."""

    unpacked: str
    refs: Mapping[str, str]
    said: str
    status: int

    @property
    def lines(self) -> list[str]:
        """What it said to people, by line."""
        return self.said.splitlines()


def object_head(kind: int, size: int) -> bytes:
    """Return the head of an object in a pack."""
    head = bytearray([kind << 4 | size & 15])
    size >>= 4
    while size:
        head[-1] |= 0x80
        head.append(size & 0x7F)
        size >>= 7
    return bytes(head)


def packed(kind: str, data: bytes) -> bytes:
    """Return one whole object as it stands in a pack."""
    return object_head(KINDS[kind], len(data)) + zlib.compress(data, 1)


def pack(objects: Iterable[bytes], count: int | None = None) -> bytes:
    """Return a pack of objects as `packed` returns them; ``count`` is what it claims to hold."""
    found = list(objects)
    body = b"PACK" + struct.pack(">II", 2, len(found) if count is None else count) + b"".join(found)
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def line(data: bytes) -> bytes:
    """Return one line of the protocol."""
    return b"%04x" % (len(data) + 4) + data


def push(
    server: Path,
    moves: Sequence[tuple[str, str, bytes]],
    data: bytes,
    *,
    env: Mapping[str, str],
    command: Sequence[str] = ("git", "receive-pack"),
    shallow: Iterable[str] = (),
    options: Sequence[bytes] | None = None,
    meanwhile: Callable[[int], object] = bool,
) -> Answer:
    """Send moves ``(old, new, ref)`` and a pack to a repository; return the answer."""
    words = b"report-status side-band-64k object-format=sha1" + (b" push-options" if options is not None else b"")
    sent = b"".join(line(b"shallow " + oid.encode()) for oid in shallow)
    for at, (old, new, ref) in enumerate(moves):
        sent += line(f"{old} {new} ".encode() + ref + (b"\0" + words if at == 0 else b""))
    sent += _FLUSH
    if options is not None:
        sent += b"".join(map(line, options)) + _FLUSH
    process = subprocess.Popen(
        [*command, server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    )
    watching = threading.Thread(target=meanwhile, args=(process.pid,))
    watching.start()
    output, errors = process.communicate(sent + data, timeout=120)
    watching.join()
    return _parse(output, errors, process.returncode)


def _parse(output: bytes, errors: bytes, status: int) -> Answer:
    # The advertisement, then what the side bands carry: 1 the report, 2 and 3 what is said to people.
    bands = {1: b"", 2: b"", 3: b""}
    for one in _lines(_after_flush(output)):
        bands[one[0]] += one[1:]
    report = [one.decode(errors="backslashreplace").rstrip("\n") for one in _lines(bands[1])]
    refs = {}
    for one in report[1:]:
        verdict, ref, *reason = one.split(" ", 2)
        refs[ref] = verdict if not reason else f"{verdict} {reason[0]}"
    said = (bands[2] + bands[3] + errors).decode(errors="backslashreplace")
    return Answer(report[0].removeprefix("unpack ") if report else "", refs, said, status)


def _lines(data: bytes) -> list[bytes]:
    """Return the lines up to a flush, or to the end."""
    found = []
    while data and data[:4] != _FLUSH:
        size = int(data[:4], 16)
        found.append(data[4:size])
        data = data[size:]
    return found


def _after_flush(data: bytes) -> bytes:
    while data and data[:4] != _FLUSH:
        data = data[int(data[:4], 16) :]
    return data[4:]


def delta(size: int, copies: Iterable[tuple[int, int]]) -> bytes:
    """Return a delta that copies pieces ``(offset, size)`` of a base of ``size`` bytes one after another."""
    pieces = list(copies)
    out = _length(size) + _length(sum(count for _, count in pieces))
    for offset, count in pieces:
        at, many = offset.to_bytes(4, "little"), count.to_bytes(3, "little")
        out += b"\xff" + at + many
    return out


def offset_delta(back: int, data: bytes) -> bytes:
    """Return a delta as it stands in a pack, on the object that begins ``back`` bytes before it."""
    shifted = [back & 0x7F]
    while back := back >> 7:
        back -= 1
        shifted.append(0x80 | back & 0x7F)
    return object_head(6, len(data)) + bytes(reversed(shifted)) + zlib.compress(data, 9)


def named_delta(base: bytes, data: bytes) -> bytes:
    """Return a delta as it stands in a pack, on the object of this id."""
    return object_head(7, len(data)) + base + zlib.compress(data, 9)


def _length(size: int) -> bytes:
    out = bytearray([size & 0x7F])
    while size := size >> 7:
        out[-1] |= 0x80
        out.append(size & 0x7F)
    return bytes(out)
