"""What a verification finds. Codes are stable; ``docs/findings.md`` lists them."""

from typing import Final, Literal

from gitledger.frozen import frozen
from gitledger.ids import EventId, LedgerName, Oid

Severity = Literal["error", "warning"]

CODES: Final = {
    "ref-target": "the ledger's ref points at something that is no commit",
    "object-missing": "an object that the ledger needs is not in the repository",
    "object-corrupt": "an object's bytes do not hash to its name, or cannot be read",
    "parent": "what a publication before this one left cannot be read, so this one cannot be judged",
    "commit-format": "a publication's commit has another form than a publication's",
    "tree-format": "a tree has entries that no ledger writes",
    "tree-foreign": "a publication's tree holds something that its events do not account for",
    "tree-absent": "a publication's tree lacks something that its events account for",
    "envelope-format": "an envelope is not canonical or has another shape",
    "envelope-clock": "the logical clock is not one more than the highest of the parents",
    "envelope-op": "the operation does not fit the parents",
    "envelope-count": "an envelope speaks of another number of events than there are",
    "envelope-people": "author or actor differ from the commit's author or committer",
    "envelope-time": "the time differs from the commit's dates",
    "event-format": "an event is not canonical or has another shape",
    "event-parents": "an event does not follow the events that it must follow",
    "event-rule": "an event names something that is no rule",
    "event-delta": "an event names another delta than the one at its place",
    "event-writeset": "the write set is not the keys of the delta",
    "event-after": "the state after an event is not the one that it claims",
    "delta-format": "a delta is not canonical or has another shape",
    "delta-padded": "a delta holds something that is no change",
    "delta-conflict": "a delta would give a value to a variable and to one below it",
    "genesis": "the first event is not a genesis event, or a genesis event is not the first",
    "merge": "a merge that writes, or that joins what cannot be joined",
    "publication-size": "a publication carries no event, or too many, or not as many deltas as events",
    "order": "events or deltas do not lie in order under their names",
    "rules": "the rules listed are not those that were used",
    "keys": "the idempotency keys listed are not those of the envelopes",
    "segments": "the sealed timeline segments listed are not those that were sealed",
    "state": "the stored state is not the result of the deltas",
    "timeline": "a stored timeline is not the events that wrote the variable",
    "log-head": "size, root or frontier of the Merkle log are not those of its events",
    "log-tile": "a tile of the Merkle log is not the hashes of its events",
    "ref-missing": "the ledger of a checkpoint has no ref, or the checkpoint is not kept",
    "checkpoint": "the repository does not hold what a checkpoint says",
    "rollback": "the ledger ends before a checkpoint of it",
    "fork": "the ledger went another way than a checkpoint of it",
    "unsigned": "a publication has no signature, which the policy in force asks for",
    "signature-invalid": "a signature is not over the bytes of its publication, or has another form than it must",
    "signer-unknown": "a publication is signed with a key that is nobody's, or cannot be judged here",
    "signer-not-allowed": "whoever signed may not do this",
    "rule-not-allowed": "a rule wrote what the policy in force does not let it write",
    "too-large": "an event or a publication is larger than the policy in force allows",
    "policy-broken": "a policy was deleted, or replaced by something that is none, or an event follows that",
    "policy-rollback": "a policy, or an approval of one, has not the version that comes next",
    "policy-approvals": "a policy was changed with the approval of too few keepers",
    "shallow": "history is cut off behind a publication that no checkpoint vouches for",
    "more": "a publication has more findings than are listed",
}
"""Every code, and what it means."""

LINE: Final = 400
"""Characters of a message. Bytes from outside may hold names of megabytes."""


@frozen
class Finding:
    """Something that is not as it must be.

    Attributes:
        code: one of `CODES`.
        severity: an error makes the ledger unsound; a warning does not.
        where: ``<publication>:<path>``, the publication, or the ref; one line.
        message: what was found; what was expected; one line.
    """

    code: str
    severity: Severity = "error"
    where: str
    message: str

    def __post_init__(self) -> None:
        """Hold our own code to the list."""
        if self.code not in CODES:
            raise AssertionError(f"{self.code} is not a listed code")


def one_line(text: str) -> str:
    """Return text that may hold anything as one line of at most `LINE` printable characters."""
    # Cut first: escaping a name of megabytes takes time.
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: LINE + 1])
    return escaped if len(escaped) <= LINE else escaped[: LINE - 1] + "…"


@frozen
class Report:
    """The outcome of a verification.

    Attributes:
        ledger: its name.
        head: the newest event, or None if the head could not be read.
        publication: the newest publication.
        events: how many events were verified.
        publications: how many publications were verified.
        findings: everything that was found, in the order of the log.
        checkpoint: where history is cut off, the size of the checkpoint that vouches for what is believed; else None.
    """

    ledger: LedgerName
    head: EventId | None
    publication: Oid
    events: int
    publications: int
    findings: tuple[Finding, ...]
    checkpoint: int | None = None

    @property
    def ok(self) -> bool:
        """Whether no error was found."""
        return not any(finding.severity == "error" for finding in self.findings)
