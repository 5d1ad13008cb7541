"""Every name that Git refuses in a tree is no variable; what is refused beyond that is for a reason listed here."""

import hashlib
import itertools
import os
import re
import subprocess
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from gitledger.ids import component_fault

# Broken as a .gitmodules (a submodule's name that climbs) and as a .gitattributes (a line of more than 2,048 bytes).
JUNK = b'# %d\n[submodule "../climbs"]\n\turl = x\n#' + b"long" * 1000

STEMS = [".git", ".gitmodules", ".gitattributes", ".gitignore", ".mailmap"]
SHORT = ["git", "gitmod", "gitatt", "gitign", "mailma", "gi7eba", "gi7d29", "gi250a", "maba30", "gi7e", "gi", "g", "m"]
ENDINGS = ["", ".", " ", ". .", ":", ":x", "::$INDEX_ALLOCATION", " .:x", "x", "~1", "-"]
TILDES = ["~1", "~4", "~5", "~0", "~10", "~100", "~1000", "~10000", "~100000", "~2.", "~3 :x", "~1x"]
IGNORED_BY_HFS = ["\u200c", "\u200f", "\u202a", "\u206f", "\ufeff"]


def nasty_names() -> list[str]:
    names = {stem + ending for stem, ending in itertools.product(STEMS, ENDINGS)}
    names |= {stem + tilde for stem, tilde in itertools.product(SHORT, TILDES)}
    names |= {stem[:at] + code + stem[at:] for stem in STEMS for code in IGNORED_BY_HFS for at in (0, 2, len(stem))}
    names |= {".g\u200bit", ".g\u2010it", "g\u200cit~1", ".git\u200c.", "\u206a.gitmodules:x", "gi7eba~1\ufeff"}
    names |= {"~1000000", "~~0", "~a", ".git\\x", "a\\.git", ".gi\u0308t", "git~1\\x", ".gît", "...", "a", ".a"}
    names |= {name.upper() for name in names} | {name.title() for name in names}
    return sorted(names)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("names")
    git(path, "init", "-q", "--bare", ".")
    git(path, "init", "-q", "--bare", "server")
    git(path / "server", "config", "receive.fsckObjects", "true")
    return path


@pytest.fixture(scope="module")
def trees(repository: Path) -> Mapping[str, str]:
    """Return name -> id of a tree in which a broken file has that name."""
    found = {}
    for number, name in enumerate(nasty_names()):
        blob = put(repository, "blob", JUNK % number)
        found[name] = put(repository, "tree", b"100644 %s\0%s" % (name.encode(), bytes.fromhex(blob)))
    return found


@pytest.fixture(scope="module")
def refused(repository: Path, trees: Mapping[str, str]) -> set[str]:
    """Return the names that ``git fsck --strict`` complains about, by the tree or by what it holds."""
    name_of = {tree: name for name, tree in trees.items()}
    name_of |= {object_id("blob", JUNK % number): name for number, name in enumerate(nasty_names())}
    report = git(repository, "fsck", "--strict", fails=True)
    return {name_of[oid] for oid in re.findall(r"error in (?:tree|blob) ([0-9a-f]+): \w+", report)}


def git(path: Path, *arguments: str, fails: bool = False) -> str:
    """Run git without the user's settings; return both its outputs."""
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(path), "LC_ALL": "C"}
    ran = subprocess.run(["git", *arguments], cwd=path, env=environment, capture_output=True, check=False, text=True)
    assert (ran.returncode != 0) is fails, ran.stderr
    return ran.stdout + ran.stderr


def object_id(kind: str, data: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()


def put(repository: Path, kind: str, data: bytes) -> str:
    """Write a loose object by hand, because git would not write these trees."""
    oid = object_id(kind, data)
    file = repository / "objects" / oid[:2] / oid[2:]
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(zlib.compress(f"{kind} {len(data)}\0".encode() + data, 1))
    return oid


def test_git_refuses_some_and_not_all(trees: Mapping[str, str], refused: set[str]) -> None:
    assert {".git", ".GIT", "git~1", ".git::$INDEX_ALLOCATION", ".gitmodules", "gi7eba~1", ".gitattributes"} <= refused
    assert {"a", ".gitignore", ".gitx", "git~0"} <= trees.keys() - refused


def test_what_git_refuses_is_no_variable(refused: set[str]) -> None:
    assert [name for name in refused if not component_fault(name)] == []


def test_what_is_refused_beyond_git_is_refused_for_a_reason(trees: Mapping[str, str], refused: set[str]) -> None:
    more = {name: component_fault(name) for name in trees.keys() - refused if component_fault(name)}
    # Read from work trees, though not by fsck; ours for buckets and timelines; a directory on Windows.
    reasons = ("reads as .gitignore", "reads as .mailmap", "begins with ~", "a backslash")
    rest = {name for name, fault in more.items() if not any(reason in fault for reason in reasons)}
    # A file system that ignores code points and knows short names: there is none, and no rule needs to know that.
    assert {name.lower() for name in rest} == {".git\u200c.", "g\u200cit~1", "\u206a.gitmodules:x", "gi7eba~1\ufeff"}


@pytest.mark.parametrize("name", [".GIT", "git~1", ".git ", ".g\u200cit", ".gitmodules", "GI7EBA~1", "gitatt~3 :x"])
def test_a_server_refuses_the_push_of_a_name(
    repository: Path, trees: Mapping[str, str], refused: set[str], name: str
) -> None:
    assert name in refused
    assert "fsck" in git(repository, "push", "server", f"{trees[name]}:refs/tags/bad", fails=True)


def test_a_server_takes_all_the_other_names(repository: Path, trees: Mapping[str, str], refused: set[str]) -> None:
    fine = [tree for name, tree in trees.items() if name not in refused]
    assert len(fine) > 200
    git(repository, "push", "-q", "server", *(f"{tree}:refs/tags/{tree}" for tree in fine))
