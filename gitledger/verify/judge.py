"""Judging one publication against its parents.

The procedure, numbered as in ``docs/format/verification.md``:

1. the commit has the form of a publication's, and its tree can be read;
2. the envelope is canonical; clock, operation, people and time are those of the parents and the commit;
3. the parents can be joined: a merge has two, whose footprints are disjoint;
4. each event is canonical, follows the event before it, names its rule and its delta; the write set is the delta's
   keys; the delta is exactly what changes; the state after it is the one that it claims;
5. the whole tree is made again from the events, and is the one that the commit names;
6. every object of it is there and hashes to its name.

Each publication is judged on the state that its parents really hold, so that one fault is found once, where it is.
"""

from typing import Final

from gitledger.errors import DamageError, FormatError
from gitledger.ids import EventId, Oid
from gitledger.ledger.draft import Draft
from gitledger.ledger.merge import join, plan_join
from gitledger.ledger.publication import Publication, read_envelope, read_publication
from gitledger.ledger.publish import format_time
from gitledger.model.delta import Delta, parse_delta
from gitledger.model.envelope import Envelope, parse_envelope
from gitledger.model.event import Event, parse_event
from gitledger.model.rule import GENESIS, MERGE, Rule, check_genesis_rule, parse_rule
from gitledger.store import layout
from gitledger.store.base import NewObject, ObjectStore
from gitledger.store.commit import Commit, parse_commit
from gitledger.store.tree import TreeEntry
from gitledger.verify.case import Case, UnjudgeableError
from gitledger.verify.compare import differences
from gitledger.verify.finding import Finding

_OPS: Final = ("genesis", "append", "merge")
"""By the number of parents."""


