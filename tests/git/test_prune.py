"""Pruning in real repositories: what goes, what stays, and that everybody goes on working with everybody."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gitledger.errors import ConflictError
from gitledger.retention.prune import plan_prune, prune
from gitledger.store.housekeeping import Housekeeping
from gitledger.store.open import find_repository
from tests.cli.console import Console, Printed
from tests.ledgers import assert_sound, git, open_ledger, write

MAIN = "refs/ledger/main"
with_either_hash = pytest.mark.parametrize("ready", ["sha1", "sha256"], indirect=True)
CHANGES = "".join(json.dumps({"rule": "count", "set": {f"n{n % 70}": n}}) + "\n" for n in range(400))


def must(console: Console, command: str) -> str:
    """Run a command that succeeds; return what it prints."""
    printed = console.run(command)
    assert printed.code == 0, f"{command}: {printed.stderr}"
    return printed.stdout.strip()


def refused(console: Console, command: str, code: int = 5) -> Printed:
    printed = console.run(command)
    assert printed.code == code, printed
    return printed


def answer(console: Console, command: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(must(console, f"{command} --json"))
    return found


@pytest.fixture(scope="module")
def ready(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a server and the repository ``ada`` with code and a ledger of 401 events.

    They are in four publications, which end at 1, 201, 301 and 401. A checkpoint is kept of the third, the first that
    carries all events of a partial tile.
    """
    work = tmp_path_factory.mktemp("ready")
    object_format = getattr(request, "param", "sha1")
    console = Console(work, work / "tools")
    must(console, f"git init -q --bare -b main --object-format={object_format} server.git")
    must(console, f"git init -q -b main --object-format={object_format} ada")
    must(console, "git -C ada commit -q --allow-empty -m code")
    must(console, "git -C ada remote add origin ../server.git")
    must(console, "git -C ada push -q origin main")
    must(console, "git-ledger -C ada init")
    grow(console, 0, 200)
    grow(console, 200, 300)
    must(console, "git-ledger -C ada checkpoint")
    grow(console, 300, 400)
    return work


@pytest.fixture
def console(ready: Path, tmp_path: Path) -> Console:
    """Return a console beside a copy of both."""
    return Console(Path(shutil.copytree(ready, tmp_path / "work")), tmp_path / "tools")


def grow(console: Console, start: int, stop: int) -> None:
    """Publish these changes together."""
    (console.directory / "batch").write_text("".join(CHANGES.splitlines(keepends=True)[start:stop]))
    must(console, "git-ledger -C ada append --batch ../batch")


@pytest.fixture
def pruned(console: Console) -> Console:
    """Return the console when ``ada`` has pushed and pruned."""
    must(console, "git-ledger -C ada push")
    must(console, "git-ledger -C ada prune --before 301")
    return console


def sound(console: Console, clone: str) -> str:
    """Demand that git and we find nothing wrong; return what was verified."""
    must(console, f"git -C {clone} fsck --strict --full --no-dangling")
    verdict, counts = must(console, f"git-ledger -C {clone} verify").splitlines()
    assert verdict.endswith(": sound")
    return counts


def rev(console: Console, clone: str, name: str) -> str:
    return git(console.directory / clone, "rev-parse", name)


def shallow(console: Console, clone: str) -> list[str]:
    path = console.directory / clone / ".git" / "shallow"
    return path.read_text().split() if path.exists() else []


def test_what_goes_is_said_and_nothing_is_done(console: Console) -> None:
    must(console, "git-ledger -C ada push")
    before = git(console.directory / "ada", "count-objects", "-v")
    told = answer(console, "git-ledger -C ada prune --dry-run --before 301")
    assert (told["first"], told["last"], told["publications"]) == (1, 201, 2)
    assert (told["held_by"], told["freed"]) == ("remote origin", None)
    assert told["base"] == rev(console, "ada", f"{MAIN}~1")
    assert 0 < told["bytes"] < 200_000
    assert git(console.directory / "ada", "count-objects", "-v") == before
    assert shallow(console, "ada") == []


