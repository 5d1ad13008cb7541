"""Scenarios of ``docs/format/merge.md``: footprints of two sides, and every pair of variables that overlaps."""

from collections.abc import Iterator

from vectors.generate_model.scenario import ACCEPT, OVERLAP_ERROR, Scenario, name_of

Side = list[tuple[list[str], list[str]]]
"""Events, oldest first: what each wrote, and what it read."""


def joined(says: str, left: Side, right: Side) -> Scenario:
    return Scenario(says=says, expected=ACCEPT, content=_content(left, right))


def apart(says: str, left: Side, right: Side, *overlaps: str) -> Scenario:
    """Return a scenario with overlaps, each as ``left access variable event / right access variable event``."""
    return Scenario(says=says, expected=OVERLAP_ERROR, content={**_content(left, right), "overlaps": list(overlaps)})


def _content(left: Side, right: Side) -> dict[str, object]:
    sides = {
        side: [
            {"event": name_of(f"{side} {number}", 20).hex(), "writes": writes, "reads": reads}
            for number, (writes, reads) in enumerate(events, 1)
        ]
        for side, events in (("left", left), ("right", right))
    }
    heads = {f"{side}_head": name_of(f"{side} head", 20).hex() for side in ("left", "right")}
    return {**heads, **sides, "parents": sorted(heads.values())}


def scenarios() -> Iterator[Scenario]:
    yield from _joined()
    yield from _apart()


def _joined() -> Iterator[Scenario]:
    yield joined("two sides that wrote different variables", [(["a"], [])], [(["b"], [])])
    yield joined("two sides that read the same variable", [(["a"], ["seed"])], [(["b"], ["seed"])])
    yield joined("two sides that read a directory and a variable in it", [(["a"], ["d"])], [(["b"], ["d/x"])])
    yield joined("a side without events", [], [(["a"], ["b"])])
    yield joined("a side whose events changed nothing", [([], []), ([], [])], [(["a"], [])])
    yield joined("a name that is a prefix and not a path prefix", [(["model"], [])], [(["model-2", "models/a"], [])])
    yield joined("a directory between them in order is no overlap", [(["a/b", "a-b"], [])], [(["a/c", "a0b"], [])])
    yield joined("a side may read and write the same variable", [(["a"], ["a"])], [(["b"], ["b"])])
    yield joined("a side may write above what it read itself", [(["a"], ["a/b"])], [(["c"], [])])


def _apart() -> Iterator[Scenario]:
    yield apart("both sides wrote a variable", [(["a"], [])], [(["a"], [])], "wrote a 1 / wrote a 1")
    yield apart("the left side wrote what the right side read", [(["a"], [])], [(["b"], ["a"])], "wrote a 1 / read a 1")
    yield apart("the left side read what the right side wrote", [(["b"], ["a"])], [(["a"], [])], "read a 1 / wrote a 1")
    yield apart(
        "write skew is caught when reads are declared",
        [(["duty/ada"], ["duty/grace"])],
        [(["duty/grace"], ["duty/ada"])],
        "wrote duty/ada 1 / read duty/ada 1",
        "read duty/grace 1 / wrote duty/grace 1",
    )
    yield apart("the left side wrote above", [(["m"], [])], [(["m/a/b"], [])], "wrote m 1 / wrote m/a/b 1")
    yield apart("the left side wrote below", [(["m/a/b"], [])], [(["m"], [])], "wrote m/a/b 1 / wrote m 1")
    yield apart("the left side read a directory", [(["x"], ["m"])], [(["m/a"], [])], "read m 1 / wrote m/a 1")
    yield apart("the right side read a directory", [(["m/a"], [])], [(["x"], ["m"])], "wrote m/a 1 / read m 1")
    yield apart(
        "a sibling that sorts between a directory and its variable hides nothing",
        [(["m", "m-1", "m.2"], [])],
        [(["m/a"], [])],
        "wrote m 1 / wrote m/a 1",
    )
    yield apart(
        "one variable against several below it",
        [(["m"], [])],
        [(["m/a", "m/b/c", "n"], [])],
        "wrote m 1 / wrote m/a 1",
        "wrote m 1 / wrote m/b/c 1",
    )
    yield apart(
        "both sides read and wrote a variable",
        [(["a"], ["a"])],
        [(["a"], ["a"])],
        "read a 1 / wrote a 1",
        "wrote a 1 / read a 1",
        "wrote a 1 / wrote a 1",
    )
    yield apart(
        "the last event that wrote a variable is named",
        [(["a"], []), (["b"], []), (["a"], [])],
        [(["c"], []), (["a"], [])],
        "wrote a 3 / wrote a 2",
    )
    yield apart(
        "an overlap in the past counts though a later event is disjoint",
        [(["a"], []), (["b"], [])],
        [(["a"], []), (["c"], [])],
        "wrote a 1 / wrote a 1",
    )
    yield apart("names overlap by bytes in any script", [(["ä"], [])], [(["ä/ö"], [])], "wrote ä 1 / wrote ä/ö 1")
