"""Heads: bytes that are accepted, and bytes that are refused."""

from collections.abc import Iterator
from hashlib import sha256

from vectors.generate_merkle.tree import TREE, case
from vectors.generate_model.scenario import ACCEPT, NULL, TRUE, Scenario, array, mapping, octets, text, uint

LONGEST = 2**63 - 1


def scenarios() -> Iterator[Scenario]:
    """Return all of them."""
    yield from accepted_heads()
    yield from refused_heads()


def head(root: bytes, size: bytes, frontier: bytes) -> bytes:
    """Return the bytes of a head, its three values encoded by the caller."""
    return mapping([("root", root), ("size", size), ("frontier", frontier)])


def hashes(size: int) -> bytes:
    """Return the encoded frontier of the tree of this size."""
    return array(*map(octets, TREE.frontier(size)))


def head_of(size: int) -> bytes:
    """Return the bytes of the head of the tree of this size."""
    return head(octets(TREE.root(0, size)), uint(size), hashes(size))


def accepted_heads() -> Iterator[Scenario]:
    """Heads that are accepted."""
    for says, size in (
        ("the head of a log without events", 0),
        ("the head of a log of one event", 1),
        ("the head of a log of three events", 3),
        ("the head of a log of 255 events", 255),
        ("the head of a log of 256 events", 256),
        ("the head of a log of 70000 events", 70_000),
    ):
        yield accepted_head(says, head_of(size), size, TREE.frontier(size))
    many = tuple(bytes([n]) * 32 for n in range(63))
    root = many[-1]
    for left in many[-2::-1]:
        root = sha256(b"\x01" + left + root).digest()
    longest = head(octets(root), uint(LONGEST), array(*map(octets, many)))
    yield accepted_head("the head of the longest log", longest, LONGEST, many)
    other = head(octets(TREE.root(0, 3)), uint(5), hashes(3))
    says = "the head of another size with as many ones passes because only a replay tells"
    yield accepted_head(says, other, 5, TREE.frontier(3))


def accepted_head(says: str, data: bytes, size: int, frontier: tuple[bytes, ...]) -> Scenario:
    """Return the scenario of a head that is accepted."""
    return case("head", says, ACCEPT, bytes=data.hex(), size=size, frontier=[found.hex() for found in frontier])


def refused_heads() -> Iterator[Scenario]:
    """Heads of the log of three events with one thing wrong."""
    good, root, size, frontier = head_of(3), octets(TREE.root(0, 3)), uint(3), hashes(3)
    one, two = TREE.frontier(3)
    yield from (
        case("head", f"a head {what} is refused", bytes=data.hex())
        for what, data in (
            ("of no bytes", b""),
            ("that is an array", array(root, size, frontier)),
            ("with the root of another log", head(octets(TREE.root(0, 2)), size, frontier)),
            ("with one bit of its root changed", head(root[:-1] + bytes([root[-1] ^ 1]), size, frontier)),
            ("with text as its root", head(text("r" * 32), size, frontier)),
            ("with its frontier from small to large", head(root, size, array(octets(two), octets(one)))),
            ("with a hash too few", head(octets(one), size, array(octets(one)))),
            ("with a hash too many", head(octets(one), uint(2), frontier)),
            ("with a hash of 31 bytes", head(root, size, array(octets(one), octets(two[:31])))),
            ("with a hash of 33 bytes", head(root, size, array(octets(one), octets(two + b"\0")))),
            ("with text among its hashes", head(root, size, array(octets(one), text("h" * 32)))),
            ("with null as its frontier", head(root, size, NULL)),
            ("with a frontier of indefinite length", head(root, size, b"\x9f" + frontier[1:] + b"\xff")),
            ("with a negative size", head(root, b"\x22", frontier)),
            ("with true as its size", head(octets(one), TRUE, array(octets(one)))),
            ("with text as its size", head(root, text("3"), frontier)),
            ("with a float as its size", head(root, b"\xf9\x42\x00", frontier)),
            ("with a size in more bytes than it needs", head(root, b"\x18\x03", frontier)),
            ("with a size above that of the longest log", head(octets(one), uint(LONGEST + 1), array(octets(one)))),
            ("with its keys sorted as words", mapping([("frontier", frontier), ("root", root), ("size", size)])),
            ("without a root", mapping([("size", size), ("frontier", frontier)])),
            ("without a frontier", mapping([("root", root), ("size", size)])),
            ("with a key twice", mapping([("root", root), ("size", size), ("size", size), ("frontier", frontier)])),
            ("with a fourth key", mapping([("root", root), ("size", size), ("time", size), ("frontier", frontier)])),
            ("with a tag around its root", head(b"\xc0" + root, size, frontier)),
            ("with a byte after it", good + b"\0"),
            ("that ends a byte early", good[:-1]),
            ("of 2208 bytes", head(octets(bytes(2146)), uint(0), array())),
        )
    )
