"""A publication in the making: events applied one after another to the state that a head left.

One draft serves the writer and the verifier. It keeps the path maps of ``state/``, ``index/``, ``rules/`` and
``keys/`` in memory, hashes what each event touched, and turns all of it into objects once, when the publication is
sealed; then it goes on from there. Nothing here writes: a draft that is dropped leaves no trace.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Final

from gitledger.errors import DamageError, FormatError
from gitledger.ids import EventId, Oid, Variable
from gitledger.ledger.growing_log import GrowingLog
from gitledger.ledger.growing_timelines import GrowingTimelines
from gitledger.ledger.publication import Publication, read
from gitledger.ledger.sealed import Sealed, assemble, named, numbered
from gitledger.model.delta import Delta, format_delta
from gitledger.model.event import Event, format_event
from gitledger.model.merkle import leaf_data, leaf_hash
from gitledger.model.rule import Rule, format_rule
from gitledger.store import layout
from gitledger.store.base import NewObject, ObjectStore
from gitledger.store.pathmap import PathMap

PATH_MAPS: Final = (layout.STATE, layout.INDEX, layout.RULES, layout.KEYS)
# Fewer variables are not worth looking ahead for.
_MANY: Final = 8
_MARKS: Final = {layout.INDEX: layout.TIMELINE_MARK}


class Draft:
    """Events on top of a head, not yet published.

    Args:
        objects: where the head's trees are read.
        head: the publication to go on from; None starts a ledger.
    """

    def __init__(self, objects: ObjectStore, head: Publication | None) -> None:
        self._objects = objects
        self._format = objects.format
        trees = head.trees if head else {}

        def load(oid: Oid) -> bytes:
            # No method: in no cycle, a draft that is dropped goes at once, with all the trees that it holds.
            return read(objects, oid, "tree")

        self._maps = {
            name: PathMap(load, self._format, trees.get(name), mark=_MARKS.get(name, b"")) for name in PATH_MAPS
        }
        self.state, self.index, self.rules, self.keys = self._maps.values()
        self._log = GrowingLog(objects, head)
        self._known_rules: set[Oid] = set()
        # The event before, of which a store may make a delta.
        self._like_event: Oid | None = None
        self._empty_tree = self._format.oid("tree", b"")
        self.timelines = GrowingTimelines(objects, self.index)
        self._start()

    def _start(self) -> None:
        """Begin the next publication."""
        self.events: list[EventId] = []
        self._deltas: list[Oid] = []
        self._blobs: dict[Oid, bytes] = {}
        self._bases: dict[Oid, Oid | None] = {}
        self._values: dict[Variable, tuple[Oid | None, bytes | None]] = {}

    @property
    def after(self) -> Oid:
        """The id of the state as it is now."""
        return self.state.root() or self._empty_tree

    @property
    def size(self) -> int:
        """How many events the log has now."""
        return self._log.size

    def load(self, variables: Iterable[Variable]) -> None:
        """Read what writing some variables takes, many objects at once. What cannot be read is left to who needs it.

        Raises:
            DamageError: a timeline cannot be read.
        """
        names = list(dict.fromkeys(variables))
        if len(names) >= _MANY:
            for paths in (self.state, self.index):
                with suppress(DamageError):
                    paths.read_ahead(names, self._load_trees)
        self.timelines.load(names)

    def _load_trees(self, oids: list[Oid]) -> Iterator[bytes]:
        for oid, found in zip(oids, self._objects.read_many(oids), strict=True):
            if found.kind != "tree":
                raise DamageError(f"object {oid.hex()} is a {found.kind}; expected a tree")
            yield found.data

    def value(self, variable: Variable) -> bytes | None:
        """Return the canonical bytes of what a variable holds now, or None."""
        if variable in self._values:
            return self._values[variable][1]
        oid = self.state.get(variable)
        return oid and read(self._objects, oid, "blob")

    def write(self, writes: Mapping[Variable, bytes | None]) -> Delta:
        """Change the state; return what really changed.

        Deletions go first, so that ``a`` can give way to ``a/b`` in one event.

        Raises:
            FormatError: a variable would hold a value beside one below it; the state is as it was before.
        """
        done: list[tuple[Variable, Oid | None]] = []
        values: dict[Variable, tuple[Oid | None, bytes | None]] = {}
        changes: dict[Variable, bytes | None] = {}
        for variable, value in sorted(writes.items(), key=_deletions_first) if len(writes) > 1 else writes.items():
            oid = None if value is None else self._format.oid("blob", value)
            try:
                before = self._point(variable, oid)
            except FormatError:
                for earlier, held in reversed(done):
                    self._point(earlier, held)
                raise
            if before != oid:
                done.append((variable, before))
                changes[variable] = value
                values[variable] = (oid, value)
        self._values.update(values)
        return Delta(changes=changes)

    def _point(self, variable: Variable, oid: Oid | None) -> Oid | None:
        """Let a variable hold a blob, or nothing; return what it held."""
        if oid is not None:
            return self.state.set(variable, oid)
        before = self.state.get(variable)
        if before is not None:
            self.state.delete(variable)
        return before

    def add(
        self,
        event: EventId,
        data: bytes,
        *,
        rule: tuple[Oid, bytes],
        delta: tuple[Oid, bytes],
        changed: Delta,
        key: str | None,
    ) -> None:
        """Take in an event whose delta was written: timelines, rules, keys, log.

        Args:
            event: its id.
            data: its bytes.
            rule: id and bytes of its rule.
            delta: id and bytes of its delta.
            changed: the same delta, parsed.
            key: its idempotency key; the first event with a key keeps it.
        """
        self._blobs[Oid(event)] = data
        self._bases[Oid(event)] = self._like_event
        self._like_event = Oid(event)
        self._blobs[delta[0]] = delta[1]
        self.events.append(event)
        self._deltas.append(delta[0])
        for variable in changed.changes:
            self.timelines.append(variable, event)
        if key is not None and self.keys.get(key_name(key)) is None:
            self.keys.set(key_name(key), Oid(event))
        self.adopt(rule, leaf_hash(leaf_data(data, rule[1], delta[1])))

    def add_unwriting(self, rule: Rule, parents: tuple[EventId, ...]) -> EventId:
        """Take in an event that writes nothing, genesis or merge; return its id."""
        blob = self._format.oid
        nothing = Delta(changes={})
        rule_data, delta_data = format_rule(rule), format_delta(nothing)
        event = Event(
            parents=parents,
            rule=blob("blob", rule_data),
            after=self.after,
            writeset=(),
            delta=blob("blob", delta_data),
        )
        data = format_event(event)
        event_id = EventId(blob("blob", data))
        self.add(
            event_id, data, rule=(event.rule, rule_data), delta=(event.delta, delta_data), changed=nothing, key=None
        )
        return event_id

    def adopt(self, rule: tuple[Oid, bytes], leaf: bytes) -> None:
        """Take an event into rules and log only, as a merge does with each that it brings in."""
        if rule[0] not in self._known_rules:
            if self.rules.set(layout.oid_name(rule[0]), rule[0]) is None:
                self._blobs[rule[0]] = rule[1]
            self._known_rules.add(rule[0])
        self._log.append(leaf)

    def take_blobs(self) -> list[NewObject]:
        """Return what `seal` would return of the events so far, whatever comes behind them: each blob once."""
        taken = [NewObject(oid, "blob", content, self._bases.get(oid)) for oid, content in self._blobs.items()]
        self._blobs, self._bases = {}, {}
        return taken

    def find_key(self, key: str) -> EventId | None:
        """Return the event that was published under an idempotency key, or None."""
        found = self.keys.get(key_name(key))
        return EventId(found) if found else None

    def seal(self, envelope: bytes) -> Sealed:
        """Turn the events so far into the tree of a publication; the draft goes on behind it."""
        for oid, value in self._values.values():
            if oid is not None and value is not None:
                self._blobs[oid] = value
        new, full = self.timelines.seal()
        logged, frontier = self._log.seal()
        new += logged
        trees, assembled = assemble(
            self._format,
            self._blob(envelope),
            {
                layout.EVENTS: numbered(self.events),
                layout.DELTAS: numbered(self._deltas),
                layout.SEGMENTS: named(full),
            },
            {**self._maps, layout.LOG: self._log.tree},
        )
        new += assembled
        new += self.take_blobs()
        sealed = Sealed(
            tree=assembled[-1].oid,
            objects=new,
            trees=trees,
            events=tuple(self.events),
            deltas=tuple(self._deltas),
            log=frontier,
        )
        self._start()
        return sealed

    def _blob(self, data: bytes) -> Oid:
        oid = self._format.oid("blob", data)
        self._blobs[oid] = data
        return oid


def _deletions_first(write: tuple[Variable, bytes | None]) -> bool:
    return write[1] is not None


def key_name(key: str) -> str:
    """Return the name of an idempotency key under ``keys/``: the hexadecimal SHA-256 of its UTF-8 bytes."""
    return sha256(key.encode()).hexdigest()
