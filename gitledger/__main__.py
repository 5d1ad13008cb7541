"""``python -m gitledger``: the command line, where no ``git-ledger`` is on the path."""

import sys

from gitledger.cli.main import main

sys.exit(main())