@with_either_hash
def test_history_goes_and_all_else_stays(pruned: Console) -> None:
    base = rev(pruned, "ada", f"{MAIN}~1")
    assert shallow(pruned, "ada") == [base]
    listed = git(pruned.directory / "server.git", "rev-list", MAIN).splitlines()
    here = git(pruned.directory / "ada", "rev-list", MAIN).splitlines()
    assert here == listed[:2]
    for gone in listed[2:]:
        assert pruned.run(f"git -C ada cat-file -e {gone}").code != 0
    assert sound(pruned, "ada") == "100 events, 1 publication, 0 findings, from checkpoint 301"
    assert must(pruned, "git-ledger -C ada get n69") == "349"
    assert len(must(pruned, "git-ledger -C ada state").splitlines()) == 70
    assert rev(pruned, "ada", "HEAD") == rev(pruned, "server.git", "main")


def test_questions_are_answered_as_far_as_they_can_be(pruned: Console) -> None:
    told = pruned.run("git-ledger -C ada log --oneline")
    assert len(told.stdout.splitlines()) == 200
    assert told.stderr.startswith("hint: history is cut off before these; git ledger rehydrate")
    assert pruned.run("git-ledger -C ada log --oneline -n 5").stderr == ""
    told = pruned.run("git-ledger -C ada vst n7")
    listed = [line.split(" ", 1)[1] for line in told.stdout.splitlines()]
    assert listed == ["= 357 (count)", "= 287 (count)", "= 217 (count)", *["archived"] * 3]
    assert told.stderr.startswith("hint: 3 older events are archived; ")


def test_the_repository_is_as_small_as_a_clone_of_what_stays(pruned: Console) -> None:
    must(pruned, f"git-ledger clone --depth 2 file://{pruned.directory}/server.git short")
    must(pruned, "git -C short repack -q -a -d")
    sizes = [
        int(git(pruned.directory / one, "count-objects", "-v").split("size-pack: ")[1].split()[0])
        for one in ("ada", "short")
    ]
    assert sizes[0] <= sizes[1] + 4, sizes


@with_either_hash
def test_a_pruned_clone_and_a_full_one_push_and_pull_both_ways(pruned: Console) -> None:
    must(pruned, "git-ledger clone server.git grace")
    must(pruned, "git-ledger -C ada append --rule r --set ada:=1")
    assert must(pruned, "git-ledger -C ada push").startswith("pushed: ")
    must(pruned, "git-ledger -C grace append --rule r --set grace:=1")
    assert must(pruned, "git-ledger -C grace pull").startswith("re-parented: ")
    assert must(pruned, "git-ledger -C grace push").startswith("pushed: ")
    must(pruned, "git-ledger -C ada append --rule r --set ada:=2")
    assert must(pruned, "git-ledger -C ada pull --merge").startswith("merged: ")
    assert must(pruned, "git-ledger -C ada push").startswith("pushed: ")
    must(pruned, "git-ledger -C grace pull")
    assert rev(pruned, "ada", MAIN) == rev(pruned, "grace", MAIN)
    assert len(shallow(pruned, "ada")) == 1
    assert sound(pruned, "ada").endswith("from checkpoint 301")
    assert sound(pruned, "grace") == "405 events, 8 publications, 0 findings"
    assert shallow(pruned, "grace") == []


@with_either_hash
def test_appends_fill_a_tile_and_a_second_prune_goes_on_from_the_first(pruned: Console) -> None:
    for start in (0, 90, 180):
        grow(pruned, start, start + 90)
    must(pruned, "git-ledger -C ada checkpoint")
    must(pruned, "git-ledger -C ada push")
    told = answer(pruned, "git-ledger -C ada prune")
    assert (told["first"], told["last"], told["checkpoint"]) == (202, 491, 671)
    # The older checkpoint keeps its publication alone, and so the proofs that are made from it.
    assert sorted(shallow(pruned, "ada")) == sorted(
        [rev(pruned, "ada", f"{MAIN}~1"), rev(pruned, "server.git", f"{MAIN}~4")]
    )
    assert sound(pruned, "ada").endswith("from checkpoint 671")
    must(pruned, "git -C ada cat-file tag refs/ledger-checkpoint/main/301 | sed '1,/^$/d' > old")
    must(pruned, "git-ledger -C ada prove variable n7 --checkpoint ../old > proof")
    must(pruned, "git-ledger check-proof proof --checkpoint old")


def test_nothing_goes_that_nobody_else_holds(console: Console) -> None:
    before = rev(console, "ada", MAIN)
    for command in ("prune", "prune --discard"):
        told = refused(console, f"git-ledger -C ada {command} --before 301")
        assert "nobody else is known to hold events #1 to #201" in told.stderr
    assert shallow(console, "ada") == []
    must(console, "git-ledger -C ada prune --before 301 --discard --discard")
    assert sound(console, "ada").endswith("from checkpoint 301")
    assert rev(console, "ada", MAIN) == before


