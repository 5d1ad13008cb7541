"""Ledgers for tests: clock, people and entropy stand still, so the same calls make the same bytes anywhere."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from gitledger.errors import LedgerError
from gitledger.frozen import replace
from gitledger.ids import SHA1, EventId, ObjectFormat, parse_ledger_name
from gitledger.ledger.append import Appended, append, append_batch
from gitledger.ledger.change import Change, change
from gitledger.ledger.handle import Ledger, People
from gitledger.ledger.init import init
from gitledger.ledger.state import state
from gitledger.store.base import ObjectStore, RefStore
from gitledger.store.catalog import open_catalog
from gitledger.store.commit import Person
from gitledger.store.memory import MemoryObjects, MemoryRefs
from gitledger.store.open import StoreKind, find_repository, open_objects, open_refs
from gitledger.store.shallow import read_cut
from gitledger.store.signing import check_signatures
from gitledger.verify import verify

NOON = 1_767_268_800
"""2026-01-01T12:00:00Z."""
ENV: Mapping[str, str] = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Bot",
    "GIT_COMMITTER_EMAIL": "bot@example.org",
}


def people(author: str = "Ada", now: int = NOON) -> People:
    """Return who asks and who publishes."""
    return People(
        author=Person(name=author, email=f"{author.lower()}@example.org", time=now),
        committer=Person(name="Bot", email="bot@example.org", time=now),
    )


def ledger_on(objects: ObjectStore, refs: RefStore, name: str = "main", *, author: str = "Ada") -> Ledger:
    """Return a ledger that need not have been started."""
    return Ledger(
        name=parse_ledger_name(name),
        objects=objects,
        refs=refs,
        people=lambda now: people(author, now),
        clock=lambda: NOON,
        entropy=lambda size: bytes(range(size)),
    )


def memory_ledger(object_format: ObjectFormat = SHA1) -> Ledger:
    """Return the started ledger ``main`` in memory."""
    ledger = ledger_on(MemoryObjects(object_format), MemoryRefs())
    init(ledger)
    return ledger


def by(author: str, ledger: Ledger) -> Ledger:
    """Return the same ledger in the hands of somebody else."""
    return replace(ledger, people=lambda now: people(author, now))


def named(name: str, ledger: Ledger) -> Ledger:
    """Return another ledger of the same repository."""
    return replace(ledger, name=parse_ledger_name(name))


def set_to(rule: str = "train", **values: object) -> Change:
    """Return a change that sets variables; ``__`` in a name stands for a slash."""
    return change(rule, set={name.replace("__", "/"): value for name, value in values.items()})


def write(ledger: Ledger, **values: object) -> EventId:
    """Append one such change and return its event."""
    return append(ledger, set_to(**values)).event


def write_many(ledger: Ledger, count: int, prefix: str = "n", *, group: int = 4096) -> list[EventId]:
    """Append ``count`` changes, each of a variable of its own, ``group`` to a publication."""
    changes = (change("count", set={f"{prefix}{number}": number}) for number in range(count))
    return [one.event for one in append_batch(ledger, changes, group=group)]


def until_refused(answers: Iterator[Appended]) -> tuple[list[Appended], LedgerError]:
    """Return the answers up to an error, which must come, and the error."""
    taken: list[Appended] = []
    with pytest.raises(LedgerError) as failed:
        taken.extend(answers)
    return taken, failed.value


def values(ledger: Ledger) -> dict[str, object]:
    """Return all that a ledger holds now."""
    return dict(state(ledger).values())


def assert_sound(ledger: Ledger, events: int | None = None) -> None:
    """Demand that verification finds nothing, and this many events."""
    report = verify(ledger)
    assert report.findings == ()
    assert events is None or report.events == events


def git(path: Path, *arguments: str, data: bytes = b"", env: Mapping[str, str] = ENV) -> str:
    """Run stock git in a directory, which must succeed; return what it says."""
    done = subprocess.run(["git", *arguments], cwd=path, input=data, env=env, capture_output=True, check=False)
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr.decode()}"
    return done.stdout.decode().removesuffix("\n")


def new_repository(path: Path, object_format: str = "sha1", *options: str) -> Path:
    """Make a repository with stock git and return its path."""
    path.mkdir()
    git(path, "init", "--quiet", "--initial-branch=main", f"--object-format={object_format}", *options)
    return path


@contextmanager
def open_ledger(
    path: Path, name: str = "main", *, kind: StoreKind = "git", env: Mapping[str, str] = ENV
) -> Iterator[Ledger]:
    """Open a ledger of a repository; let its processes go at the end."""
    repository = find_repository(path, env)
    objects, refs = open_objects(repository, env, kind), open_refs(repository, env, kind)
    try:
        yield replace(
            ledger_on(objects, refs, name),
            cut=lambda: read_cut(repository),
            catalog=partial(open_catalog, repository),
            check_signatures=partial(check_signatures, repository, env),
        )
    finally:
        objects.close()
        refs.close()
