"""Lies of what a publication derives from its events: rules, keys, timelines, their segments, the Merkle log."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import cbor2

from tests.forger import Forger, Known, Lie, Tree, dumps, log_tree
from tests.forgeries.registry import base, drop, forge, put

FIRST, SECOND, OTHER = (sha256(key).hexdigest() for key in (b"first", b"second", b"other"))
EVALUATE, TRAIN = (Forger().put_value(rule).hex() for rule in ({"name": "evaluate", "version": "2"}, {"name": "train"}))
HEAD, TILE = "log/head", "log/tile/0/000"

forge("a-rule-that-is-not-listed", "tree", drop(f"rules/{EVALUATE}"), {"rules": f"rules/{EVALUATE}"})
forge("a-rule-of-long-ago-left-out", "tree", drop(f"rules/{TRAIN}"), {"rules": f"rules/{TRAIN}"})
forge("a-rule-that-nobody-used", "tree", put(f"rules/{OTHER[:40]}", dumps({"name": "idle"})), {"rules": f"rules/{OTHER[:40]}"})
forge("a-rule-under-another-rule-s-name", "tree", put(f"rules/{EVALUATE}", dumps({"name": "idle"})), {"rules": f"rules/{EVALUATE}"})
forge("a-key-that-is-not-listed", "tree", drop(f"keys/{SECOND}"), {"keys": f"keys/{SECOND}"})
forge("a-key-of-long-ago-left-out", "tree", drop(f"keys/{FIRST}"), {"keys": f"keys/{FIRST}"})
forge("a-key-that-nobody-gave", "tree", put(f"keys/{OTHER}", b"foreign"), {"keys": f"keys/{OTHER}"})


def _key_of_another_event(tree: Tree) -> None:
    tree["keys"][SECOND] = tree["keys"][FIRST]


forge("a-key-that-points-to-another-event", "tree", _key_of_another_event, {"keys": f"keys/{SECOND}"})
forge(
    "an-envelope-with-another-key",
    "envelope",
    lambda envelope: envelope["payload"]["events"][1].update(key="other"),
    {"keys": f"keys/{OTHER}"},
)
forge(
    "a-known-key-that-moves-to-a-new-event",
    "known",
    lambda known: known.keys.update({FIRST: known.keys[SECOND]}),
    {"keys": f"keys/{FIRST}"},
)


def _hot(change: Callable[[dict[str, Any]], None]) -> Lie:
    """Return a lie about the newest segment of a timeline of 65 events."""

    def lie(tree: Tree) -> None:
        segment = cbor2.loads(tree["index"]["~hot"])
        change(segment)
        tree["index"]["~hot"] = dumps(segment)

    return lie


def _timeline(change: Callable[[list[bytes]], None]) -> Lie:
    """Return a lie about the events of a timeline, segments and all."""

    def lie(known: Known) -> None:
        change(known.timelines["hot"])

    return lie


for name, change in (
    ("a-timeline-with-another-event", lambda segment: segment.update(ids=[bytes(20)])),
    ("a-timeline-with-an-event-more", lambda segment: segment.update(ids=[*segment["ids"], bytes(20)], count=66)),
    ("a-timeline-without-its-newest-event", lambda segment: segment.update(ids=[])),
    ("a-timeline-with-another-count", lambda segment: segment.update(count=129)),
    ("a-timeline-without-its-past", lambda segment: segment.update(prev=None, count=1)),
    ("a-timeline-with-another-past", lambda segment: segment.update(prev=bytes(20))),
    ("a-timeline-with-a-field-more", lambda segment: segment.update(more=1)),
):
    forge(name, "tree", _hot(change), {"timeline": "index/~hot"})
forge("a-timeline-that-is-not-canonical", "tree", put("index/~hot", b"\x18\x01"), {"timeline": "index/~hot"})
forge("a-timeline-left-out", "tree", drop("index/~hot"), {"timeline": "index/~hot"})
forge("a-timeline-of-a-variable-never-written", "tree", put("index/~idle", b"\x01"), {"timeline": "index/~idle"})
forge("a-timeline-without-its-mark", "tree", put("index/hot", b"\x01"), {"timeline": "index/hot"})
forge(
    "a-timeline-forgotten-when-the-variable-was-deleted",
    "known",
    lambda known: known.timelines.pop("wide/v2") and None,
    {"timeline": "index/wide/"},
)
for name, change in (
    ("a-timeline-in-another-order", lambda events: events.sort()),
    ("a-timeline-with-an-event-twice", lambda events: events.insert(7, events[7])),
):
    forge(name, "known", _timeline(change), {"timeline": "index/~hot", "segments": "segments/"})
forge(
    "a-timeline-with-an-old-event-left-out",
    "known",
    _timeline(lambda events: events.remove(events[7])),
    {"timeline": "index/~hot", "tree-absent": "segments"},
)


def _segment(change: Callable[[dict[str, bytes]], None]) -> Lie:
    return lambda tree: change(tree["segments"])


forge("a-segment-too-many", "tree", put(f"segments/{OTHER[:40]}", b"\x01"), {"segments": f"segments/{OTHER[:40]}"})
forge(
    "a-segment-with-other-events",
    "tree",
    _segment(lambda segments: segments.update({next(iter(segments)): b"\x01"})),
    {"segments": "segments/"},
)
forge(
    "a-segment-under-another-name",
    "tree",
    _segment(lambda segments: segments.update({OTHER[:40]: segments.popitem()[1]})),
    {"segments": f"segments/{OTHER[:40]}"},
)


def _head(change: Callable[[dict[str, Any]], None]) -> Lie:
    def lie(tree: Tree) -> None:
        head = cbor2.loads(tree["log"]["head"])
        change(head)
        tree["log"]["head"] = dumps(head)

    return lie


def _log(change: Callable[[list[bytes]], list[bytes]]) -> Lie:
    """Return a lie about the leaves of the log, tiles and all."""

    def lie(known: Known) -> None:
        known.log = {number.to_bytes(2): leaf for number, leaf in enumerate(change(list(known.log.values())))}

    return lie


for name, change in (
    ("a-log-with-another-size", lambda head: head.update(size=260)),
    ("a-log-with-another-root", lambda head: head.update(root=bytes(32))),
    ("a-log-with-another-frontier", lambda head: head.update(frontier=[bytes(32), bytes(32)])),
    ("a-log-head-with-a-field-more", lambda head: head.update(more=1)),
    ("a-log-head-without-its-frontier", lambda head: head.pop("frontier")),
):
    forge(name, "tree", _head(change), {"log-head": HEAD})
forge("a-log-without-a-head", "tree", drop(HEAD), {"log-head": HEAD})
forge("a-log-head-that-is-not-canonical", "tree", put(HEAD, b"\x18\x01"), {"log-head": HEAD})
forge("a-log-of-the-events-before", "tree", lambda tree: tree.update(log=log_tree(list(base().prefix.log.values()))), {"log-head": HEAD, "log-tile": "log/tile"})
forge("a-log-with-its-newest-events-exchanged", "known", _log(lambda leaves: [*leaves[:-2], leaves[-1], leaves[-2]]), {"log-head": HEAD})
forge("a-log-with-an-old-leaf-changed", "known", _log(lambda leaves: [b"foreign", *leaves[1:]]), {"log-head": HEAD, "log-tile": TILE})
forge("a-log-that-lacks-an-event", "known", _log(lambda leaves: leaves[:-1]), {"log-head": HEAD})
forge("a-log-with-an-event-more", "known", _log(lambda leaves: [*leaves, b"foreign"]), {"log-head": HEAD})
forge("a-tile-with-a-bit-changed", "tree", lambda tree: put(TILE, bytes([tree["log"]["tile"]["0"]["000"][0] ^ 1]) + tree["log"]["tile"]["0"]["000"][1:])(tree), {"log-tile": TILE})
forge("a-tile-cut-short", "tree", lambda tree: put(TILE, tree["log"]["tile"]["0"]["000"][:-32])(tree), {"log-tile": TILE})
forge("a-tile-left-out", "tree", drop("log/tile"), {"log-tile": "log/tile"})
forge("a-tile-too-many", "tree", put("log/tile/0/001", bytes(32 * 256)), {"log-tile": "log/tile/0/001"})
forge("a-tile-of-a-level-too-high", "tree", put("log/tile/1/000", bytes(32)), {"log-tile": "log/tile/1"})
forge("a-partial-tile", "tree", put("log/tile/0/001.p/2", bytes(64)), {"log-tile": "log/tile/0/001.p"})
forge("a-bundle-of-entries", "tree", put("log/tile/entries", {"000": b""}), {"log-tile": "log/tile/entries"})
