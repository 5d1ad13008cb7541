"""Rule 3 of the gate: what a push brought is weighed before any of it is read, and all of it must be reached.

While pre-receive runs, git keeps what was pushed in a directory of its own; nothing of it is seen by anybody else, and
it is removed if the hook refuses.
"""

from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, assert_never

from gitledger.hook.limits import Limits
from gitledger.hook.refusal import RefusedError
from gitledger.hook.surroundings import QUARANTINE, landed, quarantined
from gitledger.ids import ObjectFormat, Oid
from gitledger.store.base import GitObject, ObjectStore
from gitledger.store.commit import parse_commit
from gitledger.store.open import open_objects
from gitledger.store.program import Program
from gitledger.store.repository import Repository
from gitledger.store.tag import parse_tag
from gitledger.store.tree import DIRECTORY, FILE, parse_tree

# Sizes without kinds: a delta says its size itself, its kind only at the end of a chain of bases.
_LIST: Final = (
    "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objectsize)", "--unordered", "--buffer",
)  # fmt: skip
_COUNT_AT: Final = 8
"""Where a pack says how many objects it has, in four bytes: gitformat-pack(5)."""
_SHOWN: Final = 3


class Quarantine:
    """What one push brought.

    Args:
        repository: the server's.
        env: the clean environment of the gate.

    Raises:
        RefusedError: there is none; the gate was not started by git.
    """

    def __init__(self, repository: Repository, env: Mapping[str, str]) -> None:
        if QUARANTINE not in env:
            raise RefusedError("surroundings", "", f"{QUARANTINE} is not set; expected git receive-pack to set it")
        self._directory = Path(env[QUARANTINE])
        self._repository = repository
        self._env = env
        self._oids: set[Oid] = set()

    def weigh(self, limits: Limits) -> None:
        """Count and weigh everything, without reading any of it; stop at the first limit.

        Raises:
            RefusedError: too many objects, one too large, all too large; one twice.
            StorageError: git cannot list them.
        """
        child = Program.at(self._repository.git_dir, quarantined(self._env)).start(*_LIST)
        total = 0
        try:
            while line := child.line():
                digits, size = line.split()
                self._oids.add(Oid(bytes.fromhex(digits.decode())))
                total += int(size)
                _check(limits, objects=len(self._oids), largest=int(size), total=total)
        finally:
            status = child.end()
        if status != 0:
            raise RefusedError("gate-failed", "", f"git cannot list what was pushed: it ended with status {status}")
        packed = sum(map(_pack_count, self._directory.glob("pack/*.pack")))
        if packed > len(self._oids):
            raise RefusedError("push-twice", "", f"a pack holds {packed - len(self._oids):,} objects twice")

    def check_reached(self, objects: ObjectStore, tips: Collection[Oid]) -> None:
        """Check that everything is reached from what the push moves refs to.

        Reads commits and trees of the push, each once; those that were judged before: their form is known.

        Raises:
            RefusedError: something is not, and was not in the repository before: a thin pack is completed with that.
        """
        extra = self._oids - self._reached(objects, tips)
        if not extra:
            return
        with closing(open_objects(self._repository, landed(self._env))) as store:
            new = store.missing(sorted(extra))
        if new:
            names = ", ".join(oid.hex() for oid in new[:_SHOWN])
            raise RefusedError(
                "push-extra", "", f"it brings {len(new):,} objects that nothing reaches, {names}; expected none"
            )

    def _reached(self, objects: ObjectStore, tips: Collection[Oid]) -> set[Oid]:
        reached = set[Oid]()
        ahead = self._oids & set(tips)
        while ahead:
            reached |= ahead
            below = set[Oid]()
            for found in objects.read_many(ahead):
                files, others = _named(found, objects.format)
                reached |= self._oids & files
                below |= others
            ahead = (self._oids & below) - reached
        return reached


def _named(found: GitObject, object_format: ObjectFormat) -> tuple[set[Oid], set[Oid]]:
    """Return the blobs that an object names, and what else it names."""
    match found.kind:
        case "tree":
            rows = parse_tree(found.data, object_format)
            return {row.oid for row in rows if row.mode == FILE}, {row.oid for row in rows if row.mode == DIRECTORY}
        case "commit":
            commit = parse_commit(found.data, object_format)
            return set(), {commit.tree, *commit.parents}
        case "tag":
            return set(), {parse_tag(found.data, object_format).commit}
        case "blob":
            return set(), set()
        case _:
            assert_never(found.kind)


def _check(limits: Limits, *, objects: int, largest: int, total: int) -> None:
    for what, found, limit in (
        ("more objects", objects, limits.objects),
        ("an object of more bytes", largest, limits.object_bytes),
        ("more bytes, inflated,", total, limits.bytes),
    ):
        if found > limit:
            raise RefusedError("push-size", "", f"it brings {what} than the {limit:,} that the gate allows")


def _pack_count(path: Path) -> int:
    with path.open("rb") as pack:
        pack.seek(_COUNT_AT)
        return int.from_bytes(pack.read(4), "big")
