"""Judging one publication against its parents.

The procedure, numbered as in ``docs/format/verification.md``:

1. the commit has the form of a publication's, and its tree can be read;
2. the envelope is canonical; operation, clock, people and time are those of the parents and the commit;
3. the parents can be joined: a merge has two, which have diverged, with disjoint footprints;
4. each event is canonical, follows the event before it, names its rule and its delta; the write set is the delta's
   keys; the delta is exactly what changes; the state after it is the one that it claims;
5. if signatures are to be judged: the commit's holds, and the policy in force lets whoever signed do this;
6. the whole tree is made again from the events, and is the one that the commit names;
7. every object that the publication adds is there and hashes to its name.

Each publication is judged on what its parents really hold, so that one fault is found once, where it is, and so that
publications can be judged in any order and by different processes.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import tee
from typing import TYPE_CHECKING, Final, NamedTuple

from gitledger.errors import DamageError, FormatError
from gitledger.ids import Oid
from gitledger.ledger.cycles import no_search_for_cycles
from gitledger.ledger.draft import Draft
from gitledger.ledger.guard import Guard
from gitledger.ledger.publication import Publication, read, read_publication
from gitledger.ledger.sealed import Sealed
from gitledger.model.envelope import Envelope, parse_envelope
from gitledger.store import layout
from gitledger.store.base import CheckSignatures, ObjectStore
from gitledger.store.commit import Commit, parse_commit
from gitledger.verify.ahead import NOTHING, Ahead, each_with_ahead
from gitledger.verify.carried import Carried, named, rows_of
from gitledger.verify.case import Case, UnjudgeableError, damage_code
from gitledger.verify.compare import note_differences, place_of
from gitledger.verify.envelope import judge_envelope
from gitledger.verify.finding import Finding
from gitledger.verify.order import PARENTS
from gitledger.verify.parents import draft_on
from gitledger.verify.replay import Replay

if TYPE_CHECKING:
    from gitledger.verify.signatures import Signatures

_ZONE: Final = "+0000"


class Verdict(NamedTuple):
    """What came out about one publication: all that was found, and how many of its events were judged."""

    findings: tuple[Finding, ...]
    events: int


class _Left(NamedTuple):
    """What a sound publication left in memory: the next one need not read it again."""

    publication: Publication
    ts: int
    draft: Draft


class Judge:
    """Judges publications of one repository; fastest where each follows the one judged before it.

    Args:
        objects: where they are read.
        cut: those behind which history is cut off. They are believed; only that all of them is here is judged.
        check_signatures: asks git about signatures; None if they are not to be judged.
    """

    def __init__(
        self,
        objects: ObjectStore,
        cut: frozenset[Oid] = frozenset(),
        check_signatures: CheckSignatures | None = None,
    ) -> None:
        self._objects = objects
        self._cut = cut
        self._signatures = _signatures(objects, check_signatures) if check_signatures else None
        self._replay = Replay()
        self._left: _Left | None = None

    def judge_all(self, oids: Iterable[Oid]) -> Iterator[Verdict]:
        """Yield the verdict on each publication; commits, trees and what git says of signatures are asked for together.

        Raises:
            StorageError: the machine underneath failed.
        """
        judged, ahead = tee(oids)
        if self._signatures:
            self._signatures.look_ahead(ahead)
        for oid, read_ahead in each_with_ahead(self._objects, judged):
            yield self.judge(oid, read_ahead)

    def judge(self, oid: Oid, ahead: Ahead = NOTHING) -> Verdict:
        """Return everything that is wrong with one publication, of which some may have been read ahead.

        Raises:
            StorageError: the machine underneath failed.
        """
        case = Case(self._objects, oid, ahead)
        before, self._left = self._left, None
        with no_search_for_cycles(), suppress(UnjudgeableError):
            if oid in self._cut:
                from gitledger.verify.base import judge_base

                judge_base(case)
                return Verdict(case.findings, case.events)
            try:
                left = self._judge(case, before)
            except (DamageError, FormatError) as error:
                # All that is read beside this publication's own parts is what its parents left.
                case.note("parent", "", f"what its parents left cannot be read: {error.message}")
            else:
                self._left = None if case.findings else left
        return Verdict(case.findings, case.events)

    def _judge(self, case: Case, before: _Left | None) -> _Left | None:
        # 1. the commit and its tree
        commit = self._commit(case)
        root = {entry.name: entry for entry in case.tree(commit.tree, "")}
        case.fetch(root[name].oid for name in (layout.ENVELOPE, layout.EVENTS, layout.DELTAS) if name in root)
        events, deltas = rows_of(case, root, limit=layout.PUBLICATION_EVENTS if len(commit.parents) == 1 else 1)
        # 2. the envelope
        known = before if before and commit.parents == (before.publication.oid,) else None
        parents = [known.publication] if known else [self._parent(case, one) for one in commit.parents]
        clocks = [known.ts] if known else [_clock(case, parent) for parent in parents]
        data = case.bytes_of(named(case, root, layout.ENVELOPE).oid, "blob", "envelope")
        envelope = judge_envelope(case, data, commit, clocks=clocks, events=len(events))
        # 3. the parents
        draft, heads = (known.draft, known.publication.events[-1:]) if known else draft_on(case, parents)
        # 4. the events
        keys = _keys(envelope) if envelope else [None] * len(events)
        guard = Guard(draft)
        carried = [Carried(*event, *delta, key) for event, delta, key in zip(events, deltas, keys, strict=True)]
        self._replay.run(case, draft, guard, carried, heads)
        # 5. the signature
        if self._signatures:
            from gitledger.verify.signatures import judge_signer

            judge_signer(case, commit, guard, self._signatures)
        # 6. the whole tree
        sealed = draft.seal(data)
        trees = {new.oid: new.data for new in sealed.objects if new.kind == "tree"}
        if sealed.tree != commit.tree:
            unknown = frozenset() if envelope else frozenset({layout.KEYS})
            note_differences(case, stored=commit.tree, recomputed=sealed.tree, trees=trees, unknown=unknown)
            return None
        # 7. the objects
        read_before = case.fetched.keys() | case.seen
        for oid, error in case.damaged([new.oid for new in sealed.objects if new.oid not in read_before]):
            case.note(damage_code(error), place_of(oid, sealed.tree, trees, self._objects.format), error.message)
        return _Left(_publication(case.publication, commit, sealed), envelope.ts, draft) if envelope else None

    def _commit(self, case: Case) -> Commit:
        data = case.bytes_of(case.publication, "commit", "", otherwise="commit-format")
        commit = case.parse("commit-format", "", lambda: parse_commit(data, self._objects.format))
        parents = len(commit.parents)
        if parents > PARENTS or len(set(commit.parents)) < parents:
            raise case.stop("commit-format", "", f"it has {parents} parents; expected at most {PARENTS}, distinct")
        for person in (commit.author, commit.committer):
            if person.zone != _ZONE:
                case.note("commit-format", "", f"a date has the zone {person.zone}; expected {_ZONE}")
        return commit

    def _parent(self, case: Case, oid: Oid) -> Publication:
        try:
            return read_publication(self._objects, oid)
        except DamageError as error:
            raise case.stop("parent", "", f"its parent {oid.hex()} cannot be read: {error.message}") from error


def _signatures(objects: ObjectStore, check: CheckSignatures) -> "Signatures":
    # Imported here because most verifications do without.
    from gitledger.verify.signatures import Signatures

    return Signatures(objects, check)


def _clock(case: Case, parent: Publication) -> int | None:
    try:
        return parse_envelope(read(case.objects, parent.trees[layout.ENVELOPE], "blob")).ts
    except (DamageError, FormatError) as error:
        case.note("parent", "", f"the clock of its parent {parent.oid.hex()} cannot be read: {error.message}")
        return None


def _keys(envelope: Envelope) -> list[str | None]:
    found = (event.get("key") for event in envelope.events)
    return [key if isinstance(key, str) else None for key in found]


def _publication(oid: Oid, commit: Commit, sealed: Sealed) -> Publication:
    return Publication(
        oid=oid, commit=commit, trees=sealed.trees, events=sealed.events, deltas=sealed.deltas, log=sealed.log
    )
