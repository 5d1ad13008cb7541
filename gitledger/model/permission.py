"""Whether an event keeps to the policy that is in force at its parent. Specified in ``docs/format/policy.md``.

What an event does can be judged by itself; what has to be asked of whoever signed its publication becomes a `Claim`.
The policy and the approvals of keepers are governed by keepers and threshold alone: no rule and no limit applies to
them, or a policy could forbid its own successor.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple

from gitledger.errors import FormatError
from gitledger.frozen import frozen
from gitledger.ids import APPROVALS, POLICY, RESERVED, Variable, shown
from gitledger.model.policy import EVERYTHING, Policy, matches, parse_policy

Changes = Mapping[Variable, bytes | None]
"""What an event changes: the canonical bytes of each new value, None where the variable was deleted."""


class Refusal(NamedTuple):
    """Why an event does not keep to the policy: a code of ``docs/findings.md``, and what was found and expected."""

    code: str
    message: str


@frozen
class Claim:
    """What must be true of whoever signed an event's publication.

    Attributes:
        policy: who is asked: one of its signers.
        rule: the rule that it must be allowed to use; None if it wrote nothing but what keepers govern.
        approvals: in whose names the event approves.
        becomes: the policy that the event puts in force, or None.
        approved: the keepers who had approved of that before.
        needed: how many keepers must approve of it, the one who signs included.
    """

    policy: Policy
    rule: str | None
    approvals: tuple[str, ...] = ()
    becomes: Policy | None = None
    approved: frozenset[str] = frozenset()
    needed: int = 0


def read_policy(data: bytes | None) -> Policy | Refusal:
    """Return the policy that a value says; None stands for a value that was deleted."""
    if data is None:
        return Refusal("policy-broken", "the policy was deleted; expected another one in its place")
    try:
        return parse_policy(data)
    except FormatError as error:
        return Refusal("policy-broken", f"what was written is no policy: {error.message}")


def claim(
    policy: Policy | None,
    becomes: Policy | None,
    rule: str,
    changes: Changes,
    holds: Callable[[Variable], bytes | None],
) -> Claim | None:
    """Return what must be asked of whoever signs an event; None without any policy.

    The first policy of a ledger is judged by itself: one of its keepers must sign it.

    Args:
        policy: what is in force at the event's parent.
        becomes: what is in force after it.
        rule: the event's rule.
        changes: what it changes.
        holds: returns what a variable held before it.
    """
    asked = policy or becomes
    if asked is None:
        return None
    is_ordinary = policy is not None and (not changes or not all(map(_is_governed, changes)))
    approvals = tuple(sorted(_approver(name) for name in changes if _is_approval(name)))
    if POLICY not in changes:
        return Claim(policy=asked, rule=rule if is_ordinary else None, approvals=approvals)
    approved = [keeper for keeper in asked.keepers if holds(_approval(keeper)) == changes[POLICY]]
    return Claim(
        policy=asked,
        rule=rule if is_ordinary else None,
        approvals=approvals,
        becomes=becomes,
        approved=frozenset(approved),
        needed=policy.threshold if policy else 1,
    )


def refuse_event(
    policy: Policy, becomes: Policy | None, rule: str, changes: Changes, *, number: int
) -> Iterator[Refusal]:
    """Yield what a policy has against an event, whoever made it.

    Args:
        policy: what is in force at its parent.
        becomes: what is in force after it.
        rule: its rule.
        changes: what it changes.
        number: its place in its publication, from 1.
    """
    limits = policy.limits
    if limits.events is not None and number > limits.events:
        yield Refusal("too-large", f"its publication has {number:,} events; expected at most {limits.events:,}")
    ordinary = sorted(variable for variable in changes if not _is_governed(variable))
    if limits.writes is not None and len(ordinary) > limits.writes:
        yield Refusal("too-large", f"it writes {len(ordinary):,} variables; expected at most {limits.writes:,}")
    prefixes = _prefixes(policy, rule)
    for variable in ordinary:
        size = len(changes[variable] or b"")
        if limits.value is not None and size > limits.value:
            yield Refusal("too-large", f"{shown(variable)} takes {size:,} bytes; expected at most {limits.value:,}")
        if prefixes is not None and not _is_covered(variable, prefixes):
            yield Refusal("rule-not-allowed", f"the rule {shown(rule)} wrote {shown(variable)}; expected one that may")
    if POLICY in changes and becomes:
        yield from _refuse_version(becomes, policy.version + 1)
    for variable in sorted(filter(_is_approval, changes)):
        yield from _refuse_approval(changes[variable], policy.version + 1)


def refuse_first(policy: Policy | None, changes: Changes, *, has_approvals: bool) -> Iterator[Refusal]:
    """Yield what is wrong with the first policy of a ledger, to which nothing else can be held.

    Approvals from before would lie in wait, written by anybody in anybody's name.
    """
    if policy:
        yield from _refuse_version(policy, 1)
    if has_approvals or any(map(_is_approval, changes)):
        yield Refusal("policy-approvals", f"there are approvals before the first policy; expected {APPROVALS} empty")


def refuse_signer(asked: Claim, keys: Collection[str]) -> Iterator[Refusal]:
    """Yield what a claim has against whoever signs with a key that goes by these names."""
    policy = asked.policy
    name = policy.signer_of(keys)
    if name is None:
        told = " ".join(sorted(keys))
        yield Refusal("signer-unknown", f"the key {told} is nobody's; expected one that the policy in force names")
        return
    allowed = policy.signers[name].rules
    if asked.rule is not None and allowed is not None and not any(matches(one, asked.rule) for one in allowed):
        yield Refusal("signer-not-allowed", f"{shown(name)} used the rule {shown(asked.rule)}; expected one of its own")
    wrong = next((one for one in asked.approvals if one != name or name not in policy.keepers), None)
    if wrong is not None:
        yield Refusal("signer-not-allowed", f"{shown(name)} approved as {shown(wrong)}; expected a keeper's own")
    if asked.becomes:
        agreed = (asked.approved | {name}).intersection(policy.keepers)
        if len(agreed) < asked.needed:
            found = ", ".join(map(shown, sorted(agreed))) or "no keeper"
            yield Refusal("policy-approvals", f"{found} approved of this policy; expected {asked.needed:,} keepers")


def _refuse_version(new: Policy, expected: int) -> Iterator[Refusal]:
    if new.version != expected:
        yield Refusal("policy-rollback", f"the policy has the version {new.version:,}; expected {expected:,}")


def _refuse_approval(data: bytes | None, expected: int) -> Iterator[Refusal]:
    # An approval of anything but the next version would lie in wait for its turn.
    approved = None if data is None else read_policy(data)
    if isinstance(approved, Refusal):
        yield approved
    elif approved:
        yield from _refuse_version(approved, expected)


def _is_governed(variable: Variable) -> bool:
    return variable == POLICY or _is_approval(variable)


def _is_approval(variable: Variable) -> bool:
    return variable == APPROVALS or variable.startswith(f"{APPROVALS}/")


def _approval(keeper: str) -> Variable:
    return Variable(f"{APPROVALS}/{keeper}")


def _approver(variable: Variable) -> str:
    return variable.removeprefix(APPROVALS).removeprefix("/")


def _prefixes(policy: Policy, rule: str) -> frozenset[str] | None:
    """Return what a rule may write; None for everything."""
    if policy.rules is None:
        return None
    return frozenset(prefix for pattern, some in policy.rules.items() if matches(pattern, rule) for prefix in some)


def _is_covered(variable: Variable, prefixes: frozenset[str]) -> bool:
    # Along the path, however many prefixes there are: an event may write a million variables.
    if EVERYTHING in prefixes and not variable.startswith(f"{RESERVED}/"):
        # ``.ledger`` itself can hold nothing beside the policy.
        return True
    above: str = variable
    while above:
        if above in prefixes:
            return True
        above = above.rpartition("/")[0]
    return False
