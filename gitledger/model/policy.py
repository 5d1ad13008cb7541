"""Who may append to a ledger, and what: the value of the variable ``.ledger/policy``.

Specified in ``docs/format/policy.md``. A policy is an ordinary value, changed by ordinary events; the one that counts
for an event is the one in force at its parent. Whether events keep to it, `permission` says.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from gitledger.codec import Value
from gitledger.errors import FormatError
from gitledger.frozen import field, frozen
from gitledger.ids import APPROVALS, component_fault, parse_variable, shown
from gitledger.model.rule import RULE_NAME_BYTES
from gitledger.model.signerkey import parse_key
from gitledger.model.value import parse_value

EVERYTHING: Final = ""
"""The prefix of every variable outside ``.ledger``."""
ANY: Final = "*"
"""What a pattern of rules ends with that names only their beginning."""

_NEEDED: Final = frozenset({"version", "signers", "keepers", "threshold"})
_LIMITS: Final = frozenset({"value", "writes", "events"})

@frozen
class Signer:
    """Somebody who may append.

    Attributes:
        keys: the names of its keys, as Git tells them: ``SHA256:...``, or an OpenPGP fingerprint.
        rules: patterns of the rules that it may use; None for all.
    """

    keys: frozenset[str]
    rules: tuple[str, ...] | None = None


@frozen
class Limits:
    """How much one may write at once; None for as much as the format allows.

    Attributes:
        value: bytes of a value, encoded.
        writes: variables that an event changes.
        events: events of a publication.
    """

    value: int | None = None
    writes: int | None = None
    events: int | None = None


@frozen
class Policy:
    """A policy.

    Attributes:
        version: 1 for a ledger's first, one more than that of the policy before for each other.
        signers: by name.
        keepers: the signers whose approval a change of the policy needs, sorted.
        threshold: how many of them.
        rules: for each pattern of rules the prefixes that they may write; None lets every rule write everything.
        limits: how much one may write at once.
    """

    version: int
    signers: Mapping[str, Signer]
    keepers: tuple[str, ...]
    threshold: int
    rules: Mapping[str, tuple[str, ...]] | None = None
    limits: Limits = field(default_factory=Limits)

    def signer_of(self, keys: Iterable[str]) -> str | None:
        """Return who signs with a key that goes by these names, or None."""
        names = frozenset(keys)
        return next((name for name, signer in self.signers.items() if signer.keys & names), None)


def parse_policy(data: bytes) -> Policy:
    """Return the policy that the bytes of a value say.

    Raises:
        FormatError: another shape; a key that stands twice or that nobody can sign with; a list that is empty, out of
            order or names something twice; a keeper who is no signer; a threshold that cannot be met.
    """
    content = parse_value(data)
    found = _map(content, "a policy", needed=_NEEDED, allowed=_NEEDED | {"rules", "limits"})
    named = _map(found["signers"], "the signers")
    signers = {_signer_name(name): _parse_signer(name, one) for name, one in named.items()}
    keys = [key for signer in signers.values() for key in signer.keys]
    if len(set(keys)) < len(keys):
        raise FormatError("a policy has one key for two signers; expected each key once")
    keepers = _texts(found["keepers"], "the keepers")
    if not set(keepers) <= signers.keys():
        raise FormatError("a policy has a keeper who is no signer; expected names of signers")
    threshold = _count(found["threshold"], "the threshold")
    if threshold > len(keepers):
        raise FormatError(f"a policy asks for {threshold:,} of {len(keepers):,} keepers; expected at most all of them")
    return Policy(
        version=_count(found["version"], "the version"),
        signers=signers,
        keepers=keepers,
        threshold=threshold,
        rules=_parse_rules(found["rules"]) if "rules" in found else None,
        limits=_parse_limits(found["limits"]) if "limits" in found else Limits(),
    )


def matches(pattern: str, rule: str) -> bool:
    """Return whether a pattern names a rule: by its whole name, or before a ``*`` at its end by what it begins with."""
    return rule.startswith(pattern[: -len(ANY)]) if pattern.endswith(ANY) else rule == pattern


def _parse_signer(name: str, content: Value) -> Signer:
    found = _map(content, f"signer {shown(name)}", needed=frozenset({"keys"}), allowed=frozenset({"keys", "rules"}))
    keys = _texts(found["keys"], f"the keys of signer {shown(name)}")
    rules = tuple(map(_pattern, _texts(found["rules"], "the rules of a signer"))) if "rules" in found else None
    try:
        return Signer(keys=frozenset(map(parse_key, keys)), rules=rules)
    except FormatError as error:
        raise FormatError(f"signer {shown(name)}: {error.message}") from error


def _parse_rules(content: Value) -> dict[str, tuple[str, ...]]:
    return {
        _pattern(pattern): tuple(map(_prefix, _texts(prefixes, f"the prefixes of {shown(pattern)}")))
        for pattern, prefixes in _map(content, "the rules").items()
    }


def _parse_limits(content: Value) -> Limits:
    found = _map(content, "the limits", allowed=_LIMITS)
    return Limits(**{name: _count(limit, f"the limit of {name}") for name, limit in found.items()})


def _signer_name(text: str) -> str:
    # It names a variable below `APPROVALS`.
    if "/" in text or component_fault(text):
        raise FormatError(f"{shown(text)} is no name of a signer; expected what a variable's last component may be")
    parse_variable(f"{APPROVALS}/{text}")
    return text


def _pattern(text: str) -> str:
    if not 1 <= len(text.encode()) <= RULE_NAME_BYTES:
        raise FormatError(f"{shown(text)} names no rule; expected 1 to {RULE_NAME_BYTES} bytes")
    return text


def _prefix(text: str) -> str:
    return text if text == EVERYTHING else parse_variable(text)


def _map(
    content: Value, what: str, *, needed: frozenset[str] = frozenset(), allowed: frozenset[str] | None = None
) -> dict[str, Value]:
    # Values have no map keys but text.
    if not isinstance(content, dict) or not content:
        raise FormatError(f"{what} is no map, or an empty one; expected names and values")
    names = frozenset(map(str, content))
    if not needed <= names or not names <= (names if allowed is None else allowed):
        expected = ", ".join(sorted(needed | (allowed or frozenset())))
        raise FormatError(f"{what} has {shown(', '.join(sorted(names)))}; expected {expected}")
    return {str(name): value for name, value in content.items()}


def _texts(content: Value, what: str) -> tuple[str, ...]:
    texts = [one for one in content if isinstance(one, str)] if isinstance(content, list) else []
    if not texts or texts != content or texts != sorted(set(texts)):
        raise FormatError(f"{what}: no list of texts, sorted and each once; expected at least one")
    return tuple(texts)


def _count(content: Value, what: str) -> int:
    if not isinstance(content, int) or isinstance(content, bool) or content < 1:
        raise FormatError(f"{what} is no number above 0; expected one")
    return content