def test_a_remote_that_has_less_keeps_what_it_needs(console: Console) -> None:
    """Without what the remote has, and what follows, nothing could be pushed to it any more."""
    must(console, "git-ledger -C ada push")
    grow(console, 0, 200)
    must(console, "git-ledger -C ada checkpoint")
    assert answer(console, "git-ledger -C ada prune")["last"] == 201
    assert must(console, "git-ledger -C ada push").startswith("pushed: ")


@with_either_hash
def test_a_remote_whose_own_history_was_cut_off_holds_nothing(console: Console) -> None:
    must(console, "git-ledger -C ada push")
    must(console, "git-ledger clone server.git grace")
    must(console, "git-ledger -C grace checkpoint")
    must(console, "git -C grace push -q origin refs/ledger-checkpoint/*")
    must(console, "git -C ada fetch -q origin refs/ledger-checkpoint/*:refs/ledger-checkpoint/*")
    must(console, "git -C server.git remote add ada ../ada")
    must(console, "git-ledger -C server.git fetch ada")
    must(console, "git-ledger -C server.git prune")
    assert (console.directory / "server.git" / "shallow").exists()
    refused(console, "git-ledger -C ada prune")
    assert shallow(console, "ada") == []


def test_a_pin_keeps_its_publication_and_all_after_it(console: Console) -> None:
    must(console, f"git -C ada update-ref refs/ledger-pin/audit {MAIN}")
    grow(console, 0, 200)
    must(console, "git-ledger -C ada checkpoint")
    must(console, "git-ledger -C ada push")
    assert answer(console, "git-ledger -C ada prune")["last"] == 201
    must(console, "git -C ada update-ref -d refs/ledger-pin/audit")
    assert answer(console, "git-ledger -C ada prune")["last"] == 401


def test_a_tag_of_somebody_on_a_publication_is_in_the_way(console: Console) -> None:
    must(console, "git-ledger -C ada push")
    must(console, f"git -C ada tag mine {MAIN}~1")
    assert "refs/tags/mine" in refused(console, "git-ledger -C ada prune").stderr
    assert shallow(console, "ada") == []


def test_ledgers_that_share_history_stay_whole_enough_to_be_merged(console: Console) -> None:
    must(console, "git-ledger -C ada branch side")
    must(console, "git-ledger -C ada --ledger side append --rule r --set side:=1")
    grow(console, 0, 200)
    must(console, "git-ledger -C ada checkpoint")
    must(console, "git-ledger -C ada push --all")
    assert answer(console, "git-ledger -C ada prune")["last"] == 201
    must(console, "git-ledger -C ada merge side")
    assert sound(console, "ada").endswith("from checkpoint 301")
    must(console, "git-ledger -C ada --ledger side verify")


def test_it_is_not_for_continuous_integration(console: Console) -> None:
    must(console, "git-ledger -C ada push")
    console.env["CI"] = "true"
    assert "ledger.pruneInCi" in refused(console, "git-ledger -C ada prune").stderr
    must(console, "git-ledger -C ada prune --dry-run")
    must(console, "git -C ada config ledger.pruneInCi true")
    must(console, "git-ledger -C ada prune")
    assert len(shallow(console, "ada")) == 1


@with_either_hash
def test_what_an_interrupted_prune_has_left_goes_with_the_next(console: Console) -> None:
    must(console, "git-ledger -C ada push")
    base = rev(console, "ada", f"{MAIN}~1")
    (console.directory / "ada" / ".git" / "shallow").write_text(f"{base}\n")
    (console.directory / "ada" / ".git" / "ledger" / "pruning").touch()
    assert must(console, "git-ledger -C ada prune").startswith("nothing to drop: ")
    assert console.run(f"git -C ada cat-file -e {base}^").code != 0
    assert sound(console, "ada").endswith("from checkpoint 301")


def test_reflogs_and_the_commit_graph_keep_nothing(console: Console) -> None:
    must(console, "git -C ada config core.logAllRefUpdates always")
    must(console, "git-ledger -C ada append --rule r --set a:=1")
    gone = rev(console, "ada", f"{MAIN}~3")
    must(console, f"git -C ada update-ref -m back {MAIN} {gone} {MAIN}")
    must(console, f"git -C ada update-ref -m again {MAIN} {MAIN}@{{1}} {gone}")
    must(console, "git -C ada commit-graph write --reachable")
    must(console, "git-ledger -C ada push")
    must(console, "git-ledger -C ada prune")
    assert console.run(f"git -C ada cat-file -e {gone}").code != 0
    sound(console, "ada")


