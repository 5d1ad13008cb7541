"""Histories of Git for tests: written by ``git fast-import``, and what git itself says about them, path by path."""

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gitledger.ids import parse_ledger_name
from gitledger.ledger.handle import Ledger, People
from gitledger.ledger.import_git import Imported, import_git
from gitledger.ledger.init import init
from gitledger.ledger.resolve import resolve
from gitledger.ledger.state import State
from gitledger.ledger.vst import vst
from gitledger.model.gitpath import format_gitpath, parse_gitpath
from gitledger.store.commit import Person
from gitledger.store.gitlog import GitHistory
from gitledger.store.open import find_repository, open_objects, open_refs

ENV: Mapping[str, str] = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
PERSON = b"Ada Tester <ada@example.org> 1700000000 +0100"
Tree = Mapping[bytes, tuple[str, str]]
"""Path -> mode and content; the content of a submodule is the id of its commit."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A commit to make. Parents are positions in the list that it stands in."""

    tree: Tree
    parents: Sequence[int] | None = None
    message: bytes = b"a message\n"
    author: bytes = PERSON
    committer: bytes = PERSON
    header: bytes = field(default=b"")


def git(path: Path, *arguments: str | bytes, data: bytes = b"") -> bytes:
    """Run git in a repository and return what it says."""
    return subprocess.run(["git", *arguments], cwd=path, input=data, env=ENV, check=True, stdout=subprocess.PIPE).stdout


def new_repository(path: Path, *options: str) -> Path:
    """Return a new bare repository."""
    path.mkdir()
    git(path, "init", "-q", "--bare", "-b", "main", *options)
    return path


def write_history(path: Path, commits: Sequence[Made], branch: str = "main") -> list[str]:
    """Write commits behind each other, and a branch at the last; return their ids."""
    made: list[str] = []
    trees = write_trees(path, [commit.tree for commit in commits])
    for number, (commit, tree) in enumerate(zip(commits, trees, strict=True)):
        parents = range(max(number - 1, 0), number) if commit.parents is None else commit.parents
        lines = [b"tree " + tree, *(b"parent " + made[parent].encode() for parent in parents)]
        lines += [b"author " + commit.author, b"committer " + commit.committer]
        made.append(put(path, "commit", b"\n".join(lines) + b"\n" + commit.header + b"\n" + commit.message))
    git(path, "update-ref", f"refs/heads/{branch}", made[-1])
    return made


def put(path: Path, kind: str, data: bytes) -> str:
    """Write an object as it is, sound or not, and return its id."""
    return git(path, "hash-object", "-t", kind, "-w", "--stdin", "--literally", data=data).decode().strip()


def write_trees(path: Path, trees: Sequence[Tree]) -> list[bytes]:
    """Write trees and return their ids."""
    stream = b""
    for number, tree in enumerate(trees):
        stream += b"commit refs/scratch/%d\ncommitter A <a> 1 +0000\ndata 0\n" % number
        for name, (mode, content) in tree.items():
            where = content if mode == "160000" else "inline"
            quoted = "".join(f"\\{byte:03o}" for byte in name)
            stream += f'M {mode} {where} "{quoted}"\n'.encode()
            if where == "inline":
                stream += b"data %d\n%s\n" % (len(content.encode()), content.encode())
    git(path, "fast-import", "--quiet", data=stream)
    found = git(path, "rev-parse", *(f"refs/scratch/{number}^{{tree}}" for number in range(len(trees)))).split()
    git(path, "update-ref", "--stdin", data=b"".join(b"delete refs/scratch/%d\n" % n for n in range(len(trees))))
    return found


@contextmanager
def open_ledger(path: Path) -> Iterator[Ledger]:
    """Open the ledger ``main`` of a repository, started if it is not there; clock and entropy stand still."""
    repository = find_repository(path, ENV)
    person = Person(name="Ida Importer", email="ida@example.org", time=1_800_000_000)
    with closing(open_objects(repository, ENV)) as objects, closing(open_refs(repository, ENV)) as refs:
        ledger = Ledger(
            name=parse_ledger_name("main"),
            objects=objects,
            refs=refs,
            people=lambda _: People(person, person),
            clock=lambda: person.time,
            entropy=bytes,
        )
        init(ledger)
        yield ledger


def history(path: Path, rev: str = "main", **more: str) -> GitHistory:
    """Return the history of a revision."""
    env = {**ENV, **more}
    return GitHistory(find_repository(path, env), env, rev)


def import_all(path: Path, rev: str = "main", *, at_once: int = 1000) -> list[Imported]:
    """Import what is new of a revision."""
    with open_ledger(path) as ledger:
        return list(import_git(ledger, history(path, rev), at_once=at_once))


def check_same_history(path: Path, imported: Sequence[Imported], rev: str = "main") -> None:
    """Demand that the ledger tells of each path, and of some states, what git tells about the revision.

    Args:
        path: the repository.
        imported: every commit of the revision, in order.
        rev: what was imported.
    """
    chain = git(path, "rev-list", "--first-parent", "--reverse", rev).decode().split()
    assert [one.commit.hex() for one in imported] == chain
    commit_of = {one.event: one.commit.hex() for one in imported}
    trees = {commit: list_tree(path, commit) for commit in chain}
    paths = {name for tree in trees.values() for name in tree}
    with open_ledger(path) as ledger:
        for name in paths:
            events = vst(ledger, format_gitpath(name))
            assert [commit_of[event] for event in events] == log_path(path, rev, name, paths), name
        for one in imported[:: max(len(imported) // 12, 1)]:
            state = State(ledger.objects, resolve(ledger, one.event.hex()))
            assert {parse_gitpath(name): value for name, value in state.values()} == trees[one.commit.hex()]


def list_tree(path: Path, commit: str) -> dict[bytes, dict[str, str]]:
    """Return path -> what an imported value says of it, as ``git ls-tree`` tells it."""
    tree = {}
    for row in git(path, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]:
        what, name = row.split(b"\t", 1)
        mode, _, oid = what.decode().split()
        tree[name] = {"blob": oid, "mode": mode}
    return tree


def log_path(path: Path, rev: str, name: bytes, paths: Iterable[bytes]) -> list[str]:
    """Return the commits that ``git log`` names for one of all paths, newest first; not for what is below it."""
    only = [b":(top,literal)" + name]
    only += [b":(top,exclude,literal)" + other for other in paths if other.startswith(name + b"/")]
    return git(path, "log", "--first-parent", "--format=%H", rev, "--", *only).decode().split()
