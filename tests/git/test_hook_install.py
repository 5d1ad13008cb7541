"""Hooks go in beside those that are there, and come out without a trace."""

import shutil
from pathlib import Path

import pytest

from gitledger.errors import ConflictError
from gitledger.hook.install import Hook
from gitledger.store.open import find_repository
from tests.cli.console import ROOT, Console
from tests.cli.test_start import HEAVY, imported
from tests.ledgers import ENV, git, new_repository

INSTALL = "git-ledger -C server.git hook install --server"


@pytest.fixture
def console(tmp_path: Path) -> Console:
    """Return a console beside a server and a clone with a ledger and a branch."""
    work = tmp_path / "work"
    work.mkdir()
    console = Console(work, tmp_path / "tools")
    new_repository(work / "server.git", "sha1", "--bare")
    new_repository(work / "ada")
    for command in (
        "git -C ada remote add origin ../server.git",
        "git -C ada commit -q --allow-empty -m code",
        "git-ledger -C ada init",
    ):
        assert console.run(command).code == 0
    return console


def must(console: Console, command: str) -> str:
    printed = console.run(command)
    assert printed.code == 0, f"{command}: {printed.stderr}"
    return printed.stdout


def contents(path: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and bytes of every file."""
    files = (file for file in sorted(path.rglob("*")) if file.is_file())
    return {str(file.relative_to(path)): (file.stat().st_mode, file.read_bytes()) for file in files}


def write_hook(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def test_the_gate_goes_in_once_and_comes_out_again(console: Console) -> None:
    server = console.directory / "server.git"
    before = contents(server)
    assert must(console, INSTALL) == "installed hooks/pre-receive\n"
    within = contents(server)
    assert within.keys() - before.keys() == {"hooks/pre-receive"}
    assert must(console, INSTALL) == ""
    assert contents(server) == within
    assert must(console, f"{INSTALL} --uninstall") == "removed hooks/pre-receive\n"
    assert must(console, f"{INSTALL} --uninstall") == ""
    assert contents(server) == before


def test_what_goes_in_is_the_file_of_the_top_level_folder(console: Console) -> None:
    must(console, INSTALL)
    program = shutil.which("git-ledger", path=console.env["PATH"])
    expected = (ROOT / "hooks" / "pre-receive").read_text().replace("=git-ledger\n", f"={program}\n")
    assert (console.directory / "server.git/hooks/pre-receive").read_text() == expected


def test_a_hook_that_is_there_goes_first_and_gets_the_same(console: Console) -> None:
    server = console.directory / "server.git"
    write_hook(server / "hooks/pre-receive", 'cat >"$GIT_DIR/seen"\necho first')
    before = contents(server / "hooks")
    must(console, INSTALL)
    must(console, "git-ledger -C ada push")
    new = git(server, "rev-parse", "refs/ledger/main")
    assert (server / "seen").read_text() == f"{'0' * 40} {new} refs/ledger/main\n"
    must(console, "git -C ada push -q origin main")
    assert (server / "seen").read_text().endswith(" refs/heads/main\n")
    must(console, f"{INSTALL} --uninstall")
    assert contents(server / "hooks") == before


def test_a_hook_that_is_there_can_refuse_by_itself(console: Console) -> None:
    server = console.directory / "server.git"
    write_hook(server / "hooks/pre-receive", "echo not today >&2\nexit 1")
    must(console, INSTALL)
    for push in ("git-ledger -C ada push", "git -C ada push origin main"):
        printed = console.run(push)
        assert printed.code != 0
        assert "not today" in printed.stderr
    assert git(server, "for-each-ref") == ""


def test_a_newer_file_of_ours_takes_the_place_of_an_older_one(console: Console) -> None:
    server = console.directory / "server.git"
    must(console, INSTALL)
    hook = server / "hooks/pre-receive"
    text = hook.read_text()
    hook.write_text(text + "# an older version\n")
    assert must(console, INSTALL) == "installed hooks/pre-receive\n"
    assert hook.read_text() == text
    assert not (server / "hooks/pre-receive.local").exists()


def test_two_hooks_that_are_there_are_left_alone(console: Console) -> None:
    server = console.directory / "server.git"
    for name in ("pre-receive", "pre-receive.local"):
        write_hook(server / "hooks" / name, f"# {name}")
    before = contents(server / "hooks")
    assert console.run(INSTALL).code == ConflictError.exit_code
    assert contents(server / "hooks") == before


@pytest.mark.parametrize("place", ["elsewhere", "absolute"])
def test_the_path_of_hooks_is_honoured(console: Console, place: str) -> None:
    server = console.directory / "server.git"
    path = console.directory / "shared" if place == "absolute" else server / place
    git(server, "config", "core.hooksPath", str(path) if place == "absolute" else place)
    shown = path / "pre-receive" if place == "absolute" else f"{place}/pre-receive"
    assert must(console, INSTALL) == f"installed {shown}\n"
    printed = console.run("git -C ada push origin +main:refs/ledger/main")
    assert "remote: tree-absent: " in printed.stderr
    must(console, f"{INSTALL} --uninstall")
    assert not (path / "pre-receive").exists()


def test_a_git_with_hooks_in_settings_is_told_by_settings(console: Console, tmp_path: Path) -> None:
    """Shown by what is written: whether this git runs it is the next test's matter."""
    server = console.directory / "server.git"
    before = contents(server)
    newer = tmp_path / "newer" / "git"
    write_hook(newer, f'case "$*" in *version) echo git version 2.54.0 ;; *) exec {shutil.which("git")} "$@" ;; esac')
    env = {**ENV, "PATH": f"{newer.parent}:{ENV['PATH']}"}
    hook = Hook("pre-receive", find_repository(server, env), server, env)
    own = server / "ledger-hooks/pre-receive"
    assert list(hook.install("/usr/bin/git-ledger")) == [
        "installed ledger-hooks/pre-receive",
        "git config --add hook.ledger-pre-receive.event pre-receive",
        f"git config --add hook.ledger-pre-receive.command {own}",
    ]
    assert list(hook.install("/usr/bin/git-ledger")) == []
    assert git(server, "config", "hook.ledger-pre-receive.command") == str(own)
    assert contents(server).keys() - before.keys() == {"ledger-hooks/pre-receive"}
    assert len(list(hook.uninstall())) == 2
    assert contents(server) == before
    assert not own.parent.exists()


def test_a_file_that_an_older_git_was_given_goes_on(console: Console, tmp_path: Path) -> None:
    server = console.directory / "server.git"
    must(console, INSTALL)
    before = contents(server)
    newer = tmp_path / "newer" / "git"
    write_hook(newer, f'case "$*" in *version) echo git version 3.0.0 ;; *) exec {shutil.which("git")} "$@" ;; esac')
    env = {**ENV, "PATH": f"{newer.parent}:{ENV['PATH']}"}
    program = shutil.which("git-ledger", path=console.env["PATH"])
    assert program
    assert list(Hook("pre-receive", find_repository(server, env), server, env).install(program)) == []
    assert contents(server) == before


@pytest.mark.parametrize("there", [False, True], ids=["alone", "beside a file"])
def test_the_gate_refuses_whichever_way_it_went_in(console: Console, *, there: bool) -> None:
    server = console.directory / "server.git"
    if there:
        write_hook(server / "hooks/pre-receive", "cat >/dev/null")
    must(console, INSTALL)
    must(console, "git-ledger -C ada push")
    printed = console.run("git -C ada push origin :refs/ledger/main")
    assert (printed.code, "remote: ref-deleted: refs/ledger/main: " in printed.stderr) == (1, True)


@pytest.mark.parametrize("mode", [None, "never", "warn", "require"])
def test_ledgers_go_along_with_a_branch_if_asked_for(console: Console, mode: str | None) -> None:
    server = console.directory / "server.git"
    assert must(console, "git-ledger -C ada hook install") == "installed hooks/pre-push\n"
    if mode:
        git(console.directory / "ada", "config", "ledger.autoPush", mode)
    printed = console.run("git -C ada push -q origin main")
    assert (printed.code, printed.stdout, printed.stderr) == (0, "", "")
    pushed = ["refs/heads/main", *(["refs/ledger/main"] if mode in ("warn", "require") else [])]
    assert git(server, "for-each-ref", "--format=%(refname)").splitlines() == pushed
    assert must(console, "git-ledger -C ada hook install --uninstall") == "removed hooks/pre-push\n"


@pytest.mark.parametrize(("mode", "code"), [("warn", 0), ("require", 1)])
def test_a_ledger_that_is_refused_keeps_a_branch_back_only_if_required(console: Console, mode: str, code: int) -> None:
    server = console.directory / "server.git"
    write_hook(server / "hooks/pre-receive", "case $(cat) in *refs/ledger/*) echo no >&2; exit 1 ;; esac")
    must(console, "git-ledger -C ada hook install")
    git(console.directory / "ada", "config", "ledger.autoPush", mode)
    printed = console.run("git -C ada push -q origin main")
    assert bool(printed.code) == bool(code)
    assert "git-ledger: the ledgers were not pushed to origin" in printed.stderr
    assert git(server, "for-each-ref", "--format=%(refname)") == ("" if code else "refs/heads/main")


@pytest.mark.parametrize("mode", ["warn", "require"])
def test_a_remote_of_ledgers_that_cannot_be_reached_keeps_no_code_back(console: Console, mode: str) -> None:
    """The branch goes elsewhere than the ledgers, which is how one can be reached and the other not."""
    ada = console.directory / "ada"
    must(console, "git-ledger -C ada hook install")
    git(ada, "config", "ledger.autoPush", mode)
    git(ada, "config", "remote.origin.pushurl", "../server.git")
    hook = ada / ".git/hooks/pre-push"
    hook.write_text(
        hook.read_text().replace(
            '"$program" push',
            'GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=remote.origin.pushurl GIT_CONFIG_VALUE_0=/nowhere "$program" push',
        )
    )
    printed = console.run("git -C ada push -q origin main")
    assert printed.code == 0
    assert printed.stderr.endswith("git-ledger: the ledgers were not pushed to origin; git ledger push tries again\n")


def test_a_setting_that_means_nothing_is_said(console: Console) -> None:
    must(console, "git-ledger -C ada hook install")
    git(console.directory / "ada", "config", "ledger.autoPush", "always")
    printed = console.run("git -C ada push -q origin main")
    assert printed.code != 0
    assert "ledger.autoPush is 'always'; expected never, warn or require" in printed.stderr


def test_a_push_to_an_address_sends_no_ledger(console: Console) -> None:
    must(console, "git-ledger -C ada hook install")
    git(console.directory / "ada", "config", "ledger.autoPush", "require")
    must(console, "git -C ada push -q ../server.git main")
    assert git(console.directory / "server.git", "for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_the_hook_is_run_at_the_top_of_the_working_tree(console: Console) -> None:
    ada = console.directory / "ada"
    git(ada, "config", "core.hooksPath", "tools/hooks")
    (ada / "tools/deep").mkdir(parents=True)
    must(console, "git-ledger -C ada/tools/deep hook install")
    assert (ada / "tools/hooks/pre-push").exists()


def test_without_a_program_on_the_path_nothing_goes_in(console: Console) -> None:
    console.env["PATH"] = str(Path(shutil.which("git") or "").parent)
    printed = console.run(INSTALL)
    assert (printed.code, "git-ledger is not on PATH" in printed.stderr) == (2, True)
    assert not (console.directory / "server.git/hooks/pre-receive").exists()


def test_the_gate_imports_no_heavy_package(console: Console) -> None:
    must(console, "git-ledger -C ada append --rule r --set a=1")
    new = git(console.directory / "ada", "rev-parse", "refs/ledger/main")
    modules = imported(console, "-C", "ada", "hook", "update", "refs/ledger/other", "0" * 40, new)
    assert {"gitledger.hook.gate", "gitledger.verify.judge"} <= modules
    assert not {*HEAVY, "shutil", "multiprocessing"} & modules


def test_a_hook_that_is_told_of_no_ref_lets_nothing_land(console: Console) -> None:
    assert must(console, INSTALL) == "installed hooks/pre-receive\n"
    done = console.run("server.git/hooks/pre-receive </dev/null")
    assert (done.code, done.stderr.split(":")[0]) == (1, "gate-failed")
