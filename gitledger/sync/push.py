"""``push``: let a remote have what the ledgers have here. Specified in ``docs/sharing.md``.

A push is a compare-and-swap on the remote. If it loses, what the remote has by then is fetched and pulled, and the
push is tried again, as an append is.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, Literal, Protocol

from gitledger.errors import ConflictError, PolicyError
from gitledger.frozen import frozen
from gitledger.ids import EventId, LedgerName
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import head_of
from gitledger.store import layout
from gitledger.store.transport import PushAnswer
from gitledger.sync.fetch import Source
from gitledger.sync.judge import Judged, Progress, silent
from gitledger.sync.pull import pull

ATTEMPTS: Final = 512
"""Every lost swap is somebody else's publication that got there: eight who push fifty each make it lose 350 at most."""


class Target(Source, Protocol):
    """A remote that can be pushed to."""

    def push(self, names: Collection[LedgerName], *, dry_run: bool = False) -> Mapping[LedgerName, PushAnswer]:
        """Move its refs to where ours are, forward only."""


@frozen
class Pushed:
    """What became of one ledger.

    Attributes:
        ledger: its name.
        outcome: "rejected" only in a dry run: the remote has what was not pulled yet, or refuses; "refused" if what
            the remote has by now has findings.
        event: its newest event here.
        judged: what came out about the publications that a pull brought, if it came to that.
    """

    ledger: LedgerName
    outcome: Literal["pushed", "up-to-date", "rejected", "refused"]
    event: EventId
    judged: Judged | None = None


def push(
    ledgers: Iterable[Ledger],
    remote: Target,
    *,
    merge: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Iterator[Pushed]:
    """Push ledgers; yield each when it is done. Nothing of the remote is ever lost.

    Args:
        ledgers: of one repository.
        remote: whom to push to.
        merge: as in `pull`.
        dry_run: only ask what would be done.
        progress: told how far judging is.

    Raises:
        NotFoundError: there is no such ledger.
        OverlapError: the remote has what touches the same; nothing moved here or there.
        PolicyError: the remote refuses what follows all that it has.
        ConflictError: no turn was to be had.
        StorageError: the remote cannot be reached.
    """
    pending = {ledger.name: ledger for ledger in ledgers}
    heads = {name: head_of(ledger).events[-1] for name, ledger in pending.items()}
    stood_still: set[LedgerName] = set()
    for _ in range(ATTEMPTS):
        for name, answer in remote.push(list(pending), dry_run=dry_run).items():
            if answer.outcome != "rejected" or dry_run:
                yield Pushed(ledger=name, outcome=answer.outcome, event=heads[name])
                del pending[name]
            elif name in stood_still:
                raise _refused(name, remote.name, answer.reason)
        if not pending:
            return
        remote.fetch()
        # A remote that rejected what follows all that it has may have been busy. Once.
        stood_still = set(pending)
        for name, ledger in list(pending.items()):
            if ledger.refs.read(layout.tracking_ref(remote.name, name)) is None:
                continue
            pulled = pull(ledger, remote.name, merge=merge, progress=progress)
            heads[name] = pulled.event or heads[name]
            if pulled.outcome == "refused":
                yield Pushed(ledger=name, outcome="refused", event=heads[name], judged=pulled.judged)
                del pending[name]
            elif pulled.outcome != "ahead":
                stood_still.discard(name)
    raise ConflictError(
        f"{remote.name} moved {ATTEMPTS} times while this was pushed; expected to get a turn",
        hint="nothing is lost; try again",
    )


def _refused(name: LedgerName, remote: str, reason: str) -> PolicyError:
    return PolicyError(
        f"{remote} refuses ledger {name}: {reason}; expected it to take what follows all that it has",
        details={"remote": remote, "ledger": name, "reason": reason},
    )
