"""What a start costs: which modules are imported, and which are not."""

import subprocess
import sys
import tomllib

import pytest

import gitledger
from tests.cli.console import ROOT, Console

HEAVY = {"typer", "click", "rich", "pydantic", "pygit2", "dulwich", "cbor2", "dataclasses", "inspect", "tempfile"}

# Runs a command line as `git-ledger` does, then says which modules are there.
PROBE = """
import sys
from gitledger.cli.main import main
sys.argv[1:] = sys.argv[2:]
code = main()
sys.stderr.write(" ".join(sys.modules))
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
