"""Exported logs, as the files that they are made of."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from gitledger import codec
from gitledger.ids import SHA1, SHA256, ObjectFormat
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.export import export_tlog
from gitledger.model.checkpoint import Checkpoint, format_checkpoint, parse_checkpoint
from gitledger.model.event import parse_event
from gitledger.model.merkle import Frontier, leaf_hash
from tests.ledgers import memory_ledger
from vectors.generate_model.scenario import ACCEPT, FORMAT_ERROR, Scenario
from vectors.generate_proof.sample import parts, signed

Files = dict[str, bytes]
ENTRIES, TILE = "tile/entries/000.p/4", "tile/0/000.p/4"


def scenarios() -> Iterator[Scenario]:
    """Return all of them."""
    yield case("a log of four events", small(), ACCEPT)
    yield case("a log of four events in a sha256 repository", small(SHA256), ACCEPT)
    yield from refused()


def case(says: str, files: Files, expected: str) -> Scenario:
    """Return the scenario of a directory."""
    content = {name: data.hex() for name, data in sorted(files.items())}
    return Scenario(says=says, expected=expected, content={"files": content})


def small(object_format: ObjectFormat = SHA1) -> Files:
    """Return the files of a log of four events."""
    ledger = memory_ledger(object_format)
    for number in range(3):
        append(ledger, change("count", set={"n": number}))
    with TemporaryDirectory() as folder:
        export_tlog(ledger, Path(folder), signed(ledger))
        paths = [path for path in Path(folder).rglob("*") if path.is_file()]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def refused() -> Iterator[Scenario]:
    """Return the small log with one thing wrong."""
    files = small()
    leaves = split(files[ENTRIES])
    text = files["checkpoint"]
    events = [parse_event(parts(leaf)[0]) for leaf in leaves]
    for what, changed in (
        ("whose checkpoint has another root", {"checkpoint": text.replace(text.splitlines()[2], b"A" * 43 + b"=")}),
        ("whose checkpoint is of more events", {"checkpoint": text.replace(b"\n4\n", b"\n5\n")}),
        ("with an entry too few", {ENTRIES: files[ENTRIES][: -len(leaves[3]) - 2]}),
        ("with an entry twice", {ENTRIES: joined([*leaves, leaves[3]])}),
        ("with two entries exchanged", {ENTRIES: joined([leaves[0], leaves[2], leaves[1], leaves[3]])}),
        ("with another entry", {ENTRIES: joined([*leaves[:3], split(other()[ENTRIES])[3]])}),
        ("without its tile", {TILE: b""}),
        ("with a tile of another log", {TILE: other()[TILE]}),
        ("of an event that follows itself later", rebuilt(files, [leaves[0], leaves[2], leaves[1], leaves[3]])),
        ("of an event twice", rebuilt(files, [*leaves[:3], leaves[2]])),
        ("of two genesis events", rebuilt(files, [leaves[0], leaves[0], *leaves[2:]])),
        ("of an event with a write set of its own", rebuilt(files, [*leaves[:3], with_event(leaves[3], writeset=())])),
        ("of an event with the delta of another", rebuilt(files, [*leaves[:3], with_parts(leaves[3], 2, leaves[2])])),
        ("of an event with the rule of another", rebuilt(files, [*leaves[:3], with_parts(leaves[3], 1, leaves[0])])),
        ("that ends with another state", rebuilt(files, [*leaves[:3], with_event(leaves[3], after=events[2].after)])),
    ):
        yield case(f"a log {what} is refused", {**files, **changed}, FORMAT_ERROR)


def other() -> Files:
    """Return the files of a log of four events that went another way."""
    ledger = memory_ledger()
    for number in range(3):
        append(ledger, change("count", set={"n": 9 - number}))
    with TemporaryDirectory() as folder:
        export_tlog(ledger, Path(folder), signed(ledger))
        return {name: (Path(folder) / name).read_bytes() for name in ("checkpoint", ENTRIES, TILE)}


def rebuilt(files: Files, leaves: list[bytes]) -> Files:
    """Return tile, entries and checkpoint over other leaves, all in agreement; nobody signs it."""
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf_hash(leaf))
    found = parse_checkpoint(files["checkpoint"])
    unsigned = Checkpoint(
        origin=found.origin,
        size=len(leaves),
        root=frontier.root(),
        publication=found.publication,
        state=found.state,
        index=found.index,
    )
    return {
        "checkpoint": format_checkpoint(unsigned),
        TILE: b"".join(map(leaf_hash, leaves)),
        ENTRIES: joined(leaves),
    }


def with_event(leaf: bytes, **fields: object) -> bytes:
    """Return a leaf whose event has other fields."""
    event, *others = parts(leaf)
    content = codec.decode(event)
    changed = codec.encode({**content, **fields} if isinstance(content, dict) else fields)
    return codec.encode([changed, *others])


def with_parts(leaf: bytes, number: int, other_leaf: bytes) -> bytes:
    """Return a leaf with one part of another."""
    found = parts(leaf)
    found[number] = parts(other_leaf)[number]
    return codec.encode(found)


def split(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle."""
    entries, at = [], 0
    while at < len(bundle):
        start, at = at + 2, at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        entries.append(bundle[start:at])
    return entries


def joined(entries: list[bytes]) -> bytes:
    """Return the bundle of entries."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
