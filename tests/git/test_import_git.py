"""``import-git`` against real git: for every path, the timeline is what ``git log`` says, whatever the history holds."""

import random
from pathlib import Path

import pytest

from gitledger.ledger.log import log, show
from tests.git_history import (
    Made,
    check_same_history,
    import_all,
    new_repository,
    open_ledger,
    write_history,
)

FILE, OTHER, PROGRAM, LINK = ("100644", "one"), ("100644", "two"), ("100755", "one"), ("120000", "one")
SUBMODULE, NEWER = ("160000", "1" * 40), ("160000", "2" * 40)
ODD_NAMES = [
    b"plain", b"with space", b" ", b'quo"te', b"it's", b"new\nline", b"tab\t", b"\x01\x7f", b"latin-\xe9", b"\xff\xfe",
    b".gitattributes", b"a/.gitignore", b".mailmap/b", b"~tilde", b"a/~b", b".ledger", b".ledgers/x", b"100%", b"%41",
    b"back\\slash", b"e\xcc\x81", b"\xc3\xa9", b"\n\xcc\x81", b"*", b"[a]?", b":(glob)**", b"-rf", b"--", b"#1",
    b"x" * 256, b"x" * 254 + b".git", b"~" * 300, b"y" * 254 + b"/" + b"y" * 255, b"d/e/f/g/h/i/j", b"GIT~2", b"...",
]  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return new_repository(tmp_path / "repository")


def test_odd_names(repository: Path) -> None:
    commits = [Made(tree=dict.fromkeys(ODD_NAMES[: number + 1], FILE)) for number in range(len(ODD_NAMES))]
    commits += [Made(tree=dict.fromkeys(ODD_NAMES[number:], OTHER)) for number in range(len(ODD_NAMES))]
    write_history(repository, [*commits, Made(tree={b".ledger/policy": FILE, b".mailmap": FILE})])
    check_same_history(repository, import_all(repository))


@pytest.mark.parametrize("seed", range(4))
def test_random_history(repository: Path, seed: int) -> None:
    chance = random.Random(seed)
    names = [*chance.sample(ODD_NAMES, 10), b"a", b"a/b", b"a/b/c", b"a/c"]
    commits = [Made(tree={})]
    for number in range(1, 40):
        tree = dict(commits[-1].tree)
        for name in chance.sample(names, chance.choice([0, 1, 1, 2, 5])):
            above = [name[:at] for at, byte in enumerate(name) if byte == ord("/")]
            for gone in [one for one in tree if one in above or one.startswith(name + b"/") or one == name]:
                del tree[gone]
            if chance.random() < 0.8:
                tree[name] = chance.choice([FILE, OTHER, PROGRAM, LINK, SUBMODULE, NEWER])
        others = chance.sample(range(number - 1), 1) if number > 2 and chance.random() < 0.3 else []
        commits.append(Made(tree=tree, parents=[number - 1, *others]))
    write_history(repository, commits)
    check_same_history(repository, import_all(repository, at_once=7))


def test_each_kind_of_change_and_an_empty_commit(repository: Path) -> None:
    trees = [{b"a": FILE}, {b"a": PROGRAM}, {b"a": LINK}, {b"a": SUBMODULE}, {b"a": NEWER}, {b"a/b": FILE},
             {b"a/b": FILE}, {b"a": OTHER}, {b"renamed": OTHER}, {}, {}]  # fmt: skip
    write_history(repository, [Made(tree=tree) for tree in trees])
    imported = import_all(repository)
    check_same_history(repository, imported)
    with open_ledger(repository) as ledger:
        deltas = [dict(one.delta.changes) for one in log(ledger)]
        assert [len(delta) for delta in reversed(deltas)] == [0, 1, 1, 1, 1, 1, 2, 0, 2, 2, 1, 0]
        assert show(ledger, imported[4].event.hex()).published.rule.name == "import-git"


