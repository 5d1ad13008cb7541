"""History that leaves and comes back, as the command line tells of it."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.console import Console, Printed
from tests.s3_server import BUCKET

_EVENTS = 300
"""More than a tile: less is never pruned."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with a ledger of two publications, a checkpoint, and an archive beside it, all once."""
    directory = tmp_path_factory.mktemp("made")
    (directory / "work").mkdir()
    console = Console(directory / "work", directory / "tools")
    for command in ("git init -q -b main", "git-ledger init"):
        assert console.run(command).code == 0
    for number in range(2):
        lines = (json.dumps({"rule": "set", "set": {f"v/{n % 7}": n, "n": number}}) for n in range(_EVENTS))
        (directory / "work" / "batch").write_text("".join(f"{line}\n" for line in lines))
        ok(console, "append", "--batch", "batch")
    ok(console, "append", "--rule", "set", "--set", "last=1")
    ok(console, "checkpoint")
    ok(console, "archive", "--to", "cold")
    return directory / "work"


@pytest.fixture
def whole(made: Path, console: Console) -> Console:
    """Return a console in a copy of it."""
    shutil.copytree(made, console.directory, dirs_exist_ok=True)
    subprocess.run(
        ["git", "config", "--replace-all", "ledger.archive", console.directory / "cold"],
        cwd=console.directory, env=console.env, check=True,
    )  # fmt: skip
    return console


@pytest.fixture
def pruned(whole: Console) -> Console:
    """Return a console where history was pruned."""
    ok(whole, "prune")
    return whole


def ok(console: Console, *arguments: str) -> str:
    printed = console.run_here(list(arguments))
    assert printed.code == 0, printed
    return printed.stdout


def answer(console: Console, *arguments: str) -> Any:
    return json.loads(ok(console, "--json", *arguments))


def refused(console: Console, code: int, *arguments: str) -> Printed:
    printed = console.run_here(list(arguments))
    assert (printed.code, printed.stdout) == (code, ""), printed
    return printed


def test_what_an_archive_says_as_json(whole: Console) -> None:
    again = answer(whole, "archive")
    assert again == {
        "ledger": "main", "archive": str(whole.directory / "cold"), "checkpoint": 602, "bytes": 0, "bundles": [],
    }  # fmt: skip
    elsewhere = answer(whole, "archive", "--to", "elsewhere")
    (bundle,) = elsewhere["bundles"]
    assert (bundle["first"], bundle["last"], bundle["publications"]) == (1, 602, 4)
    assert elsewhere["bytes"] == bundle["bytes"] > 0
    for digest in (bundle["bundle"], bundle["manifest"]):
        assert (whole.directory / "elsewhere" / "artifact" / digest[:2] / digest).is_file()


def test_without_an_address_one_archive_must_be_known(whole: Console) -> None:
    ok(whole, "archive", "--to", "elsewhere")
    assert "2 archives are known" in refused(whole, 2, "archive").stderr
    refused(whole, 2, "archive", "--to", "ftp://example.org/")
    assert "no checkpoint of 5 events" in refused(whole, 3, "archive", "--to", "cold", "--before", "5").stderr


@pytest.mark.parametrize(
    "arguments", [("show", "#3"), ("state", "--at", "#3"), ("vst", "n", "--at", "#3")], ids=lambda one: one[0]
)
def test_what_was_pruned_is_not_found_and_the_hint_says_where_it_is(
    whole: Console, arguments: tuple[str, ...]
) -> None:
    before = ok(whole, *arguments)
    ok(whole, "prune")
    errors = refused(whole, 3, *arguments).stderr
    assert f"what was pruned is archived at {whole.directory / 'cold'}" in errors
    assert "hint: the same with --deep looks there; git ledger rehydrate brings it back" in errors
    assert ok(whole, *arguments, "--deep") == before
    refused(whole, 3, *arguments)


def test_an_event_is_found_by_its_id_where_it_is_archived(whole: Console) -> None:
    event = answer(whole, "show", "#9")["event"]
    before = ok(whole, "--json", "show", event)
    ok(whole, "prune")
    refused(whole, 3, "show", event)
    assert ok(whole, "--json", "show", "--deep", event[:12]) == before
    assert "archives" in json.loads(refused(whole, 3, "--json", "show", event).stderr.splitlines()[-1])["details"]


def test_a_timeline_is_whole_with_what_is_archived(whole: Console) -> None:
    before = ok(whole, "vst", "v/3")
    as_json = ok(whole, "--json", "vst", "v/3")
    ok(whole, "prune")
    assert "archived" in whole.run_here(["vst", "v/3"]).stderr
    assert ok(whole, "vst", "v/3", "--deep") == before
    assert ok(whole, "--json", "vst", "v/3", "--deep") == as_json


def test_an_archive_that_lost_something_lets_nobody_prune(whole: Console) -> None:
    for bundle in (whole.directory / "cold" / "artifact").rglob("*"):
        if bundle.is_file() and bundle.read_bytes().startswith(b"# v2"):
            bundle.write_bytes(bundle.read_bytes()[:-1])
    assert "nobody else is known to hold" in refused(whole, 5, "prune").stderr


def test_history_comes_back_from_the_archive(pruned: Console) -> None:
    assert answer(pruned, "rehydrate", "#500")["bundles"][0]["first"] == 1
    assert answer(pruned, "rehydrate") == {
        "ledger": "main", "from": str(pruned.directory / "cold"), "bundles": [], "whole": True,
    }  # fmt: skip
    ok(pruned, "verify")


def test_history_comes_back_from_a_remote(whole: Console, tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=whole.directory, env=whole.env, capture_output=True, text=True, check=True
        ).stdout

    git("init", "-q", "--bare", str(tmp_path / "server.git"))
    git("remote", "add", "origin", str(tmp_path / "server.git"))
    ok(whole, "push")
    before = sorted(git("rev-list", "--objects", "refs/ledger/main").splitlines())
    ok(whole, "prune")
    refused(whole, 2, "rehydrate", "#3", "--from", "origin")
    assert ok(whole, "rehydrate", "--from", "origin") == "history is whole again, from remote origin\n"
    assert sorted(git("rev-list", "--objects", "refs/ledger/main").splitlines()) == before
    assert ok(whole, "rehydrate", "--from", "origin") == "nothing to bring back\n"
    ok(whole, "verify")


def test_nothing_is_brought_back_from_nowhere(pruned: Console) -> None:
    assert "names no event" in refused(pruned, 3, "rehydrate", "#9999").stderr
    assert "does not hold" in refused(pruned, 3, "rehydrate", "--from", "empty").stderr
    subprocess.run(["git", "config", "--unset-all", "ledger.archive"], cwd=pruned.directory, env=pruned.env, check=True)
    assert "no archive of this repository is known" in refused(pruned, 3, "rehydrate").stderr
    # Without an archive to name, what is missing is told as it is.
    assert refused(pruned, 6, "show", "#3").stderr


def test_history_leaves_for_object_storage_and_comes_back(
    whole: Console, object_store: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in object_store.items():
        monkeypatch.setenv(name, value)
    before = ok(whole, "vst", "n")
    shutil.rmtree(whole.directory / "cold")
    place = f"s3://{BUCKET}/ledgers"
    assert ok(whole, "archive", "--to", f"{place}/").endswith(f"{place} holds events #1 to #602\n")
    assert f"held by archive {place}" in ok(whole, "prune")
    assert ok(whole, "vst", "n", "--deep") == before
    assert "events #1 to #602 are back" in ok(whole, "rehydrate")
    assert ok(whole, "vst", "n") == before
    ok(whole, "verify")
