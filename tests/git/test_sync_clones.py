"""Clones that lack something: history that was cut off, blobs that were left out; and what plain git does to ledgers."""

from pathlib import Path

import pytest

from tests.cli.console import Console
from tests.ledgers import git
from tests.servers import new_server

MAIN = "refs/ledger/main"


def must(console: Console, command: str) -> str:
    """Run a command that succeeds; return what it prints."""
    printed = console.run(command)
    assert printed.code == 0, f"{command}: {printed.stderr}"
    return printed.stdout.strip()


@pytest.fixture
def console(tmp_path: Path) -> Console:
    """Return a console beside a server and the repository ``ada``, which has pushed code and a ledger of six events."""
    work = tmp_path / "work"
    work.mkdir()
    git(new_server(work, "server.git"), "config", "uploadpack.allowFilter", "true")
    console = Console(work, tmp_path / "tools")
    must(console, "git init -q -b main ada")
    (work / "ada/code.txt").write_text("code")
    must(console, "git -C ada add code.txt")
    for message in ("start", "more"):
        must(console, f"git -C ada commit -q --allow-empty -m {message}")
    must(console, "git -C ada remote add origin ../server.git")
    must(console, "git -C ada push -q origin main")
    must(console, "git-ledger -C ada init")
    for number in range(5):
        must(console, f"git-ledger -C ada append --rule train --set model/a{number % 2}:={number}")
    must(console, "git-ledger -C ada push")
    return console


def url(console: Console) -> str:
    """Return an address of the server that is no path: git cuts nothing off, and leaves nothing out, of a path."""
    return f"file://{console.directory}/server.git"


def missing(console: Console, clone: str, ref: str) -> int:
    """Return how many objects a ref reaches that are not there."""
    listed = must(console, f"git -C {clone} rev-list --objects --missing=print {ref}")
    return sum(line.startswith("?") for line in listed.splitlines())


def ids(console: Console, clone: str) -> list[str]:
    """Return the ids of all events of a clone, newest first."""
    return [line.split()[0] for line in must(console, f"git-ledger -C {clone} log --oneline").splitlines()]


def test_a_ledger_that_is_cut_off_goes_on(console: Console) -> None:
    cloned = must(console, f"git-ledger clone --depth 2 {url(console)} short").splitlines()
    cut = git(console.directory / "short", "rev-parse", f"{MAIN}~1")
    assert cloned[0] == f"history was cut off at publication {cut}, which is believed"
    assert cloned[1].startswith("started: ")
    assert must(console, "git-ledger -C short get model/a1") == "3"
    assert len(must(console, "git-ledger -C short log --oneline -n 2").splitlines()) == 2
    assert "model/a0 = 4" in must(console, "git-ledger -C short state")
    must(console, "git-ledger -C short vst model/a0 -n 1")
    must(console, "git-ledger -C short append --rule lint --set lint/errors:=0")
    assert must(console, "git-ledger -C short push").startswith("pushed: ")
    must(console, "git-ledger -C ada append --rule train --set model/b:=1")
    assert must(console, "git-ledger -C ada push").startswith("pushed: ")
    must(console, "git-ledger -C short append --rule lint --set lint/errors:=1")
    assert must(console, "git-ledger -C short pull").startswith("re-parented: ")
    assert must(console, "git-ledger -C short push").startswith("pushed: ")
    must(console, "git-ledger -C ada pull")
    assert must(console, "git-ledger -C ada verify").splitlines()[0].endswith(": sound")


@pytest.mark.parametrize("question", ["log", "vst model/a0"])
def test_what_was_cut_off_is_named_and_how_to_get_it(console: Console, question: str) -> None:
    must(console, f"git-ledger clone --depth 2 {url(console)} short")
    printed = console.run(f"git-ledger -C short {question}")
    assert printed.code == 0
    assert "git fetch --unshallow" in printed.stderr
    must(console, "git -C short fetch -q --unshallow")
    must(console, f"git-ledger -C short {question}")
    assert must(console, "git-ledger -C short verify").splitlines()[0].endswith(": sound")


@pytest.mark.parametrize("verb", ["pull", "push"])
def test_what_plain_git_has_cut_off_from_ours_is_said_to_be(console: Console, verb: str) -> None:
    must(console, f"git-ledger clone {url(console)} grace")
    must(console, "git-ledger -C grace append --rule lint --set lint/errors:=0")
    for number in range(3):
        must(console, f"git-ledger -C ada append --rule train --set model/b:={number}")
    must(console, "git-ledger -C ada push")
    must(console, "git -C grace fetch -q --depth 1")
    printed = console.run(f"git-ledger -C grace {verb}")
    assert (printed.code, "git fetch --unshallow" in printed.stderr) == (6, True)
    must(console, "git -C grace fetch -q --unshallow")
    must(console, f"git-ledger -C grace {verb}")


def test_a_ledger_comes_whole_where_only_the_code_was_cut_off(console: Console) -> None:
    must(console, f"git clone -q --depth 1 {url(console)} short")
    assert must(console, "git-ledger -C short pull").startswith("started: ")
    assert ids(console, "short") == ids(console, "ada")
    assert must(console, "git -C short log --format=%s") == "more"


