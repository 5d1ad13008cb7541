"""The Merkle log of a ledger: an RFC 6962 tree with SHA-256 whose leaves are the events in publication order.

A `Frontier` is all that is needed to go on from a log of any length: the roots of the perfect subtrees that the
tree is made of, one for each 1 in the binary form of its size. `tile` keeps the hashes below it, `proof` uses both.
Specified in ``docs/format/log.md``.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from gitledger import codec
from gitledger.codec import ARRAY, BYTES, MAP, UINT
from gitledger.errors import FormatError
from gitledger.frozen import frozen

HASH_BYTES: Final = 32
SIZE_LIMIT: Final = 2**63 - 1
"""The longest log: tools that read logs of this kind hold its size in a signed 64-bit integer."""
EMPTY_ROOT: Final = sha256().digest()

# RFC 6962, 2.1: different first bytes, so that no node can be passed off as a leaf.
_LEAF: Final = b"\0"
_NODE: Final = b"\1"
_THREE: Final = codec.head(ARRAY, 3)
_HASH: Final = codec.head(BYTES, HASH_BYTES)
# What stands before the values of a head, in canonical order.
_ROOT: Final = codec.head(MAP, 3) + codec.text("root") + _HASH
_SIZE: Final = codec.text("size")
_FRONTIER: Final = codec.text("frontier")
# The three keys, size in 8 bytes, and 1 + 63 hashes with heads of two bytes.
_HEAD_BYTES: Final = 1 + 5 + 5 + 9 + 9 + 2 + 64 * (2 + HASH_BYTES)


def leaf_data(event: bytes, rule: bytes, delta: bytes) -> bytes:
    """Return what a leaf stands for: the canonical CBOR array of the bytes of an event, its rule and its delta.

    Together they are all that a replay needs, so the log binds them by SHA-256 whatever hash the repository uses.
    """
    # By hand, at a quarter of the price of the codec: this runs once per event.
    head = codec.head
    return b"".join(
        (_THREE, head(BYTES, len(event)), event, head(BYTES, len(rule)), rule, head(BYTES, len(delta)), delta)
    )


def leaf_hash(data: bytes) -> bytes:
    """Return the 32-byte hash of a leaf."""
    return sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash of the node above two hashes."""
    return sha256(_NODE + left + right).digest()


@frozen
class Frontier:
    """A log of ``size`` leaves, as the roots of its perfect subtrees.

    Attributes:
        size: 0 to `SIZE_LIMIT`.
        hashes: one root for each 1 in the binary form of ``size``, from the largest subtree to the smallest.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a frontier that no log has.

        Raises:
            FormatError: a size out of range, another number of hashes than the size asks for, a hash that is none.
        """
        if not 0 <= self.size <= SIZE_LIMIT:
            raise FormatError(f"a log has a size out of range; expected 0 to {SIZE_LIMIT}")
        if len(self.hashes) != self.size.bit_count():
            raise FormatError(
                f"a log of {self.size} events has {len(self.hashes)} frontier hashes; expected {self.size.bit_count()}",
            )
        if any(len(found) != HASH_BYTES for found in self.hashes):
            raise FormatError(f"a frontier holds something else than hashes of {HASH_BYTES} bytes")

    def root(self) -> bytes:
        """Return the root of the whole tree, RFC 6962's MTH; `EMPTY_ROOT` without leaves."""
        return fold(self.hashes) if self.hashes else EMPTY_ROOT

    def append(self, leaf: bytes) -> "Frontier":
        """Return the frontier with one more leaf, given its hash. `tile.extend` takes many and makes tiles."""
        return Frontier(size=self.size + 1, hashes=tuple(grow(self.hashes, self.size, (leaf,))))


def grow(roots: Iterable[bytes], count: int, hashes: Iterable[bytes]) -> list[bytes]:
    """Return the roots of the perfect subtrees over ``count`` nodes, whose ``roots`` are given, and ``hashes``."""
    stack = list(roots)
    for new in hashes:
        root, carry = new, count
        # As in adding 1 to a binary number: each trailing 1 is a subtree that pairs with the new one.
        while carry & 1:
            root = node_hash(stack.pop(), root)
            carry >>= 1
        stack.append(root)
        count += 1
    return stack


def fold(roots: Iterable[bytes]) -> bytes:
    """Return the root over adjacent subtrees, of which the first is the largest; there is at least one."""
    *larger, root = roots
    for left in reversed(larger):
        root = node_hash(left, root)
    return root


def format_head(frontier: Frontier) -> bytes:
    """Return the canonical bytes of ``log/head``."""
    # By hand, too: once per publication, with up to 63 hashes.
    return b"".join(
        [
            _ROOT + frontier.root(),
            _SIZE + codec.head(UINT, frontier.size),
            _FRONTIER + codec.head(ARRAY, len(frontier.hashes)),
            *[_HASH + one for one in frontier.hashes],
        ]
    )


def parse_head(data: bytes) -> Frontier:
    """Return the frontier that the bytes of a ``log/head`` hold.

    Raises:
        FormatError: bytes that `format_head` would not have written.
    """
    content = codec.decode(data, limit=_HEAD_BYTES)
    if not isinstance(content, dict) or content.keys() != {"root", "size", "frontier"}:
        raise FormatError("a log head has other fields than root, size and frontier")
    size, hashes = content["size"], content["frontier"]
    if not isinstance(size, int) or isinstance(size, bool):
        raise FormatError("a log head has something else than an integer as its size")
    if not isinstance(hashes, list):
        raise FormatError("a log head has something else than a list as its frontier")
    frontier = Frontier(size=size, hashes=tuple(_hash(found) for found in hashes))
    if format_head(frontier) != data:
        raise FormatError("a log head has another root than its frontier folds to")
    return frontier


def _hash(value: codec.Value) -> bytes:
    if not isinstance(value, bytes):
        raise FormatError("a log head has something else than bytes in its frontier")
    return value
