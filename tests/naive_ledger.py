"""The oracle of publications: rebuilds what every publication of a ledger must hold, from its events alone.

Slow and obvious, from ``docs/format/``: state, timelines, rules, keys and log are a dict or a list each; every tree, every
segment and every tile is made anew for every publication. It reads the store's bytes with parsers of its own and shares
no code with the package.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import cbor2

from gitledger.ids import Oid
from gitledger.ledger.handle import Ledger
from gitledger.store.base import ObjectStore
from tests.rfc6962 import Oracle as MerkleTree
from tests.split_tree import Oracle as PathMap

SEGMENT = 64
TILE = 256
Segments = set[tuple[str, bytes]]
"""(variable, blob of a full segment that has a successor)."""


@dataclass
class Naive:
    """What a ledger knows after one publication."""

    newest: bytes = b""
    state: dict[str, bytes] = field(default_factory=dict)
    timelines: dict[str, list[bytes]] = field(default_factory=dict)
    rules: dict[str, bytes] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)
    log: dict[bytes, bytes] = field(default_factory=dict)
    """Event -> leaf data, in order."""
    states: dict[bytes, dict[str, bytes]] = field(default_factory=dict)
    """Event -> the state after it."""
    deltas: dict[bytes, dict[str, list[object]]] = field(default_factory=dict)
    sealed: Segments = field(default_factory=set)
    ts: int = 1


@dataclass(frozen=True)
class Carried:
    """One event as its publication carries it."""

    id: bytes
    event: bytes
    rule: bytes
    delta: bytes
    key: str | None


class Repository:
    """Reads Git objects; makes others and remembers them."""

    def __init__(self, objects: ObjectStore) -> None:
        self.stored = objects
        self.algorithm = objects.format.name
        self.size = objects.format.size
        self.made: dict[bytes, bytes] = {}

    def read(self, oid: bytes) -> bytes:
        return self.stored.read(Oid(oid)).data

    def tree(self, oid: bytes) -> dict[str, bytes]:
        """Return the rows of a tree by name."""
        rows = re.findall(rb"(?:40000|100644) ([^\0]+)\0(.{%d})" % self.size, self.read(oid), re.DOTALL)
        return {name.decode(): child for name, child in rows}

    def put(self, kind: str, data: bytes) -> bytes:
        oid = hashlib.new(self.algorithm, f"{kind} {len(data)}\0".encode() + data).digest()
        self.made[oid] = data
        return oid

    def put_value(self, value: object) -> bytes:
        return self.put("blob", cbor2.dumps(value, canonical=True))

    def put_paths(self, blobs: Mapping[str, bytes], *, mark: str = "", split_above: int = 64) -> bytes:
        made = PathMap(blobs, mark=mark, split_above=split_above, algorithm=self.algorithm)
        self.made.update(made.trees)
        return made.root

    def put_state(self, state: Mapping[str, bytes]) -> bytes:
        return self.put_paths({name: self.put("blob", value) for name, value in state.items()})

    def commit(self, oid: bytes) -> tuple[bytes, list[bytes]]:
        """Return the tree and the parents of a commit."""
        head = self.read(oid).partition(b"\n\n")[0].decode()
        tree = re.findall(r"^tree (\w+)$", head, re.MULTILINE)
        return bytes.fromhex(tree[0]), [bytes.fromhex(one) for one in re.findall(r"^parent (\w+)$", head, re.MULTILINE)]


def check_publications(ledger: Ledger) -> Naive:
    """Demand that each publication holds exactly what its events give, object by object; return what the last knows."""
    repository = Repository(ledger.objects)
    head = ledger.refs.read(f"refs/ledger/{ledger.name}")
    assert head is not None
    known: dict[bytes, Naive] = {}
    for oid in _parents_first(repository, head):
        known[oid] = _check_publication(repository, oid, known)
    return known[head]


def _parents_first(repository: Repository, head: bytes) -> list[bytes]:
    order: list[bytes] = []
    pending = [head]
    while pending:
        waits = [parent for parent in repository.commit(pending[-1])[1] if parent not in order]
        if waits:
            pending += waits
        else:
            oid = pending.pop()
            if oid not in order:
                order.append(oid)
    return order


def _check_publication(repository: Repository, oid: bytes, known: Mapping[bytes, Naive]) -> Naive:
    tree, parents = repository.commit(oid)
    rows = repository.tree(tree)
    envelope = repository.read(rows["envelope"])
    remembered = cbor2.loads(envelope)["payload"]["events"]
    naive = _join([known[parent] for parent in parents])
    listed = _take(repository, naive, _carried(repository, rows, remembered))
    assert cbor2.loads(envelope)["ts"] == naive.ts
    assert _tree_of(repository, naive, envelope, listed) == tree
    for made, data in repository.made.items():
        assert repository.read(made) == data
    return naive


def _carried(repository: Repository, rows: Mapping[str, bytes], remembered: list[dict[str, str]]) -> list[Carried]:
    events = repository.tree(rows["events"])
    assert list(events) == [f"{number:04x}" for number in range(len(remembered))]
    carried = []
    for event_id, one in zip(events.values(), remembered, strict=True):
        event = repository.read(event_id)
        rule, delta = (repository.read(cbor2.loads(event)[name]) for name in ("rule", "delta"))
        carried.append(Carried(event_id, event, rule, delta, one.get("key")))
    return carried


def _join(parents: list[Naive]) -> Naive:
    """Return what is known before the events of a publication: nothing, one parent, or two joined."""
    if not parents:
        return Naive()
    first = parents[0]
    joined = Naive(
        newest=first.newest,
        state=dict(first.state),
        timelines={name: list(events) for name, events in first.timelines.items()},
        rules=dict(first.rules),
        keys=dict(first.keys),
        log=dict(first.log),
        states=dict(first.states),
        deltas=dict(first.deltas),
        sealed=set(first.sealed),
        ts=max(parent.ts for parent in parents) + 1,
    )
    for second in parents[1:]:
        assert first.newest < second.newest
        for event in [event for event in second.log if event not in first.log]:
            joined.log[event] = second.log[event]
            joined.states[event] = second.states[event]
            _apply(joined, event, second.deltas[event])
        joined.rules.update(second.rules)
        joined.keys = {**second.keys, **joined.keys}
        joined.sealed |= second.sealed
        assert all(
            joined.timelines[name] in (first.timelines.get(name), second.timelines.get(name))
            for name in joined.timelines
        )
    return joined


def _apply(naive: Naive, event: bytes, delta: Mapping[str, list[object]]) -> None:
    naive.deltas[event] = dict(delta)
    for name, cell in delta.items():
        if not cell:
            del naive.state[name]
    for name, cell in delta.items():
        if cell:
            naive.state[name] = cbor2.dumps(cell[0], canonical=True)
        naive.timelines.setdefault(name, []).append(event)


def _take(repository: Repository, naive: Naive, carried: list[Carried]) -> list[tuple[bytes, bytes]]:
    """Take the events in; return event and delta of each."""
    listed = []
    for one in carried:
        event, delta = cbor2.loads(one.event), cbor2.loads(one.delta)
        had = dict(naive.state)
        _apply(naive, one.id, delta)
        for name, cell in delta.items():
            assert had.get(name) != (cbor2.dumps(cell[0], canonical=True) if cell else None), "a delta holds no change"
        rule = repository.put("blob", one.rule)
        naive.rules[rule.hex()] = rule
        if one.key is not None:
            naive.keys.setdefault(hashlib.sha256(one.key.encode()).hexdigest(), one.id)
        naive.log[one.id] = cbor2.dumps([one.event, one.rule, one.delta])
        naive.states[one.id] = dict(naive.state)
        if len(event["parents"]) < 2:
            assert event["parents"] == ([naive.newest] if naive.newest else [])
        assert event["writeset"] == sorted(delta)
        assert event["after"] == repository.put_state(naive.state)
        naive.newest = one.id
        listed.append((repository.put("blob", one.event), repository.put("blob", one.delta)))
    return listed


def _tree_of(repository: Repository, naive: Naive, envelope: bytes, listed: list[tuple[bytes, bytes]]) -> bytes:
    # States inside the publication need not be stored.
    repository.made.clear()
    before = set(naive.sealed)
    index = {name: _segments(repository, naive, name, events) for name, events in naive.timelines.items()}
    sealed = naive.sealed - before
    tree = {
        "events": {f"{number:04x}": event for number, (event, _) in enumerate(listed)},
        "deltas": {f"{number:04x}": delta for number, (_, delta) in enumerate(listed)},
        "segments": {oid.hex(): oid for _, oid in sealed},
    }
    directories = {name: repository.put_paths(rows, split_above=1 << 62) for name, rows in tree.items() if rows}
    if naive.state:
        directories["state"] = repository.put_state(naive.state)
    if index:
        directories["index"] = repository.put_paths(index, mark="~")
    directories["rules"] = repository.put_paths(naive.rules)
    if naive.keys:
        directories["keys"] = repository.put_paths(naive.keys)
    directories["log"] = _log(repository, list(naive.log.values()))
    rows = [("40000", name, oid) for name, oid in directories.items()]
    rows.append(("100644", "envelope", repository.put("blob", envelope)))
    data = b"".join(f"{mode} {name}\0".encode() + oid for mode, name, oid in sorted(rows, key=lambda row: row[1]))
    return repository.put("tree", data)


def _segments(repository: Repository, naive: Naive, name: str, events: list[bytes]) -> bytes:
    """Make all segments of a timeline; return the newest, note that the others are sealed."""
    prev = None
    for start in range(0, len(events), SEGMENT):
        if prev is not None:
            naive.sealed.add((name, prev))
        ids = events[start : start + SEGMENT]
        prev = repository.put_value({"count": start + len(ids), "prev": prev, "ids": ids})
    assert prev is not None
    return prev


def _log(repository: Repository, leaves: list[bytes]) -> bytes:
    merkle, size = MerkleTree(leaves), len(leaves)
    head = {"root": merkle.root(0, size), "size": size, "frontier": list(merkle.frontier(size))}
    paths = {"head": repository.put_value(head)}
    level, hashes = 0, size
    while hashes >= TILE:
        for index in range(hashes // TILE):
            data = merkle.hashes(level, index * TILE, (index + 1) * TILE)
            paths[f"tile/{level}/{index:03}"] = repository.put("blob", data)
        level, hashes = level + 1, hashes // TILE
    return repository.put_paths(paths, split_above=1 << 62)
