"""How a run ends: exit codes, damage, our own mistakes."""

import io
import json
import subprocess
from functools import partial
from pathlib import Path

import pytest

from gitledger.errors import NotFoundError
from gitledger.ids import SHA1
from gitledger.ledger.append import append_batch
from tests.cli.console import Console


def git(console: Console, *arguments: str, data: bytes | None = None) -> str:
    """Run git and return what it says."""
    done = subprocess.run(
        ["git", *arguments], cwd=console.directory, env=console.env, input=data, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


@pytest.fixture
def loose(ledger: Console) -> Console:
    """Return a console in a repository with a value, all of whose objects are loose."""
    assert ledger.run("git-ledger append --rule r --set a=1").code == 0
    packs = ledger.directory / ".git" / "objects" / "pack"
    for pack in sorted(packs.glob("*.pack")):
        moved = pack.rename(ledger.directory / pack.name)
        pack.with_suffix(".idx").unlink()
        git(ledger, "unpack-objects", "-q", data=moved.read_bytes())
    return ledger


def object_file(console: Console, name: str) -> Path:
    """Return the loose file of the object that git knows by a name."""
    oid = git(console, "rev-parse", name)
    return console.directory / ".git" / "objects" / oid[:2] / oid[2:]


@pytest.mark.parametrize("name", ["refs/ledger/main", "refs/ledger/main:state/a", "refs/ledger/main:index/~a"])
@pytest.mark.parametrize("kind", ["missing", "corrupt"])
def test_a_damaged_object_is_named(loose: Console, name: str, kind: str) -> None:
    path = object_file(loose, name)
    oid = git(loose, "rev-parse", name)
    other = object_file(loose, "refs/ledger/main:envelope")
    content = other.read_bytes()
    path.unlink()
    if kind == "corrupt":
        path.write_bytes(content)
    printed = loose.run_here(["vst", "a", "--json"] if "index" in name else ["get", "a", "--json"])
    assert printed.code == 6
    assert printed.stdout == ""
    assert oid in printed.stderr.splitlines()[0]
    told = json.loads(printed.stderr.splitlines()[-1])
    assert told["error"] == {"missing": "MissingObjectError", "corrupt": "CorruptObjectError"}[kind]
    assert told["details"] == {"oid": oid}
    found = loose.run_here(["verify", "--json"])
    assert found.code == 1
    assert not json.loads(found.stdout)["ok"]
    assert f"object-{kind}" in found.stdout


def test_an_ambiguous_prefix_is_refused_with_what_it_may_mean(ledger: Console) -> None:
    event = ledger.run("git-ledger append --rule r --set a=1").stdout.strip()
    data = subprocess.run(
        ["git", "cat-file", "blob", event], cwd=ledger.directory, env=ledger.env, capture_output=True, check=True
    ).stdout
    # The rule is any 20 bytes: two of some ten thousand events share seven digits.
    delta = data.index(b"eafterT") + len(b"eafterT")
    seen: dict[str, bytes] = {}
    for number in range(100_000):
        forged = data[:delta] + number.to_bytes(20) + data[delta + 20 :]
        digits = SHA1.oid("blob", forged).hex()[:7]
        if digits in seen:
            break
        seen[digits] = forged
    twins = sorted(git(ledger, "hash-object", "-w", "--stdin", data=one) for one in (seen[digits], forged))
    printed = ledger.run_here(["show", digits, "--json"])
    assert printed.code == 2
    assert printed.stderr.startswith(f"git-ledger: {digits} begins the ids of 2 events; expected more digits\nhint: ")
    assert json.loads(printed.stderr.splitlines()[-1])["details"] == {"events": twins}


def test_our_own_mistake_is_no_traceback(ledger: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("wrong\x1b[31m")

    monkeypatch.setattr("gitledger.cli.get.get", broken)
    printed = ledger.run_here(["get", "a"])
    assert printed.code == 70
    assert printed.stderr.startswith(
        "git-ledger: this is a bug: ValueError: wrong\\x1b[31m; expected no such thing\nhint: "
    )
    ledger.env["GIT_LEDGER_TRACE"] = "1"
    printed = ledger.run_here(["get", "a"])
    assert printed.code == 70
    assert printed.stderr.startswith("Traceback")


def test_an_expected_failure_is_traced_as_well(ledger: Console) -> None:
    assert ledger.run_here(["get", "a"]).stderr.startswith("git-ledger: ")
    ledger.env["GIT_LEDGER_TRACE"] = "1"
    assert NotFoundError.__name__ in ledger.run_here(["get", "a"]).stderr


@pytest.mark.parametrize(
    ("error", "code", "complaint"),
    [
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 141, ""),
        (PermissionError(13, "Permission denied", "/x"), 7, "git-ledger: the system refused /x: Permission denied\n"),
        (
            ImportError("/x.so: cannot open shared object file"),
            7,
            (
                "git-ledger: a module cannot be loaded: /x.so: cannot open shared object file; "
                "expected a whole installation on a disk that can be read\n"
            ),
        ),
    ],
)
def test_how_a_run_ends(
    ledger: Console, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, complaint: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("gitledger.cli.get.get", broken)
    printed = ledger.run_here(["get", "a"])
    assert (printed.code, printed.stderr) == (code, complaint)


def test_what_ctrl_c_did_to_git_is_not_told(ledger: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        try:
            raise KeyboardInterrupt
        finally:
            raise NotFoundError("git was killed")

    monkeypatch.setattr("gitledger.cli.get.get", interrupted)
    assert ledger.run_here(["get", "a"]).code == 130


def test_a_standard_error_that_is_full_leaves_the_exit_code(ledger: Console) -> None:
    full_disk = Path("/dev/full")
    if not full_disk.exists():
        pytest.skip(f"no {full_disk} here")
    with full_disk.open("wb", buffering=0) as full:
        assert ledger.run_here(["get", "a"], stderr=full).code == 3


def test_an_argument_that_is_no_utf8(ledger: Console) -> None:
    printed = ledger.run_here(["get", "a\udcff"])
    assert printed.code == 2
    assert printed.stderr == "git-ledger: an argument is not UTF-8; expected UTF-8\n"


def test_genesis_as_json(ledger: Console) -> None:
    event = json.loads(ledger.run_here(["show", "#1", "--json"]).stdout)
    assert list(event) == [
        *("event", "seq", "ts", "parents", "rule", "after", "writeset", "readset", "delta", "publication", "meta")
    ]
    assert list(event["rule"]) == ["id", "name", "nonce", "ledger"]
    assert event["rule"]["name"] == "genesis"
    assert event["seq"] == event["ts"] == 1


def test_progress_of_a_batch_is_for_a_terminal(ledger: Console) -> None:
    lines = b"".join(b'{"rule":"r","set":{"n":%d}}\n' % number for number in range(10))
    ticks = iter(range(10**6))
    terminal = {"stderr_width": 80, "elapsed": lambda: float(next(ticks))}
    for extra, option, seen in ((terminal, [], True), (terminal, ["-q"], False), ({}, [], False)):
        printed = ledger.run_here(["append", "--batch", "-", *option], stdin=io.BytesIO(lines), **extra)
        assert printed.code == 0
        assert (" events, 1 per second" in printed.stderr) == seen


def test_the_ids_of_a_group_are_seen_before_another_line_is_waited_for(
    ledger: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gitledger.cli.append.append_batch", partial(append_batch, group=2, at_once=2))
    stdout, seen = io.BytesIO(), []

    class Lines(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            seen.append(len(stdout.getvalue().splitlines()))
            return self.readline(size)

    lines = Lines(b"".join(b'{"rule":"r","set":{"n":%d}}\n' % number for number in range(5)))
    assert ledger.run_here(["append", "--batch", "-"], stdin=lines, stdout=stdout).code == 0
    assert seen == [0, 0, 2, 2, 4, 4]


def test_a_batch_is_read_from_the_directory_that_was_named(ledger: Console) -> None:
    (ledger.directory / "sub").mkdir()
    (ledger.directory / "sub" / "lines").write_text('{"rule":"r","set":{"a":1}}\n')
    (ledger.directory / "sub" / "file").write_text("x")
    assert ledger.run_here(["-C", "sub", "append", "--batch", "lines"]).code == 0
    assert ledger.run_here(["-C", "sub", "append", "--rule", "r", "--set", "b=@file"]).code == 0
    assert ledger.run_here(["get", "b", "--json"]).stdout == '{"$bytes": "eA=="}\n'
