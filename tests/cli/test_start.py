"""What a start costs: which modules are imported, and which are not."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import gitledger
from tests.cli.console import ROOT, Console

HEAVY = {"typer", "click", "rich", "pydantic", "pygit2", "dulwich", "cbor2", "dataclasses", "inspect", "tempfile"}
SLOW = {"datetime", "json", "pathlib", "sqlite3", "subprocess", "threading"}
"""What a verb may need, at 1 to 6 ms each."""

# Runs a command line as `git-ledger` does, then says which modules were imported for it.
PROBE = """
import sys
before = set(sys.modules)
from gitledger.cli.main import main
sys.argv[1:] = sys.argv[2:]
code = main()
sys.stderr.write(" ".join(sys.modules.keys() - before))
sys.exit(code)
"""


def imported(console: Console, *arguments: str) -> set[str]:
    """Return the modules that a command line imports."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, "git-ledger", *arguments],
        cwd=console.directory,
        env={**console.env, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in done.stderr.split()} | set(done.stderr.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["append", "--rule", "r", "--set", "a=2"],
        ["vst", "a"],
        ["get", "a"],
        ["verify"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_verb_imports_no_heavy_package(ledger: Console, arguments: list[str]) -> None:
    assert ledger.run("git-ledger append --rule r --set a=1").code == 0
    modules = imported(ledger, *arguments)
    assert "gitledger.cli.run" in modules
    assert not HEAVY & modules


@pytest.mark.parametrize(
    ("arguments", "slow", "ours"),
    [
        (["get", "a"], {"json"}, 60),
        (["vst", "a"], {"json"}, 70),
        (["log", "-n", "1"], {"datetime", "json"}, 65),
        (["verify", "--since", "#2"], {"datetime"}, 80),
        (["append", "--rule", "r", "--set", "a=2"], {"datetime", "pathlib", "threading"}, 85),
    ],
    ids=lambda one: one[0] if isinstance(one, list) else None,
)
def test_a_verb_imports_what_it_uses(ledger: Console, arguments: list[str], slow: set[str], ours: int) -> None:
    """Half of the time of a short command goes into imports; a tenth of a millisecond is what the least one takes."""
    assert ledger.run("git-ledger append --rule r --set a=1").code == 0
    del ledger.env["GIT_COMMITTER_DATE"]  # which git would be asked to read
    modules = imported(ledger, *arguments)
    assert SLOW & modules == slow
    assert len({name for name in modules if name.startswith("gitledger")}) <= ours


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("get a", []),
        ("vst a", []),
        ("verify --since #2", []),
        ("verify --since EVENT", []),
        ("append --rule r --set a=2", ["update-ref"]),
    ],
)
def test_a_verb_runs_few_gits(ledger: Console, tmp_path: Path, command: str, more: list[str]) -> None:
    """One finds the repository, one reads the settings, one reads objects; a fourth moves the ref."""
    event = ledger.run("git-ledger append --rule r --set a=1").stdout.strip()
    log = tmp_path / "trace"
    ledger.env["GIT_TRACE2_EVENT"] = str(log)
    del ledger.env["GIT_COMMITTER_DATE"]  # which git would be asked to read
    assert ledger.run(f"git-ledger {command.replace('EVENT', event)}").code == 0
    started = [json.loads(line) for line in log.read_text().splitlines()]
    names = [one["name"] for one in started if one["event"] == "cmd_name"]
    assert sorted(names) == sorted(["rev-parse", "config", "cat-file", *more])


def test_a_failure_as_json_imports_nothing_any_more(console: Console) -> None:
    """Where no file can be opened any more, it could not."""
    script = """
import sys
from gitledger.cli import failure
told = failure.format_error
def tell(*arguments):
    before = set(sys.modules)
    try:
        return told(*arguments)
    finally:
        assert sys.modules.keys() == before
failure.format_error = tell
from gitledger.cli.main import main
sys.argv[1:] = ["verify", "--json"]
sys.exit(main())
"""
    env = {**console.env, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=console.directory, env=env, capture_output=True, check=False
    )
    assert (done.returncode, b'"error": "NotFoundError"' in done.stderr) == (3, True), done.stderr


def test_an_append_without_a_policy_knows_nothing_of_policies(ledger: Console) -> None:
    modules = imported(ledger, "append", "--rule", "r", "--set", "a=1")
    assert "gitledger.ledger.guard" in modules
    assert not {"gitledger.model.policy", "gitledger.model.permission", "gitledger.model.armor"} & modules


def test_the_version_imports_nothing_of_ours_but_the_entry(console: Console) -> None:
    modules = {name for name in imported(console, "--version") if name.startswith("gitledger")}
    assert modules == {"gitledger", "gitledger.cli", "gitledger.cli.main"}


def test_the_package_alone_imports_nothing(console: Console) -> None:
    script = "import sys; before = set(sys.modules); import gitledger; print(*(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", script], env={**console.env, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True
    )
    assert done.stdout.split() == [b"gitledger"]


def test_every_promised_name_is_there() -> None:
    assert 10 <= len(gitledger.__all__) <= 16
    for name in gitledger.__all__:
        assert getattr(gitledger, name) is not None
    with pytest.raises(AttributeError, match="nothing_else"):
        gitledger.nothing_else  # noqa: B018 - the access is the test


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert gitledger.__version__ == project["version"]
    assert project["scripts"] == {"git-ledger": "gitledger.cli.main:program"}


def test_the_version_is_printed_by_every_way_in(console: Console) -> None:
    ways = ["git-ledger --version", "git ledger --version", "git-ledger -q --version", "git-ledger --version --json"]
    for way in ways:
        assert console.run(f"{way} | cat").stdout == f"git-ledger {gitledger.__version__}\n", way
    done = subprocess.run([sys.executable, "-m", "gitledger", "--version"], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.decode() == f"git-ledger {gitledger.__version__}\n"


def test_help_lists_every_verb_and_fits_sixty_columns(console: Console) -> None:
    console.env["COLUMNS"] = "60"
    printed = console.run("git-ledger --help | cat").stdout
    for verb in ("append", "vst", "import-git"):
        assert f"\n  {verb} " in printed
    assert "\x1b" not in printed
    assert max(map(len, printed.splitlines())) <= 60
    assert "--expect K=TEXT|K:=JSON|K!" in console.run("git-ledger append --help | cat").stdout


def test_the_library_as_the_readme_uses_it(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    assert console.run("git init -q").code == 0
    monkeypatch.chdir(console.directory)
    ledger = gitledger.open(".", env=console.env)
    gitledger.init(ledger)
    gitledger.append(ledger, gitledger.change("train", set={"model/accuracy": 0.93}))
    assert gitledger.get(ledger, "model/accuracy") == 0.93
    assert dict(gitledger.state(ledger).values()) == {"model/accuracy": 0.93}
    ledger.objects.close()
    ledger.refs.close()
