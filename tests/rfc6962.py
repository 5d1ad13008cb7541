"""RFC 6962, section 2.1, word for word: recursive, slow and obvious. The oracle of the Merkle log's tests."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256


class Oracle:
    """The tree over leaf data ``leaves``; ``D[start:stop]`` of the RFC is ``start, stop`` here."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = leaves
        self.root = cache(self._root)

    def _root(self, start: int, stop: int) -> bytes:
        """MTH(D[start:stop])."""
        if start == stop:
            return sha256(b"").digest()
        if stop - start == 1:
            return sha256(b"\x00" + self.leaves[start]).digest()
        split = start + split_of(stop - start)
        return sha256(b"\x01" + self.root(start, split) + self.root(split, stop)).digest()

    def path(self, index: int, start: int, stop: int) -> list[bytes]:
        """PATH(index, D[start:stop])."""
        if stop - start == 1:
            return []
        k = split_of(stop - start)
        if index < k:
            return [*self.path(index, start, start + k), self.root(start + k, stop)]
        return [*self.path(index - k, start + k, stop), self.root(start, start + k)]

    def proof(self, old: int, new: int) -> list[bytes]:
        """PROOF(old, D[new]), for 0 < old < new."""
        return self._subproof(old, 0, new, known=True)

    def _subproof(self, old: int, start: int, stop: int, *, known: bool) -> list[bytes]:
        if old == stop - start:
            return [] if known else [self.root(start, stop)]
        k = split_of(stop - start)
        if old <= k:
            return [*self._subproof(old, start, start + k, known=known), self.root(start + k, stop)]
        return [*self._subproof(old - k, start + k, stop, known=False), self.root(start, start + k)]

    def hashes(self, level: int, start: int, stop: int) -> bytes:
        """The hashes of a level of tiles, as C2SP tlog-tiles defines them."""
        width = 256**level
        return b"".join(self.root(i * width, (i + 1) * width) for i in range(start, stop))

    def frontier(self, size: int) -> tuple[bytes, ...]:
        """The roots of the perfect subtrees that ``size`` leaves split into."""
        start, roots = 0, []
        for bit in reversed(range(size.bit_length())):
            if size >> bit & 1:
                roots.append(self.root(start, start + 2**bit))
                start += 2**bit
        return tuple(roots)


def split_of(n: int) -> int:
    """Return k, the largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k
