"""Turning a draft into a publication: envelope, commit, durable objects, one compare-and-swap."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from gitledger.codec import Value
from gitledger.errors import LedgerError, StorageError, UsageError
from gitledger.frozen import replace
from gitledger.ids import Oid
from gitledger.ledger.draft import Draft
from gitledger.ledger.guard import Guard, refuse
from gitledger.ledger.handle import Ledger
from gitledger.ledger.publication import Publication
from gitledger.model.delta import Delta
from gitledger.model.envelope import Envelope, Op, format_envelope
from gitledger.model.rule import Rule
from gitledger.store import layout
from gitledger.store.base import NewObject, RefUpdate, Signed
from gitledger.store.commit import Commit, format_commit, format_signed

_SUBJECT_NAMES = 3
_SUBJECT_LENGTH = 60


def seal(
    ledger: Ledger,
    draft: Draft,
    guard: Guard,
    *,
    op: Op,
    ts: int,
    parents: Sequence[Oid],
    events: Sequence[Mapping[str, Value]],
    message: str,
) -> tuple[Publication, list[NewObject]]:
    """Return the publication of what a draft holds, and all objects to write for it.

    Args:
        ledger: says who publishes, and when.
        draft: the events; it goes on behind this publication.
        guard: has accepted the events, and is asked about whoever signs.
        op: what was asked for.
        ts: the logical clock.
        parents: publications that this one follows.
        events: what the envelope remembers of each event.
        message: the commit message; its first line tells the story to ``git log``.

    Raises:
        PolicyError: the policy in force asks for another signature, or for one at all.
        UsageError: it is to be signed, and there is no key, or none that a verifier accepts.
    """
    now = ledger.clock()
    people = ledger.people(now)
    envelope = Envelope(
        op=op,
        ts=ts,
        author=str(people.author),
        actor=str(people.committer),
        time=format_time(now),
        events=tuple(events),
    )
    sealed = draft.seal(format_envelope(envelope))
    commit = Commit(
        tree=sealed.tree,
        parents=tuple(parents),
        author=people.author,
        committer=people.committer,
        message=message,
    )
    data, keys = format_commit(commit), None
    if ledger.sign:
        signed = ledger.sign(data)
        _check_form(signed)
        data, keys = format_signed(data, signed.signature, ledger.objects.format), signed.keys
        commit = replace(commit, signature=signed.signature)
    refuse(refusal for _, refusal in guard.settle(keys))
    oid = ledger.objects.format.oid("commit", data)
    publication = Publication(
        oid=oid,
        commit=commit,
        trees=sealed.trees,
        events=sealed.events,
        deltas=sealed.deltas,
        log=sealed.log,
    )
    return publication, [*sealed.objects, NewObject(oid, "commit", data, parents[0] if parents else None)]


def _check_form(signed: Signed) -> None:
    """Refuse to publish a signature that a verifier would refuse, whatever git thinks of it."""
    # Imported here because most publications are not signed.
    from gitledger.model.armor import parse_armor

    named = parse_armor(signed.signature)
    if named is not None and named not in signed.keys:
        raise UsageError(
            "the key that signs stands in a certificate; expected the key itself",
            hint="git config user.signingKey names the key's own .pub file",
        )


def publish(ledger: Ledger, head: Publication | None, new: Publication, objects: Sequence[NewObject]) -> None:
    """Write objects, then move the ledger's ref from ``head`` to ``new``, which follows it.

    Raises:
        StaleRefError: somebody else published since ``head`` was read; nothing moved.
        StorageError: the disk refuses; nothing moved.
    """
    with ledger.refs.turn(), ledger.objects.hold() as check:
        ledger.objects.write(objects)
        check()
        move(ledger, head, new)


def move(ledger: Ledger, head: Publication | None, new: Publication, also: Sequence[RefUpdate] = ()) -> None:
    """Move the ledger's ref from ``head`` to ``new``, whose objects are durable, and other refs with it.

    Raises:
        StaleRefError: somebody else published since ``head`` was read; nothing moved.
        StorageError: it cannot be moved, or cannot be made durable; the message says if it may have moved.
    """
    name = layout.ledger_ref(ledger.name)
    try:
        ledger.refs.update([RefUpdate(name, head.oid if head else None, new.oid), *also])
    except StorageError as error:
        if not _may_be_at(ledger, name, new.oid):
            raise
        event = new.events[-1].hex()
        raise StorageError(
            f"{error.message}; whether event {event} was published to stay is unknown",
            hint="look for it before it is made again, or make it again with the same key",
            details={**error.details, "event": event},
        ) from error


def _may_be_at(ledger: Ledger, name: str, oid: Oid) -> bool:
    try:
        return ledger.refs.read(name) == oid
    except LedgerError:
        return True


@lru_cache(maxsize=1)
def format_time(seconds: int) -> str:
    """Return a time as an envelope holds it: RFC 3339 in UTC, to the second."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def commit_message(changed: Sequence[tuple[Rule, Delta]], remembered: Sequence[Mapping[str, Value]]) -> str:
    """Return the message of a publication's commit: what changed, by which rule; one event's message below."""
    rules = sorted({rule.name for rule, _ in changed})
    by = ", ".join(rules) if len(rules) <= _SUBJECT_NAMES else f"{len(rules)} rules"
    if len(changed) > 1:
        return f"ledger: {len(changed):,} events ({by})\n"
    (_, delta), meta = changed[0], remembered[0]
    subject = f"ledger: {_story(delta)} ({by})\n"
    message = meta.get("message")
    return f"{subject}\n{message.rstrip()}\n" if isinstance(message, str) and message.strip() else subject


def _story(delta: Delta) -> str:
    written = [name for name in delta.writeset if delta.changes[name] is not None]
    deleted = [name for name in delta.writeset if delta.changes[name] is None]
    parts = [f"{verb} {_names(names)}" for verb, names in (("set", written), ("delete", deleted)) if names]
    return ", ".join(parts) or "change nothing"


def _names(names: Sequence[str]) -> str:
    shown = [names[0]]
    for name in names[1:_SUBJECT_NAMES]:
        if len(", ".join([*shown, name])) > _SUBJECT_LENGTH:
            break
        shown.append(name)
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")
