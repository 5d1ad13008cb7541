"""``python -m gitledger``: the command line, where no ``git-ledger`` is on the path."""

from gitledger.cli.main import program

program()