def test_the_code_of_the_repository_is_not_touched(console: Console) -> None:
    for message in ("one", "two"):
        must(console, f"git -C ada commit -q --allow-empty -m {message}")
    must(console, "git -C ada branch other HEAD~1")
    before = git(console.directory / "ada", "rev-list", "--objects", "--branches")
    must(console, "git-ledger -C ada push")
    must(console, "git-ledger -C ada prune")
    assert git(console.directory / "ada", "rev-list", "--objects", "--branches") == before


def test_the_cut_moves_on_and_leaves_nothing_of_where_it_was(console: Console) -> None:
    must(console, "git -C ada update-ref -d refs/ledger-checkpoint/main/301")
    must(console, "git-ledger -C ada checkpoint")
    must(console, "git-ledger -C ada push")
    must(console, "git-ledger -C ada prune")
    first = shallow(console, "ada")
    assert first == [rev(console, "ada", f"{MAIN}~1")]
    must(console, "git -C ada update-ref -d refs/ledger-checkpoint/main/401")
    grow(console, 0, 200)
    must(console, "git-ledger -C ada checkpoint")
    must(console, "git-ledger -C ada push")
    assert answer(console, "git-ledger -C ada prune")["last"] == 401
    assert shallow(console, "ada") == [rev(console, "ada", MAIN)]


def test_a_remote_that_was_cut_off_where_we_were_holds_what_goes_now(console: Console) -> None:
    must(console, "git-ledger -C ada push")
    must(console, "git-ledger -C ada prune")
    cut = shallow(console, "ada")[0]
    (console.directory / "server.git" / "shallow").write_text(f"{cut}\n")
    must(console, "git -C server.git repack -q -a -d")
    grow(console, 0, 200)
    must(console, "git-ledger -C ada checkpoint")
    must(console, "git-ledger -C ada push")
    assert answer(console, "git-ledger -C ada prune")["held_by"] == "remote origin"


def test_a_remote_that_went_back_holds_nothing_whatever_it_had(console: Console) -> None:
    must(console, "git-ledger -C ada push")
    must(console, f"git -C server.git update-ref {MAIN} {MAIN}~2")
    refused(console, "git-ledger -C ada prune")
    assert shallow(console, "ada") == []


def test_a_remote_that_went_on_is_fetched_from_before_it_is_believed(console: Console) -> None:
    must(console, "git-ledger -C ada push")
    must(console, "git-ledger clone server.git grace")
    must(console, "git-ledger -C grace append --rule r --set grace:=1")
    must(console, "git-ledger -C grace push")
    assert answer(console, "git-ledger -C ada prune")["held_by"] == "remote origin"


def test_loose_objects_go_as_well(console: Console) -> None:
    ada = console.directory / "ada"
    packs = [pack.rename(console.directory / pack.name) for pack in (ada / ".git/objects/pack").glob("*.pack")]
    for pack in packs:
        (ada / ".git/objects/pack" / pack.with_suffix(".idx").name).unlink()
        git(ada, "unpack-objects", "-q", data=pack.read_bytes())
    gone = rev(console, "ada", f"{MAIN}~2")
    must(console, "git-ledger -C ada push")
    must(console, "git-ledger -C ada prune")
    assert console.run(f"git -C ada cat-file -e {gone}").code != 0


def test_what_moved_since_the_plan_is_looked_at_again(console: Console) -> None:
    ada = console.directory / "ada"
    house = Housekeeping(find_repository(ada, console.env), console.env)
    with open_ledger(ada, env=console.env) as ledger:
        plan = plan_prune(ledger, house)
        write(ledger, more="appended meanwhile")
        git(ada, "update-ref", "refs/ledger-pin/late", f"{MAIN}~4")
        with pytest.raises(ConflictError, match="refs/ledger-pin/late was moved meanwhile"):
            prune(ledger, house, plan)
        assert shallow(console, "ada") == []
        git(ada, "update-ref", "-d", "refs/ledger-pin/late")
        prune(ledger, house, plan)
        assert_sound(ledger)
    assert len(shallow(console, "ada")) == 1
