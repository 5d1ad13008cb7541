"""Proofs whose hashes are all right, of logs and trees that no ledger makes: a checkpoint can be signed of anything."""

from collections.abc import Iterator

from gitledger import codec
from gitledger.codec import Encoded
from gitledger.frozen import replace
from gitledger.ids import SHA1, EventId, Oid, parse_variable
from gitledger.ledger.prove import prove_event
from gitledger.ledger.resolve import resolve
from gitledger.model.checkpoint import Checkpoint, format_checkpoint
from gitledger.model.merkle import leaf_hash
from gitledger.model.proof_file import EventProof, Proof, TimelineProof, ValueProof, format_proof
from gitledger.model.timeline import SEGMENT_EVENTS, Timeline, format_timeline
from gitledger.store.commit import Commit, format_commit
from gitledger.store.tree import DIRECTORY, FILE, TreeEntry, format_tree
from tests.ledgers import people
from vectors.generate_model.scenario import ACCEPT, FORMAT_ERROR, Scenario
from vectors.generate_proof.sample import parts, sample

EMPTY = SHA1.oid("tree", b"")
NAME = parse_variable("name")


def scenarios() -> Iterator[Scenario]:
    """Return all of them."""
    yield from leaves()
    yield from trees()
    yield from segments()


def case(says: str, proof: Proof, trusted: Checkpoint, expected: str = FORMAT_ERROR, **content: object) -> Scenario:
    """Return the scenario of a proof for a checkpoint."""
    note = format_checkpoint(trusted).hex()
    return Scenario(
        says=says, expected=expected, content={"bytes": format_proof(proof).hex(), "checkpoints": [note], **content}
    )


def blob(data: bytes) -> Oid:
    """Return the id of a blob."""
    return SHA1.oid("blob", data)


def log_of(leaf: bytes) -> EventProof:
    """Return the proof that a leaf is the only one of a log."""
    known = replace(sample().new, size=1, root=leaf_hash(leaf), signatures=())
    return EventProof(checkpoint=known, index=0, leaf=leaf, hashes=())


def leaves() -> Iterator[Scenario]:
    """Leaves that no ledger makes."""
    ledger, _, new = sample()
    event, rule, delta = parts(prove_event(ledger, resolve(ledger, "#3").event, new).leaf)
    other = parts(prove_event(ledger, resolve(ledger, "#4").event, new).leaf)
    content = codec.decode(event)
    fields = content if isinstance(content, dict) else {}
    for what, leaf in (
        ("with the delta of another", [event, rule, other[2]]),
        ("with the rule of another", [event, other[1], delta]),
        ("with a write set of its own", [codec.encode({**fields, "writeset": []}), rule, delta]),
        (
            "without a state",
            [codec.encode({name: one for name, one in fields.items() if name != "after"}), rule, delta],
        ),
        ("of another version", [codec.encode({**fields, "v": 2}), rule, delta]),
        ("without a parent that writes", [codec.encode({**fields, "parents": []}), rule, delta]),
        ("with parents that are text", [codec.encode({**fields, "parents": ["x"]}), rule, delta]),
        ("with a rule that is a list", [codec.encode({**fields, "rule": blob(b"\x80")}), b"\x80", delta]),
        ("with ids of another hash function", [codec.encode({**fields, "after": bytes(32)}), rule, delta]),
        ("with a fourth part", [event, rule, delta, delta]),
        ("without a delta", [event, rule]),
    ):
        proof = log_of(codec.encode(leaf))
        yield case(f"a log of an event {what} is refused", proof, proof.checkpoint)
    changed = codec.encode({"title": ["a", "b"]})
    twice = log_of(
        codec.encode([codec.encode({**fields, "delta": blob(changed), "writeset": ["title"]}), rule, changed])
    )
    yield case("a log of an event that gives a variable two values is refused", twice, twice.checkpoint)
    bytes_after = log_of(codec.encode([event, rule, delta]) + b"\0")
    yield case("a log of an event with a byte behind its leaf is refused", bytes_after, bytes_after.checkpoint)


def way(
    top: bytes, objects: list[bytes], *, root: dict[bytes, tuple[bytes, Oid]]
) -> tuple[Checkpoint, tuple[bytes, ...]]:
    """Return a checkpoint of a forged publication, and the objects from it on; ``top`` is ``state`` or ``index``."""
    tree = format_tree(TreeEntry(mode, name, oid) for name, (mode, oid) in root.items())
    names = people()
    commit = format_commit(
        Commit(
            tree=SHA1.oid("tree", tree), parents=(), author=names.author, committer=names.committer, message="forged\n"
        )
    )
    found = root[top][1]
    known = replace(
        sample().new,
        publication=SHA1.oid("commit", commit),
        state=found if top == b"state" else EMPTY,
        index=found if top == b"index" else EMPTY,
        signatures=(),
    )
    return known, (commit, tree, *objects)


def held(
    says: str, *objects: bytes, mode: bytes = DIRECTORY, expected: str = FORMAT_ERROR, **content: object
) -> Scenario:
    """Return the scenario of a value below a forged state, of which ``objects`` are the bytes on the way."""
    known, all_objects = way(b"state", [*objects], root={b"state": (mode, SHA1.oid("tree", objects[0]))})
    return case(says, ValueProof(anchor=known, variable=NAME, objects=all_objects), known, expected, **content)


