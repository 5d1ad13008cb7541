"""Why a push is refused: one line that begins with a stable code. ``docs/gate.md`` lists those of the gate."""

from typing import Final

from gitledger.errors import PolicyError
from gitledger.verify.finding import CODES as FINDING_CODES
from gitledger.verify.finding import one_line

CODES: Final = {
    "ref-name": "a push that touches a ledger moves something else, too, or names what no ledger is called",
    "ref-deleted": "a ledger or a checkpoint is never deleted by a push",
    "ref-twice": "one push moves a ref twice",
    "ref-stale": "the ref is not where the push believes it to be: somebody else was first",
    "ref-rewound": "a push takes away what the ledger has: it moves forward only",
    "pusher-unknown": "the server does not say who pushes, and its settings ask for it",
    "pusher-not-allowed": "who pushes is no signer of the policy in force",
    "surroundings": "the repository or the environment of the gate would show other objects than were pushed",
    "push-size": "a push is larger than the gate's limits",
    "push-twice": "a pack holds an object twice",
    "push-extra": "a push brings objects that no ref of it reaches",
    "gate-time": "the gate's time is up",
    "gate-memory": "the gate's memory is used up",
    "gate-failed": "the gate itself failed; what was pushed is not known to be wrong",
}
"""Codes of the gate alone. Beside them it says those of `gitledger.verify.finding`, and means the same."""


class RefusedError(PolicyError):
    """A push is refused.

    Args:
        code: one of `CODES`, or of a finding.
        where: the ref, ``<publication>:<path>``, or empty for the push as a whole.
        message: what was found; what was expected.
    """

    def __init__(self, code: str, where: str, message: str) -> None:
        if code not in CODES and code not in FINDING_CODES:
            raise AssertionError(f"{code} is not a listed code")
        super().__init__(message, details={"code": code, "where": where})
        self.code = code
        self.line = one_line(f"{code}: {where}: {message}" if where else f"{code}: {message}")
