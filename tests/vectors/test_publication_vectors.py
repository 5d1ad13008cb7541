"""The vectors of whole ledgers: the verbs write exactly these objects, and the ref points where the vector says."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitledger.frozen import replace
from gitledger.ids import SHA1, SHA256, ObjectFormat, parse_ledger_name, parse_oid
from gitledger.ledger.append import append
from gitledger.ledger.change import change
from gitledger.ledger.handle import Ledger, People
from gitledger.ledger.init import init
from gitledger.ledger.merge import branch, merge
from gitledger.ledger.publication import head_of
from gitledger.store.commit import Person, parse_commit
from gitledger.store.memory import MemoryObjects, MemoryRefs
from gitledger.store.tree import DIRECTORY, parse_tree

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "vectors" / "publication"
PAGE = (ROOT / "docs" / "format" / "publication.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```(?P<kind>commit|tree) vectors/publication/(?P<vector>[^\n]+)\n(?P<lines>.*?)```", re.DOTALL)
MAIN, OTHER = parse_ledger_name("main"), parse_ledger_name("other")


def people(now: int) -> People:
    return People(
        author=Person(name="Ada Lovelace", email="ada@example.org", time=now),
        committer=Person(name="Build Bot", email="bot@example.org", time=now),
    )


def start(object_format: ObjectFormat) -> Ledger:
    ledger = Ledger(
        name=MAIN,
        objects=MemoryObjects(object_format),
        refs=MemoryRefs(),
        people=people,
        clock=lambda: 1_769_860_800,
        entropy=lambda size: bytes(range(size)),
    )
    init(ledger)
    return ledger


def genesis_and_append(object_format: ObjectFormat) -> Ledger:
    ledger = start(object_format)
    append(
        ledger,
        change("train", set={"model/accuracy": 93}, read=("data",), key="run-17", message="Train on the new data."),
    )
    return ledger


def merge_of_two_appends() -> Ledger:
    ledger = start(SHA1)
    branch(ledger, OTHER)
    append(ledger, change("train", set={"a": 1}))
    append(replace(ledger, name=OTHER), change("train", set={"b": 2}))
    merge(ledger, OTHER)
    return ledger


LEDGERS: dict[str, Callable[[], Ledger]] = {
    "a-genesis-and-an-append-in-a-sha1-repository": lambda: genesis_and_append(SHA1),
    "a-genesis-and-an-append-in-a-sha256-repository": lambda: genesis_and_append(SHA256),
    "a-merge-of-two-appends": merge_of_two_appends,
}


def test_the_vectors_are_there() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(LEDGERS)


@pytest.mark.parametrize("scenario", LEDGERS)
def test_vector(scenario: str) -> None:
    vector = json.loads((FOLDER / f"{scenario}.json").read_text(encoding="utf-8"))
    ledger = LEDGERS[scenario]()
    for expected in vector["objects"]:
        found = ledger.objects.read(parse_oid(expected["oid"]))
        assert (found.kind, found.data.hex()) == (expected["kind"], expected["bytes"])
    every = {oid.hex() for digit in range(16) for oid in ledger.objects.find(f"{digit:x}")}
    assert every == {expected["oid"] for expected in vector["objects"]}
    head = head_of(ledger)
    assert (head.oid.hex(), head.events[-1].hex()) == (vector["head"], vector["event"])


def test_the_example_of_the_page_is_a_vector() -> None:
    examples = {example["kind"]: example for example in EXAMPLE.finditer(PAGE)}
    assert examples.keys() == {"commit", "tree"}
    assert examples["commit"]["vector"] == examples["tree"]["vector"]
    vector = json.loads((FOLDER / examples["commit"]["vector"]).read_text(encoding="utf-8"))
    objects = {one["oid"]: bytes.fromhex(one["bytes"]) for one in vector["objects"]}
    commit = objects[vector["head"]]
    assert vector["head"] in PAGE
    assert examples["commit"]["lines"].encode() == commit
    root = parse_commit(commit, SHA1).tree.hex()
    assert examples["tree"]["lines"].splitlines() == list(listing(objects, root, ""))


def listing(objects: dict[str, bytes], tree: str, above: str) -> Iterator[str]:
    """Yield a line for each path in a tree: kind, id, path."""
    for entry in parse_tree(objects[tree], SHA1):
        path, oid = above + entry.name.decode(), entry.oid.hex()
        is_tree = entry.mode == DIRECTORY
        yield f"{'tree' if is_tree else 'blob'} {oid} {path}"
        if is_tree:
            yield from listing(objects, oid, f"{path}/")
