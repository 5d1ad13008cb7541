"""The drawing of `log --graph` against that of ``git log --graph``, over the same histories.

Git lets lines that close up move on beside events, over several rows; ours go over in a row of their own. So what is
compared beside an event is its column and how many lines pass it, and for plain histories all rows.
"""

import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from gitledger.cli.graph import Graph
from gitledger.ids import EventId, parse_ledger_name
from gitledger.ledger.handle import Ledger
from gitledger.ledger.log import log
from gitledger.ledger.merge import branch, merge
from tests.ledgers import git, named, write

History = Sequence[Sequence[int]]
"""The parents of each commit, which all come before it; the last one follows from all."""

_HISTORIES = 60


def drawn(events: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Return our drawing of events with their parents, newest first."""
    graph, rows = Graph(), []
    for event, parents in events:
        prefixes = graph.draw(EventId(event.encode()), [EventId(one.encode()) for one in parents], 1)
        rows += [f"{prefix}{event if number == 0 else ''}".rstrip() for number, prefix in enumerate(prefixes)]
    return rows


def drawn_by_git(repository: Path, ref: str, *form: str) -> list[str]:
    """Return git's drawing, without the spaces between lines and text, and without the slant of lines beside events."""
    rows = git(repository, "log", "--graph", "--topo-order", *form, ref).splitlines()
    packed = (re.sub(r"^([^\w]*[^\w ]) +(?=\w)", r"\1 ", row).rstrip() for row in rows)
    return [re.sub(r"[/\\]", "|", row) if _is_event(row) else row for row in packed]


def fork(ledger: Ledger, *sides: str) -> list[Ledger]:
    """Start other ledgers where this one is."""
    for side in sides:
        branch(ledger, parse_ledger_name(side))
    return [named(side, ledger) for side in sides]


def fork_and_join(ledger: Ledger) -> None:
    (side,) = fork(ledger, "side")
    write(ledger, a=1)
    write(ledger, a=2)
    write(side, b=1)
    merge(ledger, side.name)
    write(ledger, c=1)


def two_joins(ledger: Ledger) -> None:
    fork_and_join(ledger)
    (other,) = fork(ledger, "other")
    write(other, d=1)
    write(ledger, e=1)
    merge(ledger, other.name)


def a_join_within_a_side(ledger: Ledger) -> None:
    (one,) = fork(ledger, "one")
    write(ledger, a=1)
    write(one, b=1)
    (other,) = fork(one, "other")
    write(one, c=1)
    write(other, d=1)
    merge(one, other.name)
    merge(ledger, one.name)


@pytest.mark.parametrize("work", [fork_and_join, two_joins, a_join_within_a_side], ids=lambda work: work.__name__)
def test_plain_histories_are_drawn_as_git_does(git_ledger: Ledger, repository: Path, work: object) -> None:
    work(git_ledger)  # type: ignore[operator]  # one of those above
    numbers = {one.id: f"n{one.seq}" for one in log(git_ledger)}
    ours = drawn((numbers[one.id], [numbers[parent] for parent in one.event.parents]) for one in log(git_ledger))
    theirs = drawn_by_git(repository, "refs/ledger/main", "--format=%H")
    publications = {one.publication.hex(): numbers[one.id] for one in log(git_ledger)}
    assert ours == [re.sub(r"[0-9a-f]{40}", lambda found: publications[found[0]], row) for row in theirs]
    assert any("\\" in row for row in ours)


def random_history(dice: random.Random) -> History:
    """Return a history of up to a dozen commits, a third of which join two others."""
    history: list[list[int]] = [[]]
    tips = {0}
    while len(history) < dice.randint(3, 9) or len(tips) > 1:
        joins = len(tips) > 1 and (len(history) >= 9 or dice.random() < 0.4)
        parents = dice.sample(sorted(tips), 2) if joins else [dice.choice(range(len(history))[-3:])]
        tips = tips.difference(parents) | {len(history)}
        history.append(parents)
    return history


def test_each_event_stands_where_git_has_it(repository: Path) -> None:
    """In criss-cross histories, too; git itself gives the order, which may be any that goes back in time."""
    dice = random.Random(6)
    histories = [random_history(dice) for _ in range(_HISTORIES)]
    git(repository, "fast-import", "--quiet", data=b"".join(map(_import, range(_HISTORIES), histories)))
    for number, history in enumerate(histories):
        theirs = drawn_by_git(repository, f"refs/heads/h{number}", "--format=%s")
        order = [int(_place(row)[0]) for row in theirs if "*" in row]
        ours = drawn((str(one), [str(parent) for parent in history[one]]) for one in order)
        assert list(map(_place, filter(_is_event, ours))) == list(map(_place, filter(_is_event, theirs))), history


def _import(number: int, history: History) -> bytes:
    lines = [f"reset refs/heads/h{number}"]
    for commit, parents in enumerate(history):
        lines += [
            f"commit refs/heads/h{number}", f"mark :{1000 * number + commit + 1}",
            f"committer A <a@example.org> {1_700_000_000 + commit} +0000", f"data {len(str(commit))}", str(commit),
            *(f"{word} :{1000 * number + parent + 1}" for word, parent in zip(["from", "merge"], parents, strict=False)),
        ]  # fmt: skip
    return "\n".join([*lines, ""]).encode()


def _is_event(row: str) -> bool:
    return "*" in row


def _place(row: str) -> tuple[str, int, int]:
    """Return an event, its column, and how many lines pass it."""
    return row.rsplit(maxsplit=1)[-1], row.index("*"), row.count("|")