def rows(*entries: tuple[bytes, bytes, bytes]) -> bytes:
    """Return a tree of rows in the order given."""
    return b"".join(b"%s %s\0%s" % entry for entry in entries)


def trees() -> Iterator[Scenario]:
    """States that no ledger makes."""
    value = b"\x63yes"
    leaf = rows((FILE, b"name", blob(value)))
    shows = {"kind": "value", "variable": "name", "value": value.hex()}
    yield held("a forged state of one value", leaf, value, expected=ACCEPT, shows=shows)
    below = SHA1.oid("tree", leaf)
    digit, second = b"~~8", b"~~2"  # SHA-256 of "name" begins with these digits
    other = b"~~0"
    deep = rows((DIRECTORY, digit, SHA1.oid("tree", rows((DIRECTORY, second, below)))))
    yield held(
        "a value two splits deep", deep, rows((DIRECTORY, second, below)), leaf, value, expected=ACCEPT, shows=shows
    )
    nothing = {"shows": {"kind": "value", "variable": "name", "value": None}}
    yield held("a bucket that is not there holds nothing", rows((DIRECTORY, other, below)), expected=ACCEPT, **nothing)
    yield held(
        "a directory in the place of a value holds nothing",
        rows((DIRECTORY, b"name", below)),
        expected=ACCEPT,
        **nothing,
    )
    for what, objects in (
        ("whose value is not canonical", (rows((FILE, b"name", blob(b"\x18\x01"))), b"\x18\x01")),
        ("whose value has a byte behind it", (rows((FILE, b"name", blob(value + b"\0"))), value + b"\0")),
        ("whose bucket is another", (rows((DIRECTORY, other, below)), leaf, value)),
        (
            "whose second bucket is the first again",
            (
                rows((DIRECTORY, digit, SHA1.oid("tree", rows((DIRECTORY, digit, below))))),
                rows((DIRECTORY, digit, below)),
                leaf,
                value,
            ),
        ),
        ("whose bucket is a file", (rows((FILE, digit, below)), leaf, value)),
        ("whose buckets stand beside a value", (rows((FILE, b"name", blob(value)), (DIRECTORY, other, below)), value)),
        ("whose rows stand out of order", (rows((FILE, b"name", blob(value)), (FILE, b"a", blob(value))), value)),
        ("with a name twice", (rows((FILE, b"name", blob(value)), (FILE, b"name", blob(value))), value)),
        ("with a program", (rows((b"100755", b"name", blob(value))), value)),
        ("with a link", (rows((b"120000", b"name", blob(value))), value)),
        ("with half a row", (leaf[:-1], value)),
    ):
        yield held(f"a state {what} is refused", *objects)
    yield held("a state that is a file is refused", leaf, value, mode=FILE)


def segments() -> Iterator[Scenario]:
    """Timelines that no ledger makes."""
    ids = tuple(EventId(SHA1.oid("blob", bytes([n]))) for n in range(SEGMENT_EVENTS))
    first = format_timeline(Timeline(count=64, prev=None, ids=ids))
    second = format_timeline(Timeline(count=65, prev=blob(first), ids=ids[:1]))
    events = [one.hex() for one in (*ids, ids[0])]
    shows = {"kind": "timeline", "variable": "name", "events": events}
    yield timeline("a forged timeline of two segments", second, first, expected=ACCEPT, shows=shows)
    third = format_timeline(Timeline(count=129, prev=blob(first), ids=ids[:1]))
    longer = tuple(EventId(one + bytes(12)) for one in ids)
    for what, objects in (
        ("that leaves out a segment", (third, first)),
        ("that counts more than it has", (codec.encode({"count": 3, "prev": None, "ids": list(ids[:2])}),)),
        ("that counts nothing", (codec.encode({"count": 0, "prev": None, "ids": []}),)),
        (
            "whose first segment has one before it",
            (codec.encode({"count": 1, "prev": blob(first), "ids": list(ids[:1])}), first),
        ),
        ("whose second segment has none before it", (codec.encode({"count": 65, "prev": None, "ids": list(ids[:1])}),)),
        ("of events of another hash function", (format_timeline(Timeline(count=64, prev=None, ids=longer)),)),
        ("with text among its events", (codec.encode({"count": 1, "prev": None, "ids": ["x"]}),)),
        ("with a field more", (codec.encode({"count": 1, "prev": None, "ids": list(ids[:1]), "x": 1}),)),
        ("that is not canonical", (codec.encode({"count": Encoded(b"\x18\x01"), "prev": None, "ids": list(ids[:1])}),)),
        ("that is a list", (b"\x80",)),
    ):
        yield timeline(f"a timeline {what} is refused", *objects)


def timeline(says: str, *objects: bytes, expected: str = FORMAT_ERROR, **content: object) -> Scenario:
    """Return the scenario of a forged timeline, of which ``objects`` are the segments."""
    index = rows((FILE, b"~name", blob(objects[0])))
    known, all_objects = way(b"index", [index, *objects], root={b"index": (DIRECTORY, SHA1.oid("tree", index))})
    proof = TimelineProof(checkpoint=known, variable=NAME, objects=all_objects)
    return case(says, proof, known, expected, **content)
