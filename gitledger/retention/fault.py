"""What a doctor finds, and what would help: values. `docs/git-ledger-doctor.md` lists the codes."""

from collections.abc import Callable, Mapping

from gitledger.frozen import frozen, replace
from gitledger.ids import LedgerName
from gitledger.ledger.handle import Ledger
from gitledger.store.housekeeping import Housekeeping
from gitledger.store.repository import Repository


@frozen
class Patient:
    """What is examined.

    Attributes:
        ledger: any ledger of the repository.
        house: Git's own tools on it.
        env: the environment.
        now: seconds since 1970.
    """

    ledger: Ledger
    house: Housekeeping
    env: Mapping[str, str]
    now: int

    @property
    def repository(self) -> Repository:
        """The repository."""
        return self.house.repository

    def of(self, name: LedgerName) -> Ledger:
        """Return another ledger of the repository."""
        return replace(self.ledger, name=name)


@frozen
class Remedy:
    """What would help.

    Attributes:
        text: what it does, as an order.
        apply: does it; raises `LedgerError` or ``OSError``.
    """

    text: str
    apply: Callable[[], object]


@frozen
class Fault:
    """Something that is not as it must be.

    Attributes:
        code: one word for programs.
        where: the file, ref, setting or object.
        message: what was found; what was expected.
        remedy: what would help, if a program can do it without asking.
    """

    code: str
    where: str
    message: str
    remedy: Remedy | None = None
