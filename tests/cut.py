"""Ledgers in memory whose history is cut off: what Git keeps of a shallow repository, and nothing else."""

from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.ledger.handle import Ledger
from gitledger.store.base import NewObject, ObjectStore
from gitledger.store.commit import parse_commit
from gitledger.store.memory import MemoryObjects
from gitledger.store.tag import parse_tag
from gitledger.store.tree import parse_tree


def cut_off(ledger: Ledger, *cut: Oid) -> Ledger:
    """Return the ledger without what only commits before ``cut`` name."""
    kept = MemoryObjects(ledger.objects.format)
    pending = list(ledger.refs.list("refs/").values())
    while pending:
        oid = pending.pop()
        if kept.missing([oid]):
            found = ledger.objects.read(oid)
            kept.write([NewObject(oid, found.kind, found.data)])
            pending += _named(ledger.objects, oid, frozenset(cut))
    return replace(ledger, objects=kept, cut=lambda: frozenset(cut))


def without(ledger: Ledger, oid: Oid) -> Ledger:
    """Return the ledger with one object missing."""
    kept = MemoryObjects(ledger.objects.format)
    every = ((one, ledger.objects.read(one)) for one in ledger.objects.find("") if one != oid)
    kept.write([NewObject(one, found.kind, found.data) for one, found in every])
    return replace(ledger, objects=kept)


def _named(objects: ObjectStore, oid: Oid, cut: frozenset[Oid]) -> list[Oid]:
    """Return what an object names, as Git sees it."""
    found = objects.read(oid)
    if found.kind == "tag":
        return [parse_tag(found.data, objects.format).commit]
    if found.kind == "commit":
        commit = parse_commit(found.data, objects.format)
        return [commit.tree, *(() if oid in cut else commit.parents)]
    return [entry.oid for entry in parse_tree(found.data, objects.format)] if found.kind == "tree" else []
