"""A checkout whose packages are not installed says so in one line."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_missing_is_named() -> None:
    """The package, and what to do, and no word of a bug."""
    program = (
        "import sys; sys.modules['typer'] = None; sys.argv = ['git-ledger', '--help'];"
        "from gitledger.cli.main import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True, env={"PYTHONPATH": "."}
    )
    assert done.returncode == 2
    assert done.stdout == ""
    first, second = done.stderr.splitlines()
    assert first.startswith("git-ledger: the Python package typer is not installed; expected ")
    assert second.startswith("hint: ")