def test_a_ledger_comes_whole_where_the_code_does_not(console: Console) -> None:
    must(console, f"git clone -q --filter=tree:0 --no-checkout {url(console)} partial")
    assert missing(console, "partial", "main") > 0
    must(console, "git-ledger -C partial fetch")
    assert missing(console, "partial", "refs/ledger-remotes/origin/main") == 0
    must(console, f"git-ledger clone --filter=blob:none {url(console)} another")
    assert must(console, "git -C another config remote.origin.partialclonefilter") == "blob:none"


def test_a_ledger_whose_blobs_were_left_out_works(console: Console) -> None:
    must(console, f"git clone -q --filter=blob:none {url(console)} partial")
    must(console, "git-ledger -C partial remote setup")
    must(console, "git -C partial fetch -q")
    assert missing(console, "partial", "refs/ledger-remotes/origin/main") > 20
    must(console, f"git -C partial update-ref {MAIN} refs/ledger-remotes/origin/main")
    assert must(console, "git-ledger -C partial get model/a0") == "4"
    must(console, "git-ledger -C partial append --rule lint --set lint/errors:=0")
    must(console, "git-ledger -C partial vst model/a1")
    assert missing(console, "partial", "refs/ledger-remotes/origin/main") > 5
    assert must(console, "git-ledger -C partial push").startswith("pushed: ")
    must(console, "git-ledger -C ada pull")
    assert ids(console, "partial") == ids(console, "ada")


def test_what_was_left_out_and_cannot_be_had_is_named(console: Console) -> None:
    must(console, f"git clone -q --filter=blob:none {url(console)} partial")
    must(console, "git-ledger -C partial remote setup")
    must(console, "git -C partial fetch -q")
    must(console, f"git -C partial update-ref {MAIN} refs/ledger-remotes/origin/main")
    (console.directory / "server.git").rename(console.directory / "gone.git")
    printed = console.run("git-ledger -C partial get model/a0")
    assert (printed.code, " is missing" in printed.stderr) == (6, True)


def test_plain_fetch_brings_ledgers_and_prune_takes_none_away(console: Console) -> None:
    must(console, f"git-ledger clone {url(console)} grace")
    must(console, "git-ledger -C grace init mine")
    must(console, "git-ledger -C grace append --rule lint --set lint/errors:=0")
    must(console, "git-ledger -C ada append --rule train --set model/b:=1")
    must(console, "git-ledger -C ada push")
    before = must(console, "git -C grace for-each-ref refs/ledger")
    must(console, "git -C grace fetch -q --prune")
    there = must(console, "git -C ada rev-parse refs/ledger/main")
    assert must(console, "git -C grace rev-parse refs/ledger-remotes/origin/main") == there
    must(console, "git -C server.git update-ref -d refs/ledger/main")
    must(console, "git -C grace fetch -q --prune")
    assert must(console, "git -C grace for-each-ref refs/ledger") == before


def test_plain_push_still_pushes_the_branch_and_no_ledger(console: Console) -> None:
    must(console, f"git-ledger clone {url(console)} grace")
    must(console, "git-ledger -C grace append --rule lint --set lint/errors:=0")
    must(console, "git -C grace commit -q --allow-empty -m third")
    ledger = must(console, f"git -C server.git rev-parse {MAIN}")
    must(console, "git -C grace -c push.default=simple push -q")
    assert must(console, "git -C server.git log -1 --format=%s main") == "third"
    assert must(console, f"git -C server.git rev-parse {MAIN}") == ledger


def test_setup_writes_what_plain_fetch_needs_and_nothing_else(console: Console) -> None:
    must(console, f"git clone -q {url(console)} grace")
    must(console, "git -C grace remote add backup ../backup.git")
    before = set(must(console, "git -C grace config --list --local").splitlines())
    printed = must(console, "git-ledger -C grace remote setup")
    after = set(must(console, "git -C grace config --list --local").splitlines())
    refspec = "+refs/ledger/*:refs/ledger-remotes/origin/*"
    assert after - before == {"log.excludedecoration=refs/ledger/*", f"remote.origin.fetch={refspec}"}
    assert f"git config --add remote.origin.fetch {refspec}" in printed.splitlines()
    assert must(console, "git-ledger -C grace remote setup") == ""
    must(console, "git-ledger -C grace remote setup backup")
    assert "ledger-remotes/backup" in must(console, "git -C grace config remote.backup.fetch")


def test_hooks_and_settings_of_the_user_do_not_get_in_the_way(console: Console) -> None:
    hook = console.directory / "ada/.git/hooks/pre-push"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    for setting in ("push.followTags true", "fetch.prune true", "push.default nothing", "fetch.fsckObjects true"):
        must(console, f"git -C ada config {setting}")
    must(console, "git-ledger -C ada append --rule train --set model/b:=1")
    must(console, f"git -C ada tag -a -m mine mine {MAIN}")
    assert must(console, "git-ledger -C ada push").startswith("pushed: ")
    assert must(console, "git-ledger -C ada pull").startswith("up-to-date: ")
    assert must(console, "git -C server.git tag") == ""


