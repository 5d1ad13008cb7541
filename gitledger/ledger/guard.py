"""Holding the events of a publication to the policy that is in force at the parent of each.

One guard serves the writer and the verifier, so that nobody makes here what a gate refuses there. What an event does is
judged before it is taken; who signed is known when the publication is whole, and judged then. At a merge the policy in
force is that of the joined state: at most one side can have changed it, or the two overlapped.

A ledger that has never had a policy pays one lookup per publication, in its index, which an append reads anyway; and
nothing else of policies is imported for it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from gitledger.errors import DamageError, FormatError, PolicyError
from gitledger.ids import APPROVALS, POLICY, Oid, Variable
from gitledger.ledger.draft import Draft
from gitledger.ledger.history import end_of
from gitledger.ledger.publication import read_publication
from gitledger.ledger.state import State
from gitledger.store.base import ObjectStore

if TYPE_CHECKING:
    from gitledger.model.permission import Claim, Refusal
    from gitledger.model.policy import Policy

Changes = Mapping[Variable, bytes | None]


class Guard:
    """Judges the events of one publication, in order.

    Args:
        draft: what the events go into, as their parents left it.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._is_read = False
        self._policy: Policy | Refusal | None = None
        self._becomes: Policy | Refusal | None = None
        self._events = 0
        self._asked: Claim | None = None
        # The events of a batch ask mostly the same: each question once, with the place where it was asked first.
        self._claims: dict[tuple[object, ...], tuple[str, Claim]] = {}

    def concerns(self, variables: Collection[Variable]) -> bool:
        """Return whether a policy has a say in what an event does that writes these variables."""
        if not self._is_read:
            self._policy, self._is_read = self._in_force(), True
        return self._policy is not None or POLICY in variables

    def check(self, rule: str, changes: Changes) -> Iterable["Refusal"]:
        """Return what the policy in force has against an event, before the draft takes it in; not many at once."""
        self._becomes, self._asked = self._policy, None
        if not self.concerns(changes.keys()):
            return []
        # Imported here because most ledgers have no policy.
        from gitledger.model.permission import Refusal, claim, read_policy, refuse_event, refuse_first

        before = self._policy
        if isinstance(before, Refusal):
            return [before]
        self._becomes = after = read_policy(changes[POLICY]) if POLICY in changes else before
        if isinstance(after, Refusal):
            return [after]
        self._asked = claim(before, after, rule, changes, self._draft.value)
        if before:
            return refuse_event(before, after, rule, changes, number=self._events + 1)
        return refuse_first(after, changes, has_approvals=self._has_approvals())

    def accept(self, where: Callable[[], str] = str) -> None:
        """Go on behind the event that was checked last; ``where`` says its place, for `settle`."""
        self._events += 1
        self._policy = self._becomes
        asked = self._asked
        if asked:
            question = id(asked.policy), asked.rule, asked.approvals, id(asked.becomes)
            self._claims.setdefault(question, (where(), asked))

    @property
    def asks(self) -> bool:
        """Whether there is anything to ask of whoever signs."""
        return bool(self._claims)

    def settle(self, keys: Collection[str] | None) -> list[tuple[str, "Refusal"]]:
        """Return what the policies have against whoever signed, and where.

        Args:
            keys: the names of the key that made the signature; None if there is none.
        """
        if not self._claims:
            return []
        from gitledger.model.permission import Refusal, refuse_signer

        if keys is None:
            message = "the publication has no signature; expected one, which the policy in force asks for"
            return [("", Refusal("unsigned", message))]
        first: dict[Refusal, str] = {}
        for where, asked in self._claims.values():
            for refusal in refuse_signer(asked, keys):
                first.setdefault(refusal, where)
        return [(where, refusal) for refusal, where in first.items()]

    def _has_approvals(self) -> bool:
        state = self._draft.state
        return state.get(APPROVALS) is not None or any(state.items(APPROVALS))

    def _in_force(self) -> "Policy | Refusal | None":
        # What was ever written has a timeline, also when it was deleted.
        if self._draft.index.get(POLICY) is None:
            return None
        from gitledger.model.permission import read_policy

        return read_policy(self._draft.value(POLICY))


def has_had_policy(objects: ObjectStore, oid: Oid) -> bool:
    """Return whether a policy is in force after a publication, or was; also if that cannot be told."""
    try:
        return Guard(Draft(objects, read_publication(objects, oid))).concerns(())
    except (DamageError, FormatError):
        # For the judge to say.
        return True


def policy_after(objects: ObjectStore, oid: Oid) -> "Policy | None":
    """Return the policy that is in force after a publication, or None if there is none.

    Raises:
        FormatError: it is broken.
        DamageError: it cannot be read.
    """
    value = State(objects, end_of(read_publication(objects, oid))).holds(POLICY)
    if value is None:
        return None
    from gitledger.model.policy import parse_policy

    return parse_policy(value)


def refuse(refusals: Iterable["Refusal"]) -> None:
    """Raise the first of some refusals.

    Raises:
        PolicyError: there is one; its code is among the details.
    """
    for refusal in refusals:
        hint = "git ledger append -S signs what is published" if refusal.code == "unsigned" else None
        raise PolicyError(refusal.message, hint=hint, details={"code": refusal.code})
