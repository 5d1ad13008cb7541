"""``git ledger log``: events, newest first."""

from itertools import islice, zip_longest

from gitledger.cli.door import Door
from gitledger.cli.graph import Graph
from gitledger.cli.output import Output, Part
from gitledger.cli.render import SHORT_ID, change_texts, event_lines, event_to_json, short_id
from gitledger.errors import UsageError
from gitledger.ledger.log import log
from gitledger.ledger.publication import Published

_CUT_OFF = "history is cut off before these; git ledger rehydrate, or git fetch --unshallow, brings the rest back"


def run(
    door: Door,
    *,
    rev: str | None,
    max_count: int | None,
    reverse: bool,
    oneline: bool,
    graph: bool,
    rule: str | None,
    touching: str | None,
    since: str | None,
) -> int:
    """Print events."""
    if graph and (reverse or rule is not None or touching is not None):
        raise UsageError("--graph with --reverse, --rule or --touching; expected --graph to draw every event")
    events = islice(log(door.ledger, rev, since=since, rule=rule, touching=touching), max_count)
    drawing = Graph() if graph else None
    number = -1
    for number, one in enumerate(reversed(list(events)) if reverse else events):
        out = door.paged_output
        if door.json:
            out.json(event_to_json(one))
            continue
        if number and not oneline:
            out.line(drawing.gap() if drawing else "")
        lines = [_on_one_line(out, one)] if oneline else [*event_lines(one)]
        prefixes = drawing.draw(one.id, one.event.parents, len(lines)) if drawing else ()
        for prefix, parts in zip_longest(prefixes, lines):
            out.line(prefix or "", *parts or ())
    if since is None and number + 1 != max_count and door.ledger.cut():
        door.hint(_CUT_OFF)
    return 0


def _on_one_line(out: Output, one: Published) -> list[Part]:
    text = f" {', '.join(change_texts(one)) or 'no change'} ({one.rule.name})"
    return [short_id(one.id), out.fit(text, SHORT_ID)]
