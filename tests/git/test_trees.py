"""Real git agrees with our trees and commits: it makes the same ids, lists the same names and finds no fault."""

import os
import random
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gitledger.ids import SHA1, SHA256, ObjectFormat, Oid
from gitledger.store.base import NewObject
from gitledger.store.commit import Commit, Person, format_commit, parse_commit
from gitledger.store.pathmap import PathMap
from gitledger.store.tree import TreeEntry, format_tree, parse_tree

Git = Callable[..., bytes]

ADA = Person(name="Ada Lövelace", email="ada@example.org", time=1_700_000_000, zone="+0130")
BOB = Person(name="Bob", email="", time=1_700_000_060, zone="-1200")
NAMES = ["a", "a.b", "a-", "a0", "é", "日本", "😀", " x ", "con", "a:b", "tab\u2003wide"]


@pytest.fixture(params=[SHA1, SHA256], ids=lambda one: one.name)
def object_format(request: pytest.FixtureRequest) -> ObjectFormat:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def git(tmp_path: Path, object_format: ObjectFormat) -> Git:
    """Run git in a new repository without the user's settings; return its output."""
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(tmp_path), "LC_ALL": "C"}
    for role, person in {"AUTHOR": ADA, "COMMITTER": BOB}.items():
        environment[f"GIT_{role}_NAME"], environment[f"GIT_{role}_EMAIL"] = person.name, person.email
        environment[f"GIT_{role}_DATE"] = f"@{person.time} {person.zone}"

    def run(*arguments: str, input: bytes = b"") -> bytes:  # noqa: A002 - the word of subprocess
        ran = subprocess.run(
            ["git", *arguments], cwd=tmp_path, env=environment, input=input, capture_output=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        assert b"error" not in ran.stderr
        return ran.stdout

    run("init", "-q", "--bare", f"--object-format={object_format.name}", ".")
    return run


def put(path: Path, new: NewObject) -> None:
    """Write a loose object as it is."""
    file = path / "objects" / new.oid.hex()[:2] / new.oid.hex()[2:]
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(zlib.compress(b"%s %d\0" % (new.kind.encode(), len(new.data)) + new.data))


def random_paths(count: int) -> list[str]:
    chosen = random.Random(count)
    paths = {"/".join(chosen.choices(NAMES, k=chosen.randint(1, 3))) + f"/{number % 200}" for number in range(count)}
    return sorted(paths)


@pytest.mark.parametrize("mark", ["", "~"])
@pytest.mark.parametrize("above", [2, 64])
def test_git_reads_a_path_map_and_finds_no_fault(
    tmp_path: Path, git: Git, object_format: ObjectFormat, above: int, mark: str
) -> None:
    blob = Oid(bytes.fromhex(git("hash-object", "-w", "--stdin", input=b"value").strip().decode()))
    assert blob == object_format.oid("blob", b"value")
    nothing: dict[Oid, bytes] = {}
    paths = PathMap(nothing.__getitem__, object_format, None, mark=mark.encode(), split_above=above)
    for path in random_paths(800):
        paths.set(path, blob)
    for new in paths.take_new():
        put(tmp_path, new)
    root = paths.root()
    assert root
    nobody = Person(name="", email="", time=0)
    commit = format_commit(Commit(tree=root, parents=(), author=nobody, committer=nobody, message=""))
    put(tmp_path, NewObject(object_format.oid("commit", commit), "commit", commit))
    git("update-ref", "refs/ledger/main", object_format.oid("commit", commit).hex())
    git("fsck", "--strict", "--no-dangling")
    listed = git("ls-tree", "-r", "-z", "--name-only", "refs/ledger/main").decode().split("\0")[:-1]
    assert sorted(variable_of(path, mark) for path in listed) == sorted(random_paths(800))


def variable_of(path: str, mark: str) -> str:
    """Return a path without its buckets, and without the mark that its last component must have."""
    *parents, leaf = (name for name in path.split("/") if not (name.startswith("~~") and len(name) == 3))
    assert leaf.startswith(mark)
    return "/".join([*parents, leaf.removeprefix(mark)])


def test_git_makes_the_same_tree(git: Git, object_format: ObjectFormat) -> None:
    blob = Oid(bytes.fromhex(git("hash-object", "-w", "--stdin", input=b"").strip().decode()))
    empty = Oid(bytes.fromhex(git("mktree").strip().decode()))
    entries = [TreeEntry(b"100644", name.encode(), blob) for name in NAMES]
    entries += [TreeEntry(b"40000", f"{name}.d".encode(), empty) for name in NAMES]
    entries += [TreeEntry(b"40000", b"b", empty), TreeEntry(b"100644", b"b.", blob), TreeEntry(b"100644", b"b0", blob)]
    lines = [
        f"{'040000 tree' if mode == b'40000' else '100644 blob'} {oid.hex()}\t{name.decode()}\0"
        for mode, name, oid in entries
    ]
    made = git("mktree", "-z", input="".join(lines).encode()).strip().decode()
    data = format_tree(entries)
    assert made == object_format.oid("tree", data).hex()
    assert git("cat-file", "tree", made) == data
    assert sorted(parse_tree(data, object_format)) == sorted(entries)


def test_git_makes_the_same_commit(git: Git, object_format: ObjectFormat) -> None:
    tree = git("mktree").strip().decode()
    first = git("commit-tree", tree, "-m", "ledger: set a (x)").strip().decode()
    second = git("commit-tree", tree, "-p", first, "-m", "subject\n\nbödy").strip().decode()
    ours = Commit(
        tree=Oid(bytes.fromhex(tree)),
        parents=(Oid(bytes.fromhex(first)),),
        author=ADA,
        committer=BOB,
        message="subject\n\nbödy\n",
    )
    data = git("cat-file", "commit", second)
    assert format_commit(ours) == data
    assert parse_commit(data, object_format) == ours
