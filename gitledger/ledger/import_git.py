"""``import-git``: one event per commit of a Git history, along first parents.

The newest event of our rule names the commit to go on behind, so a run continues where the one before ended or died,
and one without new commits adds nothing. Specified in ``docs/format/import-git.md``.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final

from gitledger.codec import encode
from gitledger.errors import DamageError, FormatError
from gitledger.frozen import frozen
from gitledger.ids import EventId, Oid, parse_oid
from gitledger.ledger.append import append_batch
from gitledger.ledger.change import Change
from gitledger.ledger.commit_meta import remembered
from gitledger.ledger.handle import Ledger
from gitledger.ledger.history import Place, backwards
from gitledger.ledger.publication import Publication, damage_in, head_of, read, read_envelope, read_event
from gitledger.model.gitpath import format_gitpath
from gitledger.model.rule import IMPORT_GIT, Rule, format_rule
from gitledger.store import layout
from gitledger.store.gitlog import GitHistory, SourceCommit
from gitledger.store.pathmap import PathMap

RULE: Final = Rule(name=IMPORT_GIT, version="1")
"""The rule of every imported commit; its version stands for the mapping that the format page specifies."""
COMMITS_AT_ONCE: Final = 4_096
"""How many commits are made durable together: what a killed run has to do again takes less than a second."""


@frozen
class Imported:
    """One commit, and the event that it became."""

    commit: Oid
    event: EventId


def import_git(ledger: Ledger, history: GitHistory, *, at_once: int = COMMITS_AT_ONCE) -> Iterator[Imported]:
    """Append one event per commit of a history that the ledger has not yet; yield each once it is durable.

    ``import_git(ledger, GitHistory(repository, env, rev))``, with the repository of the ledger: values name its
    objects. Memory is bounded as in `append_batch`.

    Args:
        ledger: what to append to.
        history: where the commits come from.
        at_once: how many events are made durable together at most.

    Raises:
        NotFoundError: there is no such ledger, or the history is cut off.
        ConflictError: the commit that was imported last is not in the history, somebody else imported at the same
            time, or wrote what a commit writes.
        FormatError: a path that no variable can stand for; the commits before are imported.
        DamageError: the repository lacks an object.
        StorageError: it could not be written; what was not yielded may or may not be there, and the next run knows.
    """
    taken: deque[Oid] = deque()

    def changes() -> Iterator[Change]:
        # The head is read here, after the writer has read its own: what others import in between, the writer notices.
        for commit in history.commits(last_imported(ledger)):
            change = _change(commit)
            taken.append(commit.oid)
            yield change

    for appended in append_batch(ledger, changes(), at_once=at_once):
        yield Imported(commit=taken.popleft(), event=appended.event)


def last_imported(ledger: Ledger) -> Oid | None:
    """Return the commit that was imported last, or None; reads back to its event, past what was appended since.

    Raises:
        NotFoundError: there is no such ledger.
        DamageError: an event of our rule does not name its commit.
    """
    objects, head = ledger.objects, head_of(ledger)
    rule = objects.format.oid("blob", format_rule(RULE))
    if not _knows_rule(ledger, head, rule):
        return None
    for place in backwards(objects, head):
        if read_event(objects, place.event).rule == rule:
            return _commit_of(ledger, place)
    raise DamageError(f"no event has the rule {rule.hex()}, which the newest publication lists; expected one")


def _knows_rule(ledger: Ledger, head: Publication, rule: Oid) -> bool:
    rules = PathMap(
        lambda oid: read(ledger.objects, oid, "tree"),
        ledger.objects.format,
        head.trees[layout.RULES],
    )
    return rules.get(layout.oid_name(rule)) is not None


def _commit_of(ledger: Ledger, place: Place) -> Oid:
    with damage_in(place.event, f"event of the rule {IMPORT_GIT}"):
        match read_envelope(ledger.objects, place.publication).meta(place.position):
            case {"git": {"commit": str() as commit}}:
                return parse_oid(commit)
        raise FormatError("its meta names no commit")


def _change(commit: SourceCommit) -> Change:
    try:
        writes = {
            format_gitpath(path): file and encode({"blob": file.oid, "mode": file.mode})
            for path, file in commit.changes.items()
        }
    except FormatError as error:
        raise FormatError(f"commit {commit.oid.hex()}: {error.message}", details=error.details) from error
    return Change(rule=RULE, writes=writes, meta=remembered(commit))
