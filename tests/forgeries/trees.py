"""Lies of a publication's tree: what is in it, under which name, in which mode, and how it is cut into directories."""

from typing import Any

from tests.forger import Lie, Row, Tree, nested
from tests.forgeries.registry import base, drop, forge, forge_many, put, row

LEVELS = {
    "": "tree-foreign",
    "events": "order",
    "deltas": "order",
    "rules": "rules",
    "keys": "keys",
    "segments": "segments",
    "state": "state",
    "state/model": "state",
    "index": "timeline",
    "index/model": "timeline",
    "log": "tree-foreign",
    "log/tile": "log-tile",
    "log/tile/0": "log-tile",
}
"""Where something can be smuggled in, and what it is then called if it is a file or a directory."""
STOPS = ("events", "deltas")
"""Whose size is compared first."""


def bomb() -> Row:
    """Return a tree of a million paths in 592 bytes."""
    node: Any = row("100644", b"boom")()
    for _ in range(6):
        node = Row("40000", base().forger.put_tree({str(digit): node for digit in range(10)}))
    return node


def deep() -> Row:
    """Return 5,000 trees, one in the other."""
    node = row("100644", b"deep")()
    for _ in range(5_000):
        node = Row("40000", base().forger.put_tree({"d": node}))
    return node


for level, code in LEVELS.items():
    place = f"{level}/smuggled" if level else "smuggled"
    shown = level.replace("/", "-") or "the-publication"
    expected = {"publication-size": "events"} if level in STOPS else {code: place}
    forge(f"a-file-smuggled-into-{shown}", "tree", put(place, b"foreign"), expected)
    forge(f"a-directory-smuggled-into-{shown}", "tree", put(place, {"inner": b"foreign"}), expected)
    for mode, what in (("160000", "a-gitlink"), ("120000", "a-symbolic-link"), ("100755", "an-executable")):
        forge(f"{what}-smuggled-into-{shown}", "tree", put(place, row(mode)), {"tree-format": level})
for mode in ("100664", "0100644", "040000", "100600", "0"):
    forge(f"a-row-of-mode-{mode}", "tree", put("state/model/odd", row(mode)), {"tree-format": "state/model"})
forge("a-bomb-beside-the-state", "tree", put("bomb", bomb), {"tree-foreign": "bomb"})
forge("a-bomb-inside-the-state", "tree", put("state/model/bomb", bomb), {"state": "state/model/bomb"})
forge("a-bomb-instead-of-the-state", "tree", put("state", bomb), {"state": "state/model"})
forge("a-bomb-instead-of-the-events", "tree", put("events", bomb), {"publication-size": "events"})
forge("a-state-5000-deep", "tree", put("state/model/deep", deep), {"state": "state/model/deep"})
forge("an-index-5000-deep", "tree", put("index/model", deep), {"timeline": "index/model/d"})

for name in ("envelope", "events", "deltas"):
    forge(f"a-publication-without-{name}", "tree", drop(name), {"tree-absent": name})
for name in ("rules", "log"):
    forge(f"a-publication-without-{name}", "tree", drop(name), {"tree-absent": name})
for name in ("keys", "segments", "state", "index"):
    forge(f"a-publication-without-{name}", "tree", drop(name), {"tree-absent": name})
for name in ("envelope", "state"):
    other = "tree" if name == "envelope" else "blob"
    node = {"inner": b""} if name == "envelope" else b"foreign"
    forge(f"a-{other}-in-the-place-of-{name}", "tree", put(name, node), {"tree-format": name})
for name in ("events", "deltas", "log"):
    forge(f"a-blob-in-the-place-of-{name}", "tree", put(name, b"foreign"), {"tree-format": name})
forge(
    "a-blob-listed-as-a-tree",
    "tree",
    put("state/model", lambda: Row("40000", base().forger.put("blob", b"foreign"))),
    {"tree-format": "state/model"},
)
forge(
    "a-tree-listed-as-a-blob",
    "tree",
    put("state/model", lambda: Row("100644", base().forger.put_tree({}))),
    {"state": "state/model"},
)
forge(
    "a-tree-listed-as-an-event",
    "tree",
    put("events/0001", lambda: Row("100644", base().forger.put_tree({}))),
    {"tree-format": "events/0001"},
)
forge("an-empty-directory", "tree", put("state/model/empty", {}), {"state": "state/model/empty"})


def _raw(change: Any) -> Lie:
    """Return a lie that replaces the publication's tree by other bytes."""

    def lie(tree: Tree) -> Row:
        data = base().forger.made[base().forger.put_tree(tree)].data
        return Row("40000", base().forger.put("tree", change(data)))

    return lie


