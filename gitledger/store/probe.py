"""Asking a remote how far back its history of some commits goes.

Its refs do not say so: history may have been cut off there, too. What says so is the answer to a fetch of unlimited
depth. It is made from a scratch repository that has our objects, so that nothing but the answer is sent.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gitledger.durable import storage_error
from gitledger.errors import StorageError
from gitledger.ids import Oid, parse_oid
from gitledger.store.program import Program
from gitledger.store.repository import Repository
from gitledger.store.shallow import read_cut

# What would lead git away from the scratch repository; git rev-parse --local-env-vars lists them.
_OF_ONE_REPOSITORY: Final = frozenset({
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"),
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
})
_SETTINGS: Final = ("-c", "protocol.version=2", "-c", "advice.graftFileDeprecated=false")
_UNLIMITED: Final = 2**31 - 1  # git-fetch(1), --unshallow: what git sends for it
_FETCH: Final = (
    *("fetch", "--quiet", f"--depth={_UNLIMITED}", "--no-tags", "--no-write-fetch-head", "--refmap="),
    "--recurse-submodules=no",
)


def remote_cut(
    remote: str, repository: Repository, start: Path, env: Mapping[str, str], commits: Collection[Oid]
) -> frozenset[Oid] | None:
    """Return the commits behind which history is cut off at a remote.

    Args:
        remote: its name.
        repository: whose remote; its settings for it hold.
        start: where git would be run: addresses may be relative to it.
        env: the environment of the user.
        commits: whose history; they are here, and need not be on refs of the remote.

    Returns:
        Those that the history of ``commits`` has there, empty if it is whole. None if the remote lacks one of them, or
        does not speak protocol version 2, which serves objects by their ids.

    Raises:
        StorageError: no scratch repository can be made.
    """
    outside = {name: value for name, value in env.items() if name not in _OF_ONE_REPOSITORY}
    with TemporaryDirectory(prefix="git-ledger-") as scratch:
        _prepare(Path(scratch), repository, outside, commits)
        included = f"include.path={repository.common_dir / 'config'}"
        top = _top(repository, start, env)
        git = Program(("git", "-C", str(top), f"--git-dir={scratch}", "-c", included, *_SETTINGS), outside)
        if git.run(*_FETCH, remote, *(oid.hex() for oid in commits)).status != 0:
            return None
        told = Path(scratch, "shallow")
        return frozenset(map(parse_oid, told.read_text().split())) if told.exists() else frozenset()


def _prepare(scratch: Path, repository: Repository, env: Mapping[str, str], commits: Collection[Oid]) -> None:
    """Make a repository that has ours behind it, and ``commits`` on refs."""
    git = Program(("git",), env)
    made = git.run("init", "--quiet", "--bare", f"--object-format={repository.object_format.name}", str(scratch))
    try:
        (scratch / "objects" / "info" / "alternates").write_text(f"{repository.objects_dir}\n")
        # Our own cut as a graft: as a cut, an unlimited depth would ask for all that is before it.
        (scratch / "info" / "grafts").write_text("".join(f"{oid.hex()}\n" for oid in read_cut(repository)))
    except OSError as error:
        raise storage_error(f"cannot make a scratch repository in {scratch}", error) from error
    names = "".join(f"create refs/have/{oid.hex()} {oid.hex()}\n" for oid in commits)
    held = Program(("git", f"--git-dir={scratch}"), env).run("update-ref", "--stdin", data=names.encode())
    if made.status or held.status:
        raise StorageError(f"git could not make a scratch repository: {made.reason or held.reason}; expected it to")


def _top(repository: Repository, start: Path, env: Mapping[str, str]) -> Path:
    """Return where git goes before it follows a relative address."""
    if repository.bare:
        return repository.git_dir
    found = Program(("git", "-C", str(start)), dict(env)).run("rev-parse", "--show-toplevel")
    return Path(found.output.decode(errors="surrogateescape").removesuffix("\n")) if found.status == 0 else start
