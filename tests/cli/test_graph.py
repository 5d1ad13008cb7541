"""Drawings of histories, as a person would draw them."""

import pytest

from gitledger.cli.graph import Graph
from gitledger.ids import EventId


def draw(history: str, lines: int = 1) -> str:
    """Draw events such as ``m:ab`` (m follows a and b), newest first."""
    graph, rows = Graph(), []
    for entry in history.split():
        event, _, parents = entry.partition(":")
        prefixes = graph.draw(EventId(event.encode()), [EventId(one.encode()) for one in parents], lines)
        rows += [f"{prefix}{event if number == 0 else ''}".rstrip() for number, prefix in enumerate(prefixes)]
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("history", "drawing"),
    [
        ("c:b b:a a", ["* c", "* b", "* a"]),
        ("m:ab b:x a:x x", ["* m", "|\\", "| * b", "* | a", "|/", "* x"]),
        (
            "m:an n:bc c:x b:x a:x x",
            ["* m", "|\\", "| * n", "| |\\", "| | * c", "| * | b", "| |/", "* | a", "|/", "* x"],
        ),
        ("m:abc c:x b:x a:x x", ["* m", "|\\", "| |\\", "| | * c", "| * | b", "| |/", "* | a", "|/", "* x"]),
        ("m:an a:bx n:x b:x x", ["* m", "|\\", "* | a", "|\\ \\", "| | * n", "| |/", "* | b", "|/", "* x"]),
        (
            "m:abc b:x a:y c:x y x",
            ["* m", "|\\", "| |\\", "| * | b", "* | | a", "| | * c", "| |/", "* | y", " /", "* x"],
        ),
        ("m:abc a:x b:y c:x y x", ["* m", "|\\", "| |\\", "* | | a", "| * | b", "| | * c", "|_|/", "| * y", "* x"]),
        ("b a", ["* b", "* a"]),
    ],
)
def test_drawing(history: str, drawing: list[str]) -> None:
    assert draw(history).splitlines() == drawing


def test_the_lines_of_an_event_stand_beside_its_columns() -> None:
    assert draw("m:ab b:x a:x x", lines=3).splitlines() == [
        *("* m", "|\\", "| |"),
        *("| * b", "| |", "| |"),
        *("* | a", "| |", "| |", "|/"),
        *("* x", "|", "|"),
    ]