def test_nothing_but_tracking_refs_is_fetched(console: Console) -> None:
    must(console, f"git-ledger clone {url(console)} grace")
    must(console, f"git -C server.git tag -a -m theirs theirs {MAIN}~1")
    must(console, "git-ledger -C ada append --rule train --set model/b:=1")
    must(console, "git-ledger -C ada push")
    must(console, f"git -C server.git tag -a -m new new {MAIN}")
    (console.directory / "grace/.git/FETCH_HEAD").unlink(missing_ok=True)
    must(console, "git-ledger -C grace fetch")
    assert must(console, "git -C grace tag") == ""
    assert not (console.directory / "grace/.git/FETCH_HEAD").exists()


def test_a_remote_that_declines_is_quoted(console: Console) -> None:
    hook = console.directory / "server.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    must(console, "git-ledger -C ada append --rule train --set model/b:=1")
    printed = console.run("git-ledger -C ada push")
    assert printed.code == 5
    assert "hook declined" in printed.stderr


def test_fetched_objects_are_synced_before_anything_rests_on_them(console: Console, tmp_path: Path) -> None:
    must(console, f"git-ledger clone {url(console)} grace")
    must(console, "git-ledger -C ada append --rule train --set model/b:=1")
    must(console, "git-ledger -C ada push")
    for relaxed in (False, True):
        trace = tmp_path / f"trace-{relaxed}"
        if relaxed:
            must(console, "git-ledger -C ada append --rule train --set model/b:=2")
            must(console, "git-ledger -C ada push")
            must(console, "git -C grace config ledger.durability relaxed")
        console.env["GIT_TRACE2_EVENT"] = str(trace)
        must(console, "git-ledger -C grace fetch")
        del console.env["GIT_TRACE2_EVENT"]
        assert ("core.fsync=committed,loose-object" in trace.read_text()) != relaxed


def test_all_ledgers_go_and_come_at_once(console: Console) -> None:
    must(console, "git-ledger -C ada branch side")
    must(console, "git-ledger -C ada --ledger side append --rule train --set model/b:=1")
    must(console, "git-ledger -C ada append --rule train --set model/c:=1")
    head = must(console, "git -C ada rev-parse HEAD")
    must(console, f"git -C ada update-ref refs/ledger/Foreign {head}")
    pushed = must(console, "git-ledger -C ada push --all").splitlines()
    assert [line.split(" is at ")[0] for line in pushed] == ["pushed: ledger main", "pushed: ledger side"]
    must(console, f"git-ledger clone {url(console)} grace")
    must(console, "git-ledger -C ada append --rule train --set model/c:=2")
    must(console, "git-ledger -C ada push --all")
    pulled = must(console, "git-ledger -C grace pull --all").splitlines()
    assert [line.split(" is at ")[0] for line in pulled] == ["fast-forward: ledger main", "up-to-date: ledger side"]
    must(console, f"git -C grace remote add second {url(console)}")
    fetched = must(console, "git-ledger -C grace fetch --all").splitlines()
    assert [line.split(":")[0] for line in fetched] == ["second/main", "second/side"]
    assert console.run("git-ledger -C grace fetch origin --all").code == 2


def test_where_there_is_no_ledger_nothing_is_pushed(console: Console) -> None:
    must(console, f"git clone -q {url(console)} grace")
    must(console, "git -C grace commit -q --allow-empty -m third")
    assert must(console, "git-ledger -C grace push --all") == ""
    assert must(console, "git -C server.git log -1 --format=%s main") == "more"
    assert console.run("git-ledger -C grace push").code == 3


def test_which_remote_is_meant(console: Console) -> None:
    must(console, "git init -q -b main alone")
    assert console.run("git-ledger -C alone fetch").code == 3
    must(console, f"git -C alone remote add first {url(console)}")
    must(console, "git-ledger -C alone fetch")
    must(console, f"git -C alone remote add second {url(console)}")
    printed = console.run("git-ledger -C alone fetch")
    assert (printed.code, "first, second" in printed.stderr) == (2, True)
    must(console, "git-ledger -C alone fetch second")
    assert console.run("git-ledger -C alone fetch third").code == 3


def test_who_watches_sees_the_progress_of_git(console: Console, capfd: pytest.CaptureFixture[str]) -> None:
    must(console, "git-ledger -C ada append --rule train --set model/b:=1")
    assert console.run_here(["-C", "ada", "push", "-q"], stderr_width=80).code == 0
    assert capfd.readouterr().err == ""
    must(console, "git-ledger -C ada append --rule train --set model/b:=2")
    assert console.run_here(["-C", "ada", "push"], stderr_width=80).code == 0
    assert "Writing objects: 100%" in capfd.readouterr().err


def test_an_address_is_relative_to_where_git_finds_it(console: Console) -> None:
    below = console.directory / "ada/below"
    below.mkdir()
    must(console, "git-ledger -C ada append --rule train --set model/b:=1")
    assert must(console, "git-ledger -C ada/below push").startswith("pushed: ")
