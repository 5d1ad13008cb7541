"""The entry of the program ``git-ledger``. It imports next to nothing: ``--version`` needs no more."""

import sys

from gitledger import __version__


def main() -> int:
    """Run the command line of this process; return its exit code."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        sys.stdout.write(f"git-ledger {__version__}\n")
        return 0
    try:
        from gitledger.cli.open import outside
        from gitledger.cli.run import run

        return run(arguments, outside())
    except KeyboardInterrupt:  # while modules were imported; later, `run` knows what to do
        return 130