def test_a_merge_is_what_it_changed_on_the_first_parent(repository: Path) -> None:
    write_history(
        repository,
        [
            Made(tree={b"a": FILE}),
            Made(tree={b"a": FILE, b"side": FILE}, parents=[0]),
            Made(tree={b"a": OTHER}, parents=[0]),
            Made(tree={b"a": OTHER, b"side": FILE, b"evil": FILE}, parents=[2, 1]),
        ],
    )
    imported = import_all(repository)
    assert len(imported) == 3
    check_same_history(repository, imported)


def test_meta_says_who_when_and_why(repository: Path) -> None:
    write_history(
        repository, [Made(tree={}, message=b"subject\n\n  body\n\n", committer=b"Bob <b@c> 1700000060 +0000")]
    )
    (imported,) = import_all(repository)
    with open_ledger(repository) as ledger:
        meta = show(ledger, imported.event.hex()).published.meta
    assert meta == {
        "author": "Ada Tester <ada@example.org>",
        "actor": "Ida Importer <ida@example.org>",
        "time": "2023-11-14T22:13:20Z",
        "git": {
            "commit": imported.commit.hex(),
            "author": "Ada Tester <ada@example.org> 2023-11-14T23:13:20+01:00",
            "committer": "Bob <b@c> 2023-11-14T22:14:20+00:00",
            "message": "subject\n\n  body\n\n",
        },
    }


LATIN = b"Ren\xe9 <rene@example.org> 951782400 -0330"


@pytest.mark.parametrize(
    ("made", "author", "time", "text", "message"),
    [
        (
            Made(tree={}, author=LATIN, message=b"caf\xe9 \xff"),
            "René <rene@example.org>",
            "2000-02-29T00:00:00Z",
            "René <rene@example.org> 2000-02-28T20:30:00-03:30",
            "café ÿ",
        ),
        (
            Made(tree={}, author=LATIN, message=b"caf\xe9", header=b"encoding ISO-8859-1\n"),
            "René <rene@example.org>",
            "2000-02-29T00:00:00Z",
            "René <rene@example.org> 2000-02-28T20:30:00-03:30",
            "café",
        ),
        (Made(tree={}, author=b"Z <z> 999999999999 +0000", message=b""), "Z <z>", None, "Z <z> 999999999999 +0000", ""),
        (Made(tree={}, author=b"Z <z> 1 +9900", message=b"\n\n"), "Z <z>", None, "Z <z> 1 +9900", "\n\n"),
        (Made(tree={}, author=b"\x7f <> 0 -0000"), "\x7f <>", "1970-01-01T00:00:00Z", "\x7f <> 1970-01-01T00:00:00+00:00", "a message\n"),
    ],
    ids=["latin-1", "latin-1 that says so", "the year 33658", "a zone of four days", "no name"],
)  # fmt: skip
def test_odd_meta(repository: Path, made: Made, author: str, time: str | None, text: str, message: str) -> None:
    write_history(repository, [made])
    (imported,) = import_all(repository)
    with open_ledger(repository) as ledger:
        meta = show(ledger, imported.event.hex()).published.meta
    assert (meta["author"], meta["time"]) == (author, time or "2027-01-15T08:00:00Z")
    assert (meta["git"]["author"], meta["git"]["message"]) == (text, message)


@pytest.mark.parametrize(
    "author", [b"nobody", b"", b"<a> b <c> 1 +0000", b"A <a> soon", b"A <a> 99999999999999999999 +0000"]
)
def test_a_broken_author_is_no_reason_to_fail(repository: Path, author: bytes) -> None:
    write_history(repository, [Made(tree={}, author=author, header=b"gpgsig a\n \n parent x\n")])
    (imported,) = import_all(repository)
    with open_ledger(repository) as ledger:
        meta = show(ledger, imported.event.hex()).published.meta
    assert meta["git"]["commit"] == imported.commit.hex()
    assert meta["git"]["message"] == "a message\n"
