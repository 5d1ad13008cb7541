"""A forger: makes publications by hand, from plain dicts and Git's object format, honest ones and others.

It shares no code with the package. What it makes without a lie is what the verbs make; with one, everything that
follows from the lie is as consistent as a careful forger would leave it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import cbor2

from gitledger.ids import Kind, Oid
from gitledger.store.base import NewObject
from tests.rfc6962 import Oracle as MerkleTree
from tests.ssh_signer import SshKey, with_signature

NOON = 1_767_268_800
SEGMENT, TILE, SPLIT = 64, 256, 64
DELETED = ...
"""What an `Act` sets a variable to that it deletes."""


class Row(NamedTuple):
    """A row of a tree as it stands there, whatever is behind it."""

    mode: str
    oid: bytes


Node = "bytes | Row | Tree"
"""A blob by its bytes, a row, or a tree by its names."""
Tree = dict[str, Any]
Lie = Callable[[Any], Any]
"""Changes what a stage of `Forger.publish` made, in place or by returning it anew."""


@dataclass
class Act:
    """One event to be."""

    changes: dict[str, Any] = field(default_factory=dict)
    rule: dict[str, Any] = field(default_factory=lambda: {"name": "train"})
    reads: tuple[str, ...] = ()
    remembered: dict[str, Any] = field(default_factory=dict)


@dataclass
class Known:
    """What a ledger knows after a publication."""

    commit: bytes = b""
    newest: bytes = b""
    ts: int = 0
    state: dict[str, bytes] = field(default_factory=dict)
    timelines: dict[str, list[bytes]] = field(default_factory=dict)
    rules: dict[str, bytes] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)
    log: dict[bytes, bytes] = field(default_factory=dict)
    """Event -> leaf data, in order."""
    deltas: dict[bytes, dict[str, list[Any]]] = field(default_factory=dict)


class Forger:
    """Makes objects of one repository; ``made`` are those that are still to be written."""

    def __init__(self, algorithm: str = "sha1") -> None:
        self.algorithm = algorithm
        self.made: dict[bytes, NewObject] = {}

    def put(self, kind: Kind, data: bytes) -> bytes:
        """Make an object."""
        oid = hashlib.new(self.algorithm, b"%s %d\0" % (kind.encode(), len(data)) + data).digest()
        self.made[oid] = NewObject(Oid(oid), kind, data)
        return oid

    def put_value(self, value: object) -> bytes:
        """Make a blob of a value's canonical bytes."""
        return self.put("blob", dumps(value))

    def put_tree(self, tree: Tree) -> bytes:
        """Make a tree and all that is below it, rows in Git's order."""
        rows = []
        for name, node in tree.items():
            if isinstance(node, dict):
                row = Row("40000", self.put_tree(node))
            else:
                row = node if isinstance(node, Row) else Row("100644", self.put("blob", node))
            rows.append((name.encode("utf-8", "surrogateescape"), row))
        rows.sort(key=lambda pair: pair[0] + b"/" * (pair[1].mode == "40000"))
        return self.put("tree", b"".join(row.mode.encode() + b" " + name + b"\0" + row.oid for name, row in rows))

    def publish(
        self,
        parents: Sequence[Known],
        acts: Sequence[Act],
        lies: Mapping[str, Lie] | None = None,
        at: int = 0,
        signer: SshKey | None = None,
    ) -> Known:
        """Make a publication on one parent, on two that it merges, or on none; return what is known after it.

        Stages of lies, in order: ``acts``; for the event number ``at`` ``delta``, ``delta bytes``, ``rule bytes``,
        ``event``, ``event bytes``; ``envelope``, ``envelope bytes``, ``known``, ``tree``, ``commit``; if it is signed
        ``signer``, ``signed bytes``, ``signature``; ``commit bytes``.
        """
        lie = _lie(lies or {})
        known, before = joined(parents), joined(parents)
        acts = lie("acts", [deepcopy(act) for act in acts])
        heads = sorted(parent.newest for parent in parents)
        carried = []
        for number, act in enumerate(acts):
            listed = self._event(known, act, heads, lie if number == at else _lie({}))
            carried.append(listed)
            heads = [known.newest]
        envelope = lie("envelope", _envelope(known.ts, len(parents), acts))
        known = lie("known", known)
        tree = self._tree(before, known, carried)
        tree["envelope"] = lie("envelope bytes", dumps(envelope))
        data = self._commit(lie("tree", tree), parents, lie)
        if signer:
            signature = lie("signature", lie("signer", signer).sign(lie("signed bytes", data)))
            data = with_signature(data, signature) if signature else data
        known.commit = self.put("commit", lie("commit bytes", data))
        return known

    def _event(self, known: Known, act: Act, heads: list[bytes], lie: Callable[[str, Any], Any]) -> tuple[bytes, bytes]:
        """Make one event; return its blob and that of its delta, as the publication lists them."""
        delta = lie("delta", {name: [] if value is DELETED else [value] for name, value in act.changes.items()})
        _apply(known.state, delta)
        delta_data, rule_data = lie("delta bytes", dumps(delta)), lie("rule bytes", dumps(act.rule))
        rule = self.put("blob", rule_data)
        fields = {
            "v": 1,
            "parents": heads,
            "rule": rule,
            "after": self.put_tree(nested(known.state)),
            "writeset": sorted(delta),
            "delta": self.put("blob", delta_data),
        }
        if act.reads:
            fields["readset"] = sorted(act.reads)
        data = lie("event bytes", dumps(lie("event", fields)))
        known.newest = self.put("blob", data)
        for name in delta:
            known.timelines.setdefault(name, []).append(known.newest)
        known.rules.setdefault(rule.hex(), rule_data)
        if "key" in act.remembered:
            known.keys.setdefault(hashlib.sha256(act.remembered["key"].encode()).hexdigest(), data)
        known.log[known.newest] = dumps([data, rule_data, delta_data])
        known.deltas[known.newest] = delta
        return data, delta_data

    def _tree(self, before: Known, known: Known, carried: list[tuple[bytes, bytes]]) -> Tree:
        tree: Tree = {
            "events": {f"{number:04x}": event for number, (event, _) in enumerate(carried)},
            "deltas": {f"{number:04x}": delta for number, (_, delta) in enumerate(carried)},
            "rules": nested(known.rules),
            "keys": nested(known.keys),
            "segments": {},
            "state": nested(known.state),
            "log": log_tree(list(known.log.values())),
        }
        index = {}
        for name, events in known.timelines.items():
            *full, index[name] = self.segments(events)
            if events != before.timelines.get(name):
                done = (len(before.timelines.get(name, ())) - 1) // SEGMENT if name in before.timelines else 0
                tree["segments"] |= {self.put("blob", one).hex(): one for one in full[done:]}
        tree["index"] = nested(index, mark="~")
        return {name: node for name, node in tree.items() if node}

    def segments(self, events: list[bytes]) -> list[bytes]:
        """Return the segments of a timeline, oldest first."""
        found: list[bytes] = []
        for start in range(0, len(events), SEGMENT):
            ids = events[start : start + SEGMENT]
            prev = self.put("blob", found[-1]) if found else None
            found.append(dumps({"count": start + len(ids), "prev": prev, "ids": ids}))
        return found

    def _commit(self, tree: Tree | Row, parents: Sequence[Known], lie: Callable[[str, Any], Any]) -> bytes:
        named = {
            "tree": tree.oid if isinstance(tree, Row) else self.put_tree(tree),
            "parents": [parent.commit for parent in sorted(parents, key=lambda parent: parent.newest)],
            "author": f"Ada <ada@example.org> {NOON} +0000",
            "committer": f"Bot <bot@example.org> {NOON} +0000",
            "message": "ledger: by hand\n",
        }
        named = lie("commit", named)
        lines = [f"tree {named['tree'].hex()}", *(f"parent {parent.hex()}" for parent in named["parents"])]
        lines += [f"author {named['author']}", f"committer {named['committer']}", "", named["message"]]
        return "\n".join(lines).encode()