for name, change in (
    ("a-tree-with-a-byte-after-it", lambda data: data + b"\0"),
    ("a-tree-that-ends-early", lambda data: data[:-1]),
    ("a-tree-with-a-row-twice", lambda data: data[: data.index(b"40000 events")] * 2 + data[data.index(b"40000 events") :]),
    ("a-tree-out-of-order", lambda data: data[data.index(b"40000 events") :] + data[: data.index(b"40000 events")]),
    ("a-tree-with-a-name-with-a-slash", lambda data: data + b"100644 x/y\0" + bytes(20)),
    ("a-tree-with-a-name-of-no-bytes", lambda data: data + b"100644 \0" + bytes(20)),
    ("a-tree-of-no-rows", lambda data: b""),
):
    code = {"tree-absent": "events"} if name == "a-tree-of-no-rows" else {"tree-format": ""}
    forge(name, "tree", _raw(change), code)
forge(
    "a-name-with-control-characters",
    "tree",
    put("state/model/\x1b[31m\n\u202e", b"foreign"),
    {"state": "state/model/\\x1b[31m\\n\\u202e"},
)
forge("a-name-that-is-not-utf-8", "tree", put("state/model/\udcff", b"foreign"), {"state": "state/model/\\xff"})
forge("a-name-of-a-megabyte", "tree", put("state/model/" + "x" * 1_000_000, b"foreign"), {"state": "state/model/" + "x" * 387 + "…"})
forge(
    "a-hundred-thousand-names",
    "tree",
    lambda tree: tree["state"]["model"].update((f"name-{number:05}", b"") for number in range(100_000)),
    {"state": "state/model/name-00000", "more": ""},
)


def _unsplit(tree: Tree) -> None:
    tree["state"]["wide"] = {name: node for bucket in tree["state"]["wide"].values() for name, node in bucket.items()}


def _move_to_another_bucket(tree: Tree) -> None:
    one, other, *_ = tree["state"]["wide"].values()
    name = next(iter(one))
    other[name] = one.pop(name)


def _split_by_one(tree: Tree) -> None:
    tree["state"]["model"] = {"~~0": tree["state"]["model"]}


forge("a-large-directory-not-split", "tree", _unsplit, {"state": "state/wide/~~0"})
forge("a-small-directory-split", "tree", _split_by_one, {"state": "state/model/~~0"})
forge("a-name-in-another-bucket", "tree", _move_to_another_bucket, {"state": "state/wide/~~0/"})
forge("a-state-value-changed", "tree", put("state/model/loss", b"\x01"), {"state": "state/model/loss"})
forge("a-state-value-removed", "tree", drop("state/model/loss"), {"state": "state/model/loss"})
forge("a-state-value-added", "tree", put("state/model/gain", b"\x01"), {"state": "state/model/gain"})
forge("a-state-value-that-is-not-canonical", "tree", put("state/model/loss", b"\x18\x01"), {"state": "state/model/loss"})
forge(
    "a-state-of-another-publication",
    "tree",
    lambda tree: tree.update(state=nested(base().prefix.state)),
    {"state": "state/hot"},
)
forge_many(
    "a-state-that-the-event-agrees-with",
    {
        "event": lambda event: event.update(after=base().forger.put_tree(nested({"hot": b"\x00"}))),
        "known": lambda known: setattr(known, "state", {"hot": b"\x00"}),
    },
    {"event-after": "events/0003", "state": "state/hot"},
    at=3,
)

for place in ("events", "deltas"):
    for name, other in (("a-padded-name", "00001"), ("a-gap", "0004"), ("a-name-in-upper-case", "000A"), ("a-short-name", "003")):
        last = {"00001": "0001", "0004": "0003", "000A": "0003", "003": "0003"}[other]
        forge(
            f"{name}-in-{place}",
            "tree",
            lambda tree, place=place, other=other, last=last: tree[place].update({other: tree[place].pop(last)}),
            {"order": f"{place}/{other}"},
        )
forge("a-publication-of-no-events", "tree", lambda tree: tree.update(events={}, deltas={}), {"publication-size": "events"})
forge("more-deltas-than-events", "tree", put("deltas/0004", b"\xa0"), {"publication-size": "events"})
forge(
    "65537-events",
    "tree",
    lambda tree: tree.update({name: {f"{at:05x}": tree[name]["0000"] for at in range(65_537)} for name in ("events", "deltas")}),
    {"publication-size": "events"},
)