class Judge:
    """Judges publications of one repository, parents before children; keeps what the last one left in memory."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self._draft: Draft | None = None
        self._draft_of: tuple[Oid, int] | None = None
        self.events = 0
        """How many events were judged."""

    def judge(self, oid: Oid) -> list[Finding]:
        """Return everything that is wrong with one publication."""
        case = Case(self._objects, oid)
        try:
            self._judge(case, oid)
        except UnjudgeableError:
            # The finding that says why has been noted.
            self._draft = None
        return case.findings

    def _judge(self, case: Case, oid: Oid) -> None:
        # 1. the commit and its tree
        data = case.bytes_of(oid, "commit", "")
        commit = case.parse("commit-format", "", lambda: parse_commit(data, self._objects.format))
        if len(set(commit.parents)) != len(commit.parents) or len(commit.parents) >= len(_OPS):
            raise case.stop("commit-format", "", f"it has {len(commit.parents)} parents; expected at most 2, distinct")
        entries = {entry.name: entry for entry in case.tree(commit.tree, "")}
        events, deltas = (self._carried(case, entries, name) for name in (layout.EVENTS, layout.DELTAS))
        single = len(commit.parents) != 1
        if len(events) != len(deltas) or not 1 <= len(events) <= (1 if single else layout.PUBLICATION_EVENTS):
            raise case.stop("publication-size", "events", f"it has {len(events)} events and {len(deltas)} deltas")
        # 2. the envelope
        parents = [self._parent(case, parent) for parent in commit.parents]
        envelope_data = case.bytes_of(self._entry(case, entries, layout.ENVELOPE).oid, "blob", "envelope")
        envelope = self._envelope(case, envelope_data, commit, parents, len(events))
        # 3. the parents
        draft, expected = self._base(case, parents)
        # 4. the events
        case.fetch(entry.oid for entry in (*events, *deltas))
        for position, (event, delta) in enumerate(zip(events, deltas, strict=True)):
            self._event(case, draft, event, delta, expected, envelope.events[position].get("key") if envelope else None)
            expected = (EventId(event.oid),)
        # 5. the whole tree
        sealed = draft.seal(envelope_data)
        tree, new = sealed.tree, sealed.objects
        if tree != commit.tree:
            self._differences(case, oid, commit.tree, tree, new)
            raise UnjudgeableError
        # 6. the objects
        case.check_present([one.oid for one in new if one.oid not in case.seen])
        self._draft, self._draft_of = draft, (oid, envelope.ts if envelope else 0)

    def _differences(self, case: Case, oid: Oid, stored: Oid, recomputed: Oid, new: list[NewObject]) -> None:
        known = {one.oid: one for one in new}
        case.findings += differences(self._objects, oid, stored=stored, recomputed=recomputed, new=known)

    def _entry(self, case: Case, entries: dict[bytes, TreeEntry], name: bytes) -> TreeEntry:
        if name not in entries:
            raise case.stop("tree-absent", name.decode(), f"it has no {name.decode()}; expected one")
        return entries[name]

    def _carried(self, case: Case, entries: dict[bytes, TreeEntry], name: bytes) -> list[TreeEntry]:
        return case.tree(self._entry(case, entries, name).oid, name.decode())

    def _parent(self, case: Case, oid: Oid) -> Publication:
        try:
            return read_publication(self._objects, oid)
        except DamageError as error:
            raise case.stop("parent", "", f"its parent cannot be read: {error.message}") from error

    def _envelope(
        self, case: Case, data: bytes, commit: Commit, parents: list[Publication], count: int
    ) -> Envelope | None:
        try:
            envelope = parse_envelope(data)
            clocks = [self._clock(parent) for parent in parents]
        except FormatError as error:
            case.note("envelope-format", "envelope", error.message)
            return None
        except DamageError as error:
            raise case.stop("parent", "", f"its parent cannot be read: {error.message}") from error
        people = (str(commit.author), str(commit.committer))
        times = {format_time(commit.author.time), format_time(commit.committer.time)}
        for code, found, expected in (
            ("envelope-op", envelope.op, _OPS[len(parents)]),
            ("envelope-clock", envelope.ts, max(clocks, default=0) + 1),
            ("envelope-count", len(envelope.events), count),
            ("envelope-people", (envelope.author, envelope.actor), people),
            ("envelope-time", {envelope.time}, times),
        ):
            if found != expected:
                case.note(code, "envelope", f"it says {found}; expected {expected}")
        return envelope if len(envelope.events) == count else None

    def _clock(self, parent: Publication) -> int:
        if self._draft_of and self._draft_of[0] == parent.oid:
            return self._draft_of[1]
        return read_envelope(self._objects, parent).ts

    def _base(self, case: Case, parents: list[Publication]) -> tuple[Draft, tuple[EventId, ...]]:
        """Return the draft that the events go onto, and the parents of the first of them."""
        heads = tuple(parent.events[-1] for parent in parents)
        if len(parents) < 2:  # noqa: PLR2004 - no merge
            if self._draft and parents and self._draft_of and self._draft_of[0] == parents[0].oid:
                return self._draft, heads
            return Draft(self._objects, parents[0] if parents else None), heads
        try:
            joined = plan_join(self._objects, *parents)
            for one in joined.plan.overlaps:
                case.note(
                    "merge",
                    "",
                    f"it joins histories that overlap: {one.event.hex()} {one.access} {one.variable}, and "
                    f"{one.other_event.hex()} {one.other_access} {one.other}; expected disjoint footprints",
                )
            if joined.plan.overlaps:
                raise UnjudgeableError
            if joined.first.oid != parents[0].oid:
                raise case.stop("merge", "", "its parents are not sorted by their event ids")
            return join(self._objects, joined), heads
        except DamageError as error:
            raise case.stop("parent", "", f"its parents cannot be joined: {error.message}") from error

    def _event(
        self, case: Case, draft: Draft, carried: TreeEntry, listed: TreeEntry, parents: tuple[EventId, ...], key: object
    ) -> None:
        name = carried.name.decode("utf-8", "backslashreplace")
        where, where_delta = f"events/{name}", f"deltas/{listed.name.decode('utf-8', 'backslashreplace')}"
        data = case.bytes_of(carried.oid, "blob", where)
        event = case.parse("event-format", where, lambda: parse_event(data))
        if len(event.delta) != self._objects.format.size:
            raise case.stop("event-format", where, f"its object ids have {len(event.delta)} bytes")
        if event.parents != parents:
            case.note("event-parents", where, f"its parents are {_hexes(event.parents)}; expected {_hexes(parents)}")
        if event.delta != listed.oid:
            case.note("event-delta", where, f"its delta is {event.delta.hex()}; expected {listed.oid.hex()}")
        rule_data = case.bytes_of(event.rule, "blob", f"rules/{event.rule.hex()}")
        rule = case.parse("event-rule", where, lambda: parse_rule(rule_data))
        delta_data = case.bytes_of(listed.oid, "blob", where_delta)
        delta = case.parse("delta-format", where_delta, lambda: parse_delta(delta_data))
        self._kind(case, where, event, rule, delta, parents)
        if event.writeset != delta.writeset:
            case.note("event-writeset", where, f"it is {list(event.writeset)}; expected {list(delta.writeset)}")
        exact = case.parse("delta-conflict", where_delta, lambda: draft.write(delta.changes))
        padding = sorted(delta.changes.keys() - exact.changes.keys())
        if padding:
            case.note("delta-padded", where_delta, f"it sets {padding} to what they hold; expected only changes")
        if draft.after != event.after:
            case.note("event-after", where, f"it claims state {event.after.hex()}; expected {draft.after.hex()}")
        self.events += 1
        text = key if isinstance(key, str) else None
        draft.add(EventId(carried.oid), data, rule_data, delta_data, delta, text)

    def _kind(
        self, case: Case, where: str, event: Event, rule: Rule, delta: Delta, parents: tuple[EventId, ...]
    ) -> None:
        """Hold genesis and merge events to what only they may be."""
        if (rule.name == GENESIS) != (not parents):
            case.note("genesis", where, f"its rule is {rule.name} and it follows {len(parents)} events")
        if (rule.name == MERGE) != (len(parents) > 1):
            case.note("merge", where, f"its rule is {rule.name} and it follows {len(parents)} events")
        if len(parents) == 1:
            return
        if delta.changes or event.readset:
            case.note("merge" if parents else "genesis", where, "it writes or reads; expected an empty delta, no reads")
        if not parents and rule.name == GENESIS:
            case.parse("genesis", where, lambda: check_genesis_rule(rule))
        if parents and rule != Rule(name=MERGE):
            case.note("merge", where, "its rule has more than the name merge")


def _hexes(events: tuple[EventId, ...]) -> str:
    return ", ".join(event.hex() for event in events) or "none"
