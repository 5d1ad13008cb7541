"""The matrix: which stores run on which repositories, and how such a repository is made by stock git."""

import os
import subprocess
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

import pytest

from gitledger.ids import SHA1, SHA256, ObjectFormat, Oid
from gitledger.store.base import NewObject

Kind = Literal["memory", "git", "libgit2", "dulwich"]
Shape = Literal["plain", "bare", "worktree", "alternates", "partial"]
RefFormat = Literal["files", "reftable"]

SHAPES: tuple[Shape, ...] = ("plain", "bare", "worktree", "alternates", "partial")
KINDS: tuple[Kind, ...] = ("git", "libgit2", "dulwich")
# A blob that every repository has before a store opens it: in its alternate, or at its promisor, if there is one.
FAR: bytes = b"from afar\n"


def test_environment() -> dict[str, str]:
    """Return the environment of the tests: the git that is asked for, and nobody's own settings."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "C",
        "GIT_COMMITTER_EMAIL": "c@example.org",
    }
    other_git = os.environ.get("GIT_LEDGER_TEST_GIT")
    if other_git:
        assert Path(other_git).name == "git", "GIT_LEDGER_TEST_GIT names a program that is called git"
        environment["PATH"] = f"{Path(other_git).resolve().parent}:{environment['PATH']}"
    return environment


ENVIRONMENT = test_environment()
VERSION = subprocess.run(
    ["git", "version"], env=ENVIRONMENT, capture_output=True, check=True, text=True,
).stdout.split()[2]
needs_reftable = pytest.mark.skipif(
    tuple(int(part) for part in VERSION.split(".")[:2]) < (2, 45),
    reason=f"git {VERSION} has no reftable; GIT_LEDGER_TEST_GIT may name a git that has",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One cell: a store on a repository."""

    kind: Kind
    object_format: ObjectFormat = SHA1
    ref_format: RefFormat = "files"
    shape: Shape = "plain"

    def __str__(self) -> str:
        return f"{self.kind}-{self.object_format.name}-{self.ref_format}-{self.shape}"

    def refusal(self, port: Literal["objects", "refs"]) -> str:
        """Return what the store says when this port cannot be opened, or an empty string."""
        sha256, partial = self.object_format is SHA256, self.shape == "partial"
        if self.kind == "libgit2" and sha256:
            return "libgit2 cannot read SHA-256 repositories"
        if self.kind in ("libgit2", "dulwich") and partial:
            return f"{self.kind} cannot read partial clones"
        if self.kind == "dulwich" and sha256 and self.shape == "alternates" and port == "objects":
            return "dulwich cannot read the alternates of a SHA-256 repository"
        if self.kind in ("libgit2", "dulwich") and self.ref_format == "reftable" and port == "refs":
            return f"{self.kind} cannot read reftables"
        return ""


def _cases(port: Literal["objects", "refs"], *, refused: bool) -> list[object]:
    cells = [
        Case(kind=kind, object_format=object_format, ref_format=ref_format, shape=shape)
        for kind, object_format, ref_format, shape in product(KINDS, (SHA1, SHA256), ("files", "reftable"), SHAPES)
        # Where refs lie is nothing to objects: one such repository of each hash is enough for them.
        if port == "refs" or ref_format == "files" or shape == "plain"
    ]
    return [
        pytest.param(case, marks=needs_reftable if case.ref_format == "reftable" else (), id=str(case))
        for case in cells
        if bool(case.refusal(port)) == refused
    ]


IN_MEMORY = [
    pytest.param(case, id=str(case)) for case in (Case(kind="memory"), Case(kind="memory", object_format=SHA256))
]
ON_DISK = [pytest.param(Case(kind=kind), id=kind) for kind in KINDS]

# Each test says where it runs: everywhere; in every repository on disk; or once for each implementation.
objects_everywhere = pytest.mark.parametrize("case", [*IN_MEMORY, *_cases("objects", refused=False)])
refs_everywhere = pytest.mark.parametrize("case", [*IN_MEMORY, *_cases("refs", refused=False)])
objects_in_every_repository = pytest.mark.parametrize("case", _cases("objects", refused=False))
refs_in_every_repository = pytest.mark.parametrize("case", _cases("refs", refused=False))
objects_refused = pytest.mark.parametrize("case", _cases("objects", refused=True))
refs_refused = pytest.mark.parametrize("case", _cases("refs", refused=True))
on_each_kind = pytest.mark.parametrize("case", [IN_MEMORY[0], *ON_DISK])
on_each_disk_kind = pytest.mark.parametrize("case", ON_DISK)


