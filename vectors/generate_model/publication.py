"""Scenarios of ``docs/format/publication.md``: small ledgers, every object of them and nothing else."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from vectors.generate_model.event import ids, names
from vectors.generate_model.scenario import ACCEPT, NULL, Scenario, array, mapping, octets, text, uint

SECONDS = 1_769_860_800
TIME = "2026-01-31T12:00:00Z"
ADA = "Ada Lovelace <ada@example.org>"
BOT = "Build Bot <bot@example.org>"
GENESIS = mapping([("name", text("genesis")), ("nonce", octets(bytes(range(16)))), ("ledger", text("main"))])
TRAIN = mapping([("name", text("train"))])
MERGE = mapping([("name", text("merge"))])
RUN = "run-17"
WHY = "Train on the new data."

Paths = dict[str, bytes]
"""Blobs by their path; none of these has so many children in a directory that it would be split."""


class Repository:
    """Objects by their ids, which have 20 or 32 bytes."""

    def __init__(self, size: int) -> None:
        self.hash = {20: hashlib.sha1, 32: hashlib.sha256}[size]
        self.objects: dict[bytes, tuple[str, bytes]] = {}

    def put(self, kind: str, data: bytes) -> bytes:
        oid = self.hash(f"{kind} {len(data)}\0".encode() + data).digest()
        self.objects[oid] = (kind, data)
        return oid

    def tree(self, paths: Paths) -> bytes:
        rows = [(name, b"100644 ", oid) for name, oid in paths.items() if "/" not in name]
        for directory in {path.split("/")[0] for path in paths if "/" in path}:
            inside = {
                path.removeprefix(f"{directory}/"): oid
                for path, oid in paths.items()
                if path.startswith(f"{directory}/")
            }
            rows.append((f"{directory}/", b"40000 ", self.tree(inside)))
        return self.put(
            "tree", b"".join(mode + name.rstrip("/").encode() + b"\0" + oid for name, mode, oid in sorted(rows))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A publication, and what the next one builds on."""

    commit: bytes
    event: bytes
    ts: int
    leaves: tuple[bytes, ...]
    tree: Paths

    def below(self, *directories: str) -> Paths:
        return {path: oid for path, oid in self.tree.items() if path.split("/")[0] in directories}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event in a publication of its own; it sets variables to small integers."""

    op: str
    rule: bytes
    message: str
    sets: Mapping[str, int] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    key: str = ""
    why: str = ""


def publish(repo: Repository, step: Step, parents: list[Head], leaves: tuple[bytes, ...], kept: Paths) -> Head:
    """Return the publication of a step behind ``parents``, whose log and path maps come to ``leaves`` and ``kept``."""
    delta = mapping((name, array(uint(value))) for name, value in step.sets.items())
    rule_oid, delta_oid = repo.put("blob", step.rule), repo.put("blob", delta)
    tree = {**kept, **{f"state/{name}": repo.put("blob", uint(value)) for name, value in step.sets.items()}}
    state = {path.removeprefix("state/"): oid for path, oid in tree.items() if path.startswith("state/")}
    after = repo.tree(state) if state else repo.hash(b"tree 0\0").digest()
    data = event(step, parents, rule_oid, after, delta_oid)
    event_oid = repo.put("blob", data)
    leaves = (*leaves, hashlib.sha256(b"\0" + array(octets(data), octets(step.rule), octets(delta))).digest())
    ts = 1 + max((parent.ts for parent in parents), default=0)
    tree |= {
        "envelope": repo.put("blob", envelope(step, ts)),
        "events/0000": event_oid,
        "deltas/0000": delta_oid,
        f"rules/{rule_oid.hex()}": rule_oid,
        "log/head": repo.put("blob", log_head(leaves)),
    }
    for name in step.sets:
        *directories, last = name.split("/")
        tree["/".join(["index", *directories, f"~{last}"])] = repo.put("blob", timeline(event_oid))
    if step.key:
        tree[f"keys/{hashlib.sha256(step.key.encode()).hexdigest()}"] = event_oid
    commit_oid = repo.put("commit", commit(repo.tree(tree), parents, step))
    return Head(commit=commit_oid, event=event_oid, ts=ts, leaves=leaves, tree=tree)


def event(step: Step, parents: list[Head], rule: bytes, after: bytes, delta: bytes) -> bytes:
    pairs = [("v", uint(1)), ("rule", octets(rule)), ("after", octets(after)), ("delta", octets(delta))]
    pairs.append(("parents", ids(*(parent.event for parent in parents))))
    pairs += [("readset", names(*step.reads))] if step.reads else []
    return mapping([*pairs, ("writeset", names(*step.sets))])


def envelope(step: Step, ts: int) -> bytes:
    remembered = mapping((name, text(value)) for name, value in (("key", step.key), ("message", step.why)) if value)
    payload = [("time", text(TIME)), ("actor", text(BOT)), ("author", text(ADA)), ("events", array(remembered))]
    return mapping([("op", text(step.op)), ("ts", uint(ts)), ("payload", mapping(payload))])


def log_head(leaves: tuple[bytes, ...]) -> bytes:
    """Return the head of a log of one, two or four leaves: those whose frontier is the root alone."""
    roots = list(leaves)
    while len(roots) > 1:
        roots = [hashlib.sha256(b"\1" + roots[n] + roots[n + 1]).digest() for n in range(0, len(roots), 2)]
    return mapping([("root", octets(roots[0])), ("size", uint(len(leaves))), ("frontier", array(octets(roots[0])))])


def timeline(first: bytes) -> bytes:
    return mapping([("ids", array(octets(first))), ("prev", NULL), ("count", uint(1))])


def commit(tree: bytes, parents: list[Head], step: Step) -> bytes:
    lines = [f"tree {tree.hex()}", *(f"parent {parent.commit.hex()}" for parent in parents)]
    lines += [f"author {ADA} {SECONDS} +0000", f"committer {BOT} {SECONDS} +0000", "", f"ledger: {step.message}", ""]
    return "\n".join([*lines, step.why, ""] if step.why else lines).encode()


def append(repo: Repository, head: Head, step: Step) -> Head:
    return publish(repo, step, [head], head.leaves, head.below("rules", "keys", "state", "index"))


def scenarios() -> Iterator[Scenario]:
    genesis = Step(op="genesis", rule=GENESIS, message="start main")
    for size, hash_name in ((20, "sha1"), (32, "sha256")):
        repo = Repository(size)
        head = publish(repo, genesis, [], (), {})
        step = Step(
            op="append",
            rule=TRAIN,
            message="set model/accuracy (train)",
            sets={"model/accuracy": 93},
            reads=("data",),
            key=RUN,
            why=WHY,
        )
        yield ledger(f"a genesis and an append in a {hash_name} repository", repo, append(repo, head, step))
    repo = Repository(20)
    head = publish(repo, genesis, [], (), {})
    sides = [
        append(repo, head, Step(op="append", rule=TRAIN, message=f"set {name} (train)", sets={name: value}))
        for name, value in (("a", 1), ("b", 2))
    ]
    first, second = sorted(sides, key=lambda side: side.event)
    kept = {path: oid for side in (second, first) for path, oid in side.below("rules", "state", "index").items()}
    joined = publish(
        repo,
        Step(op="merge", rule=MERGE, message="merge other"),
        [first, second],
        (*first.leaves, second.leaves[-1]),
        kept,
    )
    yield ledger("a merge of two appends", repo, joined)


def ledger(says: str, repo: Repository, head: Head) -> Scenario:
    """Return the scenario of a ledger: its newest publication and event, and all objects, sorted."""
    objects = [
        {"oid": oid.hex(), "kind": kind, "bytes": data.hex()} for oid, (kind, data) in sorted(repo.objects.items())
    ]
    content: dict[str, object] = {"head": head.commit.hex(), "event": head.event.hex(), "objects": objects}
    return Scenario(says=says, expected=ACCEPT, content=content)
