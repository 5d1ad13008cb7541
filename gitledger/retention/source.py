"""The repository that history is taken from, and comes back to."""

from collections.abc import Mapping

from gitledger.frozen import frozen
from gitledger.ledger.handle import Ledger
from gitledger.store.repository import Repository


@frozen
class Source:
    """A ledger with the repository around it.

    Attributes:
        ledger: the ledger.
        repository: where it is.
        env: the environment for git.
    """

    ledger: Ledger
    repository: Repository
    env: Mapping[str, str]