@dataclass(frozen=True, slots=True)
class Ground:
    """A repository on disk, and stock git to look at it."""

    start: Path
    object_format: ObjectFormat

    def git(self, *arguments: str, data: bytes = b"") -> str:
        """Run stock git here and return what it prints, without the last line feed."""
        return run_git(self.start, *arguments, data=data)

    def path(self, name: str) -> Path:
        """Return where git keeps a file of the repository."""
        return Path(self.git("rev-parse", "--path-format=absolute", "--git-path", name))

    def write_loose(self, data: bytes) -> tuple[Oid, Path]:
        """Let stock git write a loose blob; return its id and its file, which may be changed."""
        digits = self.git("hash-object", "-w", "--stdin", data=data)
        path = self.path("objects") / digits[:2] / digits[2:]
        path.chmod(0o644)
        return Oid(bytes.fromhex(digits)), path

    def children(self) -> set[int]:
        """Return the ids of the processes that this one has started and that still run."""
        return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def run_git(where: Path, *arguments: str, data: bytes = b"") -> str:
    """Run stock git in a directory and return what it prints, without the last line feed."""
    command = ["git", "-C", where, *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().removesuffix("\n")


def make_ground(case: Case, directory: Path) -> Ground:
    """Let stock git make the repository of a case, with the blob `FAR` in it or within its reach."""
    formats = [f"--object-format={case.object_format.name}"]
    if case.ref_format == "reftable":
        formats.append("--ref-format=reftable")
    start = directory / "repository"
    if case.shape in ("alternates", "partial"):
        origin = directory / "origin"
        _init(origin, f"--object-format={case.object_format.name}", "--bare")
        _commit_far(origin)
    if case.shape == "partial":
        for setting in ("allowFilter", "allowAnySHA1InWant"):
            run_git(origin, "config", f"uploadpack.{setting}", "true")
        filtered = ["clone", "-q", "--filter=blob:none", "--no-checkout", "--template=", *formats[1:], origin.as_uri()]
        run_git(directory, *filtered, str(start))
        return Ground(start, case.object_format)
    _init(start, *formats, *(["--bare"] if case.shape == "bare" else []))
    if case.shape == "alternates":
        path = Path(run_git(start, "rev-parse", "--path-format=absolute", "--git-path", "objects/info/alternates"))
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{origin / 'objects'}\n")
    else:
        _commit_far(start)
    if case.shape == "worktree":
        run_git(start, "worktree", "add", "-q", str(directory / "worktree"), "-b", "other")
        start = directory / "worktree"
    return Ground(start, case.object_format)


def _init(directory: Path, *options: str) -> None:
    # No template: its hooks are none of the tests' business and take longer to copy than the rest.
    run_git(directory.parent, "init", "-q", "--template=", "-b", "main", *options, str(directory))


def _commit_far(directory: Path) -> None:
    blob = run_git(directory, "hash-object", "-w", "--stdin", data=FAR)
    tree = run_git(directory, "mktree", data=f"100644 blob {blob}\tfar\n".encode())
    run_git(directory, "update-ref", "refs/heads/main", run_git(directory, "commit-tree", tree, "-m", "far"))


def blob(object_format: ObjectFormat, data: bytes) -> NewObject:
    """Return a blob to write."""
    return NewObject(object_format.oid("blob", data), "blob", data)


def one_of_each(object_format: ObjectFormat) -> list[NewObject]:
    """Return a blob, a tree that names it, a commit that names the tree, and a tag that names the commit."""
    found = [blob(object_format, b"one value\n")]
    who = b"A <a@example.org> 1 +0000"
    for kind, text in (
        ("tree", b"100644 value\0" + found[0].oid),
        ("commit", b"tree %s\nauthor " + who + b"\ncommitter " + who + b"\n\none\n"),
        ("tag", b"object %s\ntype commit\ntag one\ntagger " + who + b"\n\none\n"),
    ):
        data = text if kind == "tree" else text % found[-1].oid.hex().encode()
        found.append(NewObject(object_format.oid(kind, data), kind, data))
    return found
