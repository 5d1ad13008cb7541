"""Where history is cut off: whether all that the oldest publication left is here.

What it follows is not, so it cannot be made again from its events, and is believed. What comes later goes onto it, so
every object of its tree must be here and hash to its name.
"""

from contextlib import suppress
from typing import Final

from gitledger.ids import Oid
from gitledger.store.commit import parse_commit
from gitledger.store.tree import DIRECTORY, TreeEntry
from gitledger.verify.case import Case, UnjudgeableError, damage_code
from gitledger.verify.compare import shown_path

_WINDOW: Final = 1_024
"""Blobs that are read at once."""


def judge_base(case: Case) -> None:
    """Note what is missing or corrupt of a publication that is believed: its commit, and all that its tree reaches.

    Raises:
        UnjudgeableError: the commit cannot be read.
    """
    data = case.bytes_of(case.publication, "commit", "", otherwise="commit-format")
    commit = case.parse("commit-format", "", lambda: parse_commit(data, case.objects.format))
    known: set[Oid] = {commit.tree}
    # A stack of our own, and each tree once: a few bytes can nest trees deep, or name a million paths.
    pending = [(commit.tree, "")]
    while pending:
        tree, path = pending.pop()
        with suppress(UnjudgeableError):
            entries = case.tree(tree, path)
            _judge_blobs(case, [entry for entry in entries if entry.mode != DIRECTORY], path)
            new = [entry for entry in entries if entry.mode == DIRECTORY and entry.oid not in known]
            known.update(entry.oid for entry in new)
            pending += [(entry.oid, _below(path, entry)) for entry in new]


def _judge_blobs(case: Case, entries: list[TreeEntry], path: str) -> None:
    for start in range(0, len(entries), _WINDOW):
        window = {entry.oid: entry for entry in entries[start : start + _WINDOW]}
        for oid, error in case.damaged(list(window)):
            case.note(damage_code(error), _below(path, window[oid]), error.message)


def _below(path: str, entry: TreeEntry) -> str:
    name = shown_path(entry.name)
    return f"{path}/{name}" if path else name
