"""The entry of the program ``git-ledger``. It imports next to nothing: ``--version`` needs no more."""

import gc
import os
import sys

from gitledger import __version__


def program() -> None:
    """Run the command line of this process and end it.

    Nothing is left to do then but to free memory, object by object, which takes Python as long as reading a timeline
    does; the kernel does it at once.
    """
    code = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def main() -> int:
    """Run the command line of this process; return its exit code."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        sys.stdout.write(f"git-ledger {__version__}\n")
        return 0
    # Until all is imported: no garbage is made before.
    gc.disable()
    try:
        from gitledger.cli.open import outside
        from gitledger.cli.run import run

        return run(arguments, outside())
    except KeyboardInterrupt:  # while modules were imported; later, `run` knows what to do
        return 130
