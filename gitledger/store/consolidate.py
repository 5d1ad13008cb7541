"""Many small packs made one, by ``git pack-objects``; whoever reads or writes meanwhile is not disturbed.

1. Choose packs (`gitledger.store.packs`), and give each object the path that it has in the publication that names it:
   Git finds deltas among objects of the same name. Only what lies in these packs is read, so the work is in proportion
   to what is joined, not to the repository.
2. Let git write all objects of these packs, reachable or not, as one pack; its files are synced.
3. Give it its name under a lease, the index last, and sync the directory.
4. Remove the old packs, each index first.

A death leaves objects twice, or a temporary file that ``git gc`` removes. Readers that had an old pack open keep it;
those that look for it anew find the new one. A pack that gets a ``.keep`` meanwhile stays.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from gitledger.durable import storage_error, sync_directory
from gitledger.errors import StorageError
from gitledger.ids import Oid
from gitledger.store.base import GitObject
from gitledger.store.git import GitObjects
from gitledger.store.pack_writer import drop_stale_leases, leased
from gitledger.store.packs import Pack, choose, list_packs, read_oids
from gitledger.store.program import Program
from gitledger.store.repository import Repository
from gitledger.store.tree import DIRECTORY

# One thread: somebody else is at work. Synced whatever the setting: what is joined had been durable for long.
_SETTINGS: Final = {
    "core.fsync": "pack,pack-metadata",
    "core.fsyncMethod": "fsync",
    "pack.threads": "1",
    "pack.packSizeLimit": "0",
}
_UNNAMED: Final = "tmp_pack_joined"
"""What `git gc` removes should its owner die."""
_NAMED: Final = (".pack", ".rev", ".idx")
_REMOVED: Final = (".idx", ".pack", ".rev")
# What a commit begins with. What is joined may be anything that somebody pushed, so nothing is parsed further.
_TREE: Final = re.compile(rb"tree ([0-9a-f]{40}|[0-9a-f]{64})\n")
_HASHED: Final = 32
"""Bytes of a path that are kept: Git compares names by a hash of which the last 16 bytes are all that is left."""


def consolidate(repository: Repository, env: Mapping[str, str], limit: int) -> int:
    """Join packs until at most ``limit`` are left that may be joined; return how many were joined.

    Args:
        repository: whose packs.
        env: the environment for git.
        limit: at least 1.

    Raises:
        LedgerError: git refuses, an object is damaged, or the disk is full; no object is lost.
    """
    directory = repository.objects_dir / "pack"
    joined = 0
    # One that died while it gave the same pack its name would keep that from being joined further.
    drop_stale_leases(directory)
    try:
        while packs := choose(list_packs(directory), limit):
            _join(repository, env, packs)
            joined += len(packs)
    except OSError as error:
        raise storage_error(f"cannot consolidate the packs in {directory}", error) from error
    return joined


def _join(repository: Repository, env: Mapping[str, str], packs: Sequence[Pack]) -> None:
    # Newest first: what Git expects, and what is read most lies together.
    newest_first = sorted(packs, key=lambda pack: pack.path.stat().st_mtime_ns, reverse=True)
    oids = dict.fromkeys(oid for pack in newest_first for oid in read_oids(pack, repository.object_format))
    git = Program.at(repository.git_dir, env).with_settings(_SETTINGS)
    with closing(GitObjects(repository, env)) as objects:
        names = _names(git, objects, oids)
    # A line feed in a name would end the line.
    lines = b"".join(b"%s %s\n" % (oid.hex().encode(), names.get(oid, b"").replace(b"\n", b" ")) for oid in oids)
    directory = packs[0].path.parent
    done = git.run("pack-objects", "-q", "--delta-base-offset", str(directory / _UNNAMED), data=lines)
    if done.status != 0:
        raise StorageError(f"git cannot pack objects: {done.reason}; expected one pack of {len(packs)}")
    new = _name(directory, done.output.decode().strip())
    if [len(oids)] != [pack.objects for pack in list_packs(directory) if pack.path == new]:
        raise StorageError(f"{new} has not all the objects of {len(packs)} packs; expected {len(oids):,}")
    sync_directory(directory)
    for pack in packs:
        if pack.path != new and not pack.path.with_suffix(".keep").exists():
            for suffix in _REMOVED:
                pack.path.with_suffix(suffix).unlink(missing_ok=True)


def _name(directory: Path, digits: str) -> Path:
    """Give a pack that git has written its name, and return its path."""
    new = directory / f"pack-{digits}.pack"
    with leased(new):
        for suffix in _NAMED:
            unnamed = directory / f"{_UNNAMED}-{digits}{suffix}"
            # Older gits write no reverse index.
            if suffix != ".rev" or unnamed.exists():
                unnamed.replace(new.with_suffix(suffix))
    return new


def _names(git: Program, objects: GitObjects, oids: Mapping[Oid, object]) -> dict[Oid, bytes]:
    """Return the path of each object that a commit among ``oids`` names through trees among them."""
    row = re.compile(rb"(\d+) ([^\0]+)\0(.{%d})" % objects.format.size, re.DOTALL)
    found = filter(None, (_TREE.match(commit.data) for commit in _commits(git, objects, oids)))
    roots = (Oid(bytes.fromhex(tree[1].decode())) for tree in found)
    names: dict[Oid, bytes] = {}
    level = {root: b"" for root in roots if root in oids}
    while level:
        names |= level
        below: dict[Oid, bytes] = {}
        for path, tree in zip(level.values(), objects.read_many(level), strict=True):
            for mode, name, oid in row.findall(tree.data):
                if oid in oids and oid not in names:
                    (below if mode == DIRECTORY else names).setdefault(oid, (path + b"/" + name)[-_HASHED:])
        level = below
    return names


def _commits(git: Program, objects: GitObjects, oids: Iterable[Oid]) -> Iterator[GitObject]:
    # Fewer answers than questions: something is damaged, and git will say so when it packs.
    asked = b"".join(b"%s\n" % oid.hex().encode() for oid in oids)
    kinds = git.run("cat-file", "--batch-check=%(objecttype)", "--buffer", data=asked).output.splitlines()
    return objects.read_many(oid for oid, kind in zip(oids, kinds, strict=False) if kind == b"commit")