def joined(parents: Sequence[Known]) -> Known:
    """Return what is known before the events of a publication; merged are the sides as ``docs/format/merge.md`` says."""
    if not parents:
        return Known(ts=1)
    first, *others = sorted(parents, key=lambda parent: parent.newest)
    known = deepcopy(first)
    known.ts = max(parent.ts for parent in parents) + 1
    for other in others:
        for event in [event for event in other.log if event not in first.log]:
            known.log[event], known.deltas[event] = other.log[event], other.deltas[event]
            _apply(known.state, other.deltas[event])
            known.timelines |= {name: list(other.timelines[name]) for name in other.deltas[event]}
        known.rules = other.rules | known.rules
        known.keys = other.keys | known.keys
    return known


def nested(paths: Mapping[str, bytes], mark: str = "") -> Tree:
    """Return the tree of a path map, its large directories split as ``docs/format/state.md`` says."""
    children: dict[tuple[str, str], Any] = {}
    below: dict[str, dict[str, bytes]] = {}
    for path, content in paths.items():
        name, slash, rest = path.partition("/")
        if slash:
            below.setdefault(name, {})[rest] = content
        else:
            children[name, mark + name] = content
    children |= {(name, name): nested(inner, mark) for name, inner in below.items()}
    return _split(children, 0)


def _split(children: Mapping[tuple[str, str], Any], digit: int) -> Tree:
    if len(children) <= SPLIT:
        return {name: node for (_, name), node in children.items()}
    buckets: dict[str, dict[tuple[str, str], Any]] = {}
    for (component, name), node in children.items():
        bucket = hashlib.sha256(component.encode()).hexdigest()[digit]
        buckets.setdefault(f"~~{bucket}", {})[component, name] = node
    return {bucket: _split(members, digit + 1) for bucket, members in buckets.items()}


def log_tree(leaves: list[bytes]) -> Tree:
    """Return the tree ``log/`` of these leaves."""
    merkle, size = MerkleTree(leaves), len(leaves)
    tiles = {f"{index:03}": merkle.hashes(0, index * TILE, (index + 1) * TILE) for index in range(size // TILE)}
    head = dumps({"root": merkle.root(0, size), "size": size, "frontier": list(merkle.frontier(size))})
    return {"head": head, "tile": {"0": tiles}} if tiles else {"head": head}


def dumps(value: object) -> bytes:
    """Return canonical CBOR; all our maps have text keys, for which shorter first is the order of bytes."""
    return cbor2.dumps(value, canonical=True)


def _envelope(ts: int, parents: int, acts: Sequence[Act]) -> dict[str, Any]:
    payload = {
        "author": "Ada <ada@example.org>",
        "actor": "Bot <bot@example.org>",
        "time": datetime.fromtimestamp(NOON, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "events": [act.remembered for act in acts],
    }
    return {"op": ("genesis", "append", "merge")[min(parents, 2)], "ts": ts, "payload": payload}


def _apply(state: dict[str, bytes], delta: Mapping[str, list[Any]]) -> None:
    for name, cell in delta.items():
        if cell:
            state[name] = dumps(cell[0])
        else:
            state.pop(name, None)


def _lie(lies: Mapping[str, Lie]) -> Callable[[str, Any], Any]:
    def apply(stage: str, value: Any) -> Any:
        changed = lies[stage](value) if stage in lies else None
        return value if changed is None else changed

    return apply
