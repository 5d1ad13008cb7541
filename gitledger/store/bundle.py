"""Bundles: files of Git that carry commits with all that their trees name, and a place to open them.

The bytes are those of gitformat-bundle, version 2, or 3 where SHA-256 names the objects. A bundle requires the commits
that its own follow, as Git says it, and no object beyond: its pack holds no delta against anything outside, and the
whole tree of each of its commits. So it can be opened, checked, and used as a shallow history, by itself.
"""

import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final

from gitledger.durable import storage_error
from gitledger.errors import DamageError, FormatError, StorageError
from gitledger.frozen import frozen
from gitledger.ids import ObjectFormat, Oid
from gitledger.store.base import ObjectStore
from gitledger.store.git import GitObjects
from gitledger.store.open import find_repository
from gitledger.store.program import Finished, Program
from gitledger.store.repository import Repository

_MAGIC: Final = {"sha1": b"# v2 git bundle\n", "sha256": b"# v3 git bundle\n@object-format=sha256\n"}
# The lines of a header are names of commits: a million of them is more than any bundle requires.
_HEADER_BYTES: Final = 64 * 1024 * 1024
_LINE_BYTES: Final = 4096
_PACK_COUNT: Final = slice(8, 12)
# Of one pack, and the same one each time that the same objects are packed: what was sent before is not sent again.
_ONE_PACK: Final = {"pack.packSizeLimit": "0", "pack.threads": "1"}
# What comes from outside is opened without anybody's settings.
_SETTINGS_OF_NOBODY: Final = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


def write_bundle(
    repository: Repository,
    env: Mapping[str, str],
    path: Path,
    *,
    commits: Collection[Oid],
    requires: Collection[Oid],
    ref: str,
) -> None:
    """Write a bundle of commits.

    Args:
        repository: what holds them.
        env: the environment for git.
        path: the file; its pack is made beside it first.
        commits: all of them, the last one following from all others.
        requires: the commits outside that they follow.
        ref: the name of the last one in the bundle.

    Raises:
        DamageError: git cannot read what they name.
        StorageError: the disk is full or refuses.
    """
    git = Program.at(repository.git_dir, env).with_settings(_ONE_PACK)
    listed = _list(git, commits)
    packed = git.run("pack-objects", "-q", "--delta-base-offset", str(path), data=listed)
    if packed.status != 0:
        raise _failed("pack objects", packed)
    pack = path.with_name(f"{path.name}-{packed.output.decode().strip()}.pack")
    *_, tip = commits
    lines = [*(b"-%s\n" % oid.hex().encode() for oid in requires), b"%s %s\n\n" % (tip.hex().encode(), ref.encode())]
    try:
        with path.open("xb") as file, pack.open("rb") as packed_file:
            file.writelines([_MAGIC[repository.object_format.name], *lines])
            shutil.copyfileobj(packed_file, file, 1 << 20)
        for left in path.parent.glob(f"{path.name}-*"):
            left.unlink()
    except OSError as error:
        raise storage_error(f"cannot write the bundle {path}", error) from error


def objects_named_by(repository: Repository, env: Mapping[str, str], commit: Oid) -> int:
    """Return how many objects a commit and its tree are.

    Raises:
        DamageError: git cannot read them.
    """
    return _list(Program.at(repository.git_dir, env), [commit]).count(b"\n")


@frozen
class Opened:
    """A bundle that was opened.

    Attributes:
        pack: its pack, with an index beside it.
        objects: how many objects that holds.
    """

    pack: Path
    objects: int


class Scratch:
    """A bare repository in which bundles are opened, apart from any other.

    Attributes:
        objects: what the bundles held that were opened so far.
    """

    def __init__(self, repository: Repository, objects: ObjectStore, env: Mapping[str, str]) -> None:
        self._repository = repository
        self._git = Program.at(repository.git_dir, env)
        self.objects = objects

    def open(self, bundle: Path) -> Opened:
        """Open a bundle: every object gets the id that its bytes have.

        Raises:
            FormatError: it is no bundle, or its pack is damaged or needs objects from outside.
            StorageError: the disk is full or refuses.
        """
        directory = self._repository.objects_dir / "pack"
        try:
            with bundle.open("rb") as file:
                _skip_header(file, self._repository.object_format)
                unnamed = directory / f"tmp_pack_{bundle.name}"
                with unnamed.open("xb") as copy:
                    shutil.copyfileobj(file, copy, 1 << 20)
                pack = directory / f"pack-{_checksum(unnamed, self._repository.object_format)}.pack"
                unnamed.rename(pack)
                pack.chmod(0o444)
                count = int.from_bytes(_read(pack, _PACK_COUNT.stop)[_PACK_COUNT])
        except OSError as error:
            raise storage_error(f"cannot open the bundle {bundle}", error) from error
        done = self._git.run("index-pack", str(pack))
        if done.status != 0:
            raise FormatError(f"a bundle cannot be opened: {done.reason}; expected a pack that needs nothing else")
        return Opened(pack=pack, objects=count)

    def objects_of(self, commits: Collection[Oid]) -> int:
        """Return how many objects these commits and their trees are.

        Raises:
            DamageError: one of them is not here.
        """
        return _list(self._git, commits).count(b"\n")


@contextmanager
def scratch(directory: Path | None, object_format: ObjectFormat, env: Mapping[str, str]) -> Iterator[Scratch]:
    """Make a scratch repository, which is gone when the block ends.

    Args:
        directory: where it is made; else where the system has temporary files.
        object_format: the hash function of what is opened in it.
        env: the environment, of which only the path to git counts.

    Raises:
        StorageError: the disk is full or refuses.
    """
    own = {"PATH": env.get("PATH", os.defpath), **_SETTINGS_OF_NOBODY}
    # A name that `git gc` removes, should nobody live to do it.
    with TemporaryDirectory(prefix="tmp_objdir-bundles-", dir=directory) as made:
        start = Path(made)
        options = ("--quiet", "--bare", "--template=", f"--object-format={object_format.name}")
        done = Program(("git",), own).run("init", *options, str(start / "git"))
        if done.status != 0:
            raise _failed("make a repository", done)
        repository = find_repository(start / "git", own)
        with closing(GitObjects(repository, own)) as objects:
            yield Scratch(repository, objects, own)


def _list(git: Program, commits: Collection[Oid]) -> bytes:
    """Return a line for each object that commits and their trees are; no parent is followed."""
    asked = b"".join(b"%s\n" % oid.hex().encode() for oid in commits)
    listed = git.run("rev-list", "--objects", "--no-walk=unsorted", "--stdin", data=asked)
    if listed.status != 0:
        raise DamageError(f"git cannot list what commits name: {listed.reason}; expected all of it to be here")
    return listed.output


def _skip_header(file: IO[bytes], object_format: ObjectFormat) -> None:
    magic = _MAGIC[object_format.name]
    if file.read(len(magic)) != magic:
        raise FormatError(f"a file is no bundle of Git with {object_format.name}; expected one")
    while file.readline(_LINE_BYTES) not in {b"\n", b""}:
        if file.tell() > _HEADER_BYTES:
            raise FormatError(f"a bundle has a header of more than {_HEADER_BYTES:,} bytes; expected a short one")


def _read(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _checksum(pack: Path, object_format: ObjectFormat) -> str:
    with pack.open("rb") as file:
        file.seek(-min(object_format.size, pack.stat().st_size), os.SEEK_END)
        return file.read().hex()


def _failed(what: str, done: Finished) -> StorageError:
    return StorageError(f"git cannot {what}: {done.reason}; expected it to")
