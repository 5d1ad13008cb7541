"""The vectors of the model's structures; ``docs/format/README.md`` says what a file holds."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitledger import errors
from gitledger.ids import SHA1, SHA256, Digest, EventId, Oid
from gitledger.model.delta import Delta, format_delta, parse_delta, sort_variables
from gitledger.model.envelope import Envelope, format_envelope, parse_envelope
from gitledger.model.event import Event, format_event, parse_event
from gitledger.model.manifest import Manifest, format_manifest, parse_manifest
from gitledger.model.merge import Footprint, Overlap, footprint, plan
from gitledger.model.merkle import parse_head
from gitledger.model.policy import parse_policy
from gitledger.model.rule import Rule, format_rule, parse_rule
from gitledger.model.timeline import Timeline, format_timeline, parse_timeline
from gitledger.model.value import parse_value
from vectors.generate_model.__main__ import STRUCTURES, main

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "vectors"
FILES = sorted(path for name in STRUCTURES for path in (FOLDER / name).glob("*.json"))
JUDGED_ELSEWHERE = {"publication"}
PAGES = [ROOT / "docs" / "format" / f"{name}.md" for name in ("event", "timeline", "envelope", "merge", "policy")]
EXAMPLE = re.compile(r"```(?P<kind>hex|json) vectors/(?P<vector>[^\n]+)\n(?P<lines>.*?)```", re.DOTALL)
FORMATS = {20: SHA1, 32: SHA256}

Vector = dict[str, Any]


def oid(digits: str) -> Oid:
    return Oid(bytes.fromhex(digits))


def event_ids(digits: list[str]) -> tuple[EventId, ...]:
    return tuple(EventId(oid(one)) for one in digits)


def event(vector: Vector) -> None:
    data = bytes.fromhex(vector["bytes"])
    found = parse_event(data)
    assert found == Event(
        parents=event_ids(vector["parents"]),
        rule=oid(vector["rule"]),
        after=oid(vector["after"]),
        delta=oid(vector["delta"]),
        writeset=tuple(vector["writeset"]),
        readset=tuple(vector["readset"]),
    )
    assert format_event(found) == data
    assert FORMATS[len(found.delta)].oid("blob", data).hex() == vector["id"]


def delta(vector: Vector) -> None:
    data = bytes.fromhex(vector["bytes"])
    found = parse_delta(data)
    assert found == Delta(changes={name: value and bytes.fromhex(value) for name, value in vector["changes"].items()})
    assert format_delta(found) == data
    assert {one.name: one.oid("blob", data).hex() for one in (SHA1, SHA256)} == vector["ids"]


def rule(vector: Vector) -> None:
    data = bytes.fromhex(vector["bytes"])
    found = parse_rule(data)
    fields = {name: parse_value(bytes.fromhex(value)) for name, value in vector["fields"].items()}
    assert found == Rule(name=vector["name"], version=vector["version"], fields=fields)
    assert format_rule(found) == data
    assert {one.name: one.oid("blob", data).hex() for one in (SHA1, SHA256)} == vector["ids"]


def timeline(vector: Vector) -> None:
    data = bytes.fromhex(vector["bytes"])
    found = parse_timeline(data)
    prev = vector["prev"] and oid(vector["prev"])
    assert found == Timeline(count=vector["count"], prev=prev, ids=event_ids(vector["events"]))
    assert format_timeline(found) == data
    assert FORMATS[len(found.ids[0])].oid("blob", data).hex() == vector["id"]


def envelope(vector: Vector) -> None:
    data = bytes.fromhex(vector["bytes"])
    found = parse_envelope(data)
    parts = {name: vector[name] for name in ("op", "ts", "author", "actor", "time")}
    assert found == Envelope(**parts, events=tuple(vector["events"]))
    assert format_envelope(found) == data


def merge(vector: Vector) -> None:
    heads = event_ids([vector["left_head"], vector["right_head"]])
    found = plan(heads[0], touched(vector["left"]), heads[1], touched(vector["right"]))
    assert found.parents == event_ids(vector["parents"])
    numbers = {one["event"]: n for side in ("left", "right") for n, one in enumerate(vector[side], 1)}
    told = [tell(overlap, numbers, is_turned=found.parents != heads) for overlap in found.overlaps]
    assert sorted(told) == sorted(vector.get("overlaps", []))
    assert found.is_valid is not bool(told)
    if not found.is_valid:
        raise errors.OverlapError("the two sides cannot be joined")


def policy(vector: Vector) -> None:
    found = parse_policy(bytes.fromhex(vector["bytes"]))
    signers = {
        name: {"keys": sorted(signer.keys), "rules": None if signer.rules is None else list(signer.rules)}
        for name, signer in found.signers.items()
    }
    rules = None if found.rules is None else {pattern: list(prefixes) for pattern, prefixes in found.rules.items()}
    limits = {name: getattr(found.limits, name) for name in ("value", "writes", "events")}
    assert (found.version, signers) == (vector["version"], vector["signers"])
    assert (list(found.keepers), found.threshold) == (vector["keepers"], vector["threshold"])
    assert (rules, limits) == (vector["rules"], vector["limits"])


def manifest(vector: Vector) -> None:
    data = bytes.fromhex(vector["bytes"])
    found = parse_manifest(data)
    assert found == Manifest(
        bundle=Digest(bytes.fromhex(vector["bundle"])),
        size=vector["size"],
        before=parse_head(bytes.fromhex(vector["before"])),
        after=parse_head(bytes.fromhex(vector["after"])),
        publications=tuple(map(oid, vector["publications"])),
        counts=tuple(vector["counts"]),
        events=event_ids(vector["events"]),
        segments=tuple(map(oid, vector["segments"])),
        requires=tuple(map(oid, vector["requires"])),
    )
    assert format_manifest(found) == data


def touched(events: list[dict[str, Any]]) -> Footprint:
    """Return the footprint of a side, through events whose other parts are no matter."""
    nothing = Oid(bytes(20))
    return footprint(
        (
            EventId(oid(one["event"])),
            Event(
                parents=(EventId(nothing),),
                rule=nothing,
                after=nothing,
                delta=nothing,
                writeset=sort_variables(one["writes"]),
                readset=sort_variables(one["reads"]),
            ),
        )
        for one in events
    )


def tell(overlap: Overlap, numbers: dict[str, int], *, is_turned: bool) -> str:
    left = f"{overlap.access} {overlap.variable} {numbers[overlap.event.hex()]}"
    right = f"{overlap.other_access} {overlap.other} {numbers[overlap.other_event.hex()]}"
    return f"{right} / {left}" if is_turned else f"{left} / {right}"


JUDGES: dict[str, Callable[[Vector], None]] = {
    "event": event,
    "delta": delta,
    "rule": rule,
    "timeline": timeline,
    "envelope": envelope,
    "merge": merge,
    "policy": policy,
    "manifest": manifest,
}


def test_the_vectors_are_there() -> None:
    assert JUDGES.keys() | JUDGED_ELSEWHERE == STRUCTURES.keys()
    counts = {name: len(list((FOLDER / name).glob("*.json"))) for name in JUDGES}
    least = {"event": 95, "delta": 49, "rule": 31, "timeline": 43, "envelope": 75, "merge": 23, "policy": 85, "manifest": 48}
    assert all(counts[name] >= number for name, number in least.items()), counts


def test_the_generator_writes_exactly_the_vectors_that_are_there(tmp_path: Path) -> None:
    main(tmp_path)
    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.json")}
    assert written == {path.relative_to(FOLDER): path.read_bytes() for path in FILES}


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path.parent.name not in JUDGED_ELSEWHERE],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_vector(path: Path) -> None:
    vector = json.loads(path.read_text(encoding="utf-8"))
    judge = JUDGES[path.parent.name]
    if vector["expected"] == "accept":
        judge(vector)
    else:
        with pytest.raises(getattr(errors, vector["expected"])) as refusal:
            judge(vector)
        assert refusal.type.__name__ == vector["expected"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_are_vectors(page: Path) -> None:
    examples = list(EXAMPLE.finditer(page.read_text(encoding="utf-8")))
    assert examples
    for example in examples:
        vector = json.loads((FOLDER / example["vector"]).read_text(encoding="utf-8"))
        if example["kind"] == "json":
            told = json.loads(example["lines"])
            assert told == {name: vector[name] for name in told}
        else:
            digits = "".join(line.split("#")[0] for line in example["lines"].splitlines())
            assert "".join(digits.split()) == vector["bytes"]
